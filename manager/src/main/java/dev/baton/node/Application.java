package dev.baton.node;

import dev.baton.access.AccessLog;
import dev.baton.access.Claim;
import dev.baton.access.ClientState;
import dev.baton.access.LockOwner;
import dev.baton.access.NotSerializableAttribute;
import dev.baton.model.NodeId;
import dev.baton.model.SessionImage;
import dev.baton.model.SessionKey;
import dev.baton.model.SessionMeta;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The sessions of one web application, as this process serves them. Made by {@link SessionNode#deploy}.
 *
 * <p>One request: {@link #lookup} as often as Tomcat likes; {@link #state} for the object to work with; {@link #enter}
 * before the first attribute is touched; attributes through {@link ClientState}; at the end {@link #conclude}, then
 * {@link #awaitDurable} with the version it gave, then {@link #leave} in every case, also after errors.
 * {@link #finish} does the three in their order.
 *
 * <p>Time-outs are in nanoseconds from the call. Whatever cannot be answered in time, or at all, is
 * {@link SessionUnavailable}; "no such session" is only said where the store said so. Every blocking call parks without
 * holding a monitor and ends with {@link SessionUnavailable} (interrupt flag kept) when interrupted.
 */
public interface Application {
    /** Host, context path and version. */
    String name();

    /** {@link SessionKey#applicationHash} of the name. */
    long hash();

    /**
     * An id for a new session, never given out before by this process: with {@code placement=local} one whose primary
     * is here, if a bounded number of candidates brings one.
     *
     * @param candidates fresh random ids without route
     */
    String drawId(Supplier<String> candidates);

    /**
     * Whether there is such a session, and its metadata; takes no token, decodes nothing, creates nothing. Answered
     * from memory where possible, else by one question to the store, shared by concurrent callers.
     *
     * @param id as the client sent it, without route; one that cannot be an id is absent
     * @return null where there is no such session
     */
    Found lookup(String id, long timeoutNanos);

    /**
     * @param idleNanos time since the last access, as far as known
     * @param holder    process with the session's token, as far as known; else null
     */
    record Found(SessionMeta meta, long idleNanos, NodeId holder) {}

    /**
     * The one object of that id in this process. Says nothing about the session's existence.
     *
     * @throws IllegalArgumentException where it cannot be an id
     */
    ClientState state(String id);

    /** That object where there is one, else null. */
    ClientState known(String id);

    /**
     * A new session, entered. The store learns of it by the first {@link #complete}; it counts as changed until then.
     *
     * @param id    from {@link #drawId}, or chosen by the client; whether it is taken turns out at
     *              {@link #awaitDurable}
     * @param owner as in {@link #enter}
     * @throws IllegalArgumentException where it is in use in this process
     */
    AccessLog create(String id, SessionMeta meta, LockOwner owner);

    /**
     * Enters the session: waits for the token, and until this process may serve (lease); costs no message where both
     * are there. The copy is current on return.
     *
     * @param owner on whose behalf; matters where requests of a session follow each other ({@code threadLocks}), and a
     *              second stay of the same owner has its turn at once. Null: somebody else each time
     * @return null where there is no such session any more
     */
    AccessLog enter(ClientState state, LockOwner owner, long timeoutNanos);

    /**
     * Where requests of this process that looked the session up have lately used it: begins to enter it, and waits a
     * moment for the token. That tells whether there is such a session as well as {@link #lookup} would, so a request
     * at another node than the last one's asks the store once. Never fails.
     *
     * @param id as in {@link #lookup}
     * @return null where nothing was begun; else this must be gone on with, or dropped
     */
    EarlyEntry enterEarly(String id);

    /** What a look-up would say, where the early entry is inside; else null. */
    Found found(EarlyEntry early);

    /** As {@link #enter}, from where the early entry has come to. */
    AccessLog enter(EarlyEntry early, long timeoutNanos);

    /** Ends an early entry that nobody goes on with. May be called at any time, and twice. */
    void drop(EarlyEntry early);

    /**
     * As {@link #enter}, without a waiting thread: the stage ends with the stay, null or {@link SessionUnavailable}, in
     * a thread of the node's own; what depends on it must be short or go elsewhere. Who does not want the stay any more
     * cancels the stage's {@link CompletionStage#toCompletableFuture future}, or leaves when it comes.
     */
    CompletionStage<AccessLog> enterAsync(ClientState state, LockOwner owner, long timeoutNanos);

    /** On behalf of nobody in particular. */
    default AccessLog create(String id, SessionMeta meta) {
        return create(id, meta, null);
    }

    /** On behalf of nobody in particular. */
    default AccessLog enter(ClientState state, long timeoutNanos) {
        return enter(state, null, timeoutNanos);
    }

    /** On behalf of nobody in particular. */
    default CompletionStage<AccessLog> enterAsync(ClientState state, long timeoutNanos) {
        return enterAsync(state, null, timeoutNanos);
    }

    /**
     * One more stay beside that one, in the same contents of the session, in the same turn and without waiting, also
     * where the token is wanted back. That one is not left meanwhile. It needs {@link #leave} of its own.
     *
     * @return null where the token was lost
     */
    AccessLog join(AccessLog inside);

    /**
     * Locks attributes against other owners of this process (L8), in ascending order of their names whatever the order
     * given, all or none. They are locked until the stay ends, or {@link AccessLog#unlock}.
     *
     * @throws SessionUnavailable LOCKED after the time-out, DEADLOCK where this is the youngest in a circle of owners
     *                            that wait for each other, OVERLOADED where too many wait; TOKEN_LOST
     */
    List<Claim> lock(AccessLog access, LockOwner owner, Collection<String> names, boolean exclusive,
                     long timeoutNanos);

    /** As {@link #lock}, without a waiting thread; see {@link #enterAsync}. */
    CompletionStage<List<Claim>> lockAsync(AccessLog access, LockOwner owner, Collection<String> names,
                                           boolean exclusive, long timeoutNanos);

    /**
     * Compares what the stay may have changed, and sends what has. Call it in a thread that may serialise the
     * application's values. May be called more than once; the stay goes on. With a {@code flushInterval} it leaves the
     * work to the next round, mostly.
     *
     * @throws SessionUnavailable TOKEN_LOST where the token is gone
     */
    default Completed complete(AccessLog access) {
        return complete(access, Long.MAX_VALUE);
    }

    /** @throws SessionUnavailable also OUTCOME_UNKNOWN where others compare the session's attributes for so long */
    Completed complete(AccessLog access, long timeoutNanos);

    /**
     * As {@link #complete}, for a stay that only waits and leaves from now on. A token that other processes will want,
     * or do, goes back with the changes: one message and one acknowledgement for both. The session is to be entered
     * again by whoever uses it after this.
     */
    Completed conclude(AccessLog access, long timeoutNanos);

    /**
     * Sends what was left to the next round (setting {@code flushInterval}), now: of all sessions that have changes.
     * Does not wait for acknowledgements.
     */
    void flush();

    /**
     * As {@link #complete}, whatever {@code flushInterval} says.
     *
     * @throws SessionUnavailable TOKEN_LOST where the token is gone
     */
    void flush(AccessLog access);

    /**
     * What {@link #complete} found.
     *
     * @param version    newest version of the session, whoever made it: await this one
     * @param sent       whether this call made it
     * @param deltaBytes size of what was sent, about
     * @param wholeBytes size of the whole session, about
     * @param changed    names of the changed attributes
     * @param problems   attributes that could not be serialised: they stay here, the store keeps their last good value
     * @param gone       the session was destroyed meanwhile, here or elsewhere: nothing was sent
     */
    record Completed(long version, boolean sent, int deltaBytes, int wholeBytes, List<String> changed,
                     List<NotSerializableAttribute> problems, boolean gone) {}

    /**
     * Waits until the version is durable at the level that was asked for (not at all with {@code acknowledge=none}),
     * and until this process may still serve, so that the answer to the client may be completed.
     *
     * @throws SessionUnavailable OUTCOME_UNKNOWN after the time-out, TOKEN_LOST where it became known to be lost
     */
    void awaitDurable(AccessLog access, long version, long timeoutNanos);

    /** Whether {@link #awaitDurable} would end well, and at once. */
    boolean isDurable(AccessLog access, long version);

    /**
     * As {@link #awaitDurable}, without a waiting thread. The time-out may be noticed a quarter of a second late.
     *
     * @param end hears once, now or later, of success (null) or of the failure: mostly in the thread that brings the
     *            acknowledgement, so it must neither block nor throw
     */
    void whenDurable(AccessLog access, long version, long timeoutNanos, Consumer<SessionUnavailable> end);

    /**
     * Runs a task that is short mostly: in a thread of the executor, or in that of such a task before it, and what they
     * commit shares messages then. Where it is long nobody else waits for it for long.
     *
     * @param refused instead of it, where the executor takes no more
     */
    void soon(Executor threads, Runnable task, Runnable refused);

    /**
     * Runs work that may wait, as for a session, in a thread of the node's own, and does not wait itself. Where many
     * wait it comes after others. What it throws is logged.
     */
    void later(Runnable work);

    /** Ends the stay; the token may go back to the store. Never fails; may be called twice. */
    void leave(AccessLog access);

    /** Concludes, waits, and leaves in every case. */
    default Completed finish(AccessLog access, long timeoutNanos) {
        try {
            Completed done = conclude(access, Long.MAX_VALUE);
            if (!done.gone()) {
                awaitDurable(access, done.version(), timeoutNanos);
            }
            return done;
        } finally {
            leave(access);
        }
    }

    /**
     * Destroys the session; returns once that is durable. The stay goes on, and {@link #complete} does nothing any
     * more. Destroying what is destroyed does nothing.
     */
    void destroy(AccessLog access, long timeoutNanos);

    /**
     * Changes the session's id to a candidate of the same segment; returns once that is durable. The state object goes
     * on under the new id; the old id is unknown from then on.
     *
     * @return the new id
     */
    String rename(AccessLog access, Supplier<String> candidates, long timeoutNanos);

    /** The session is being accessed now; told to the store by and by. */
    void accessed(ClientState state);

    /** A user of the session comes or goes: in between it counts as accessed at every moment. */
    void user(ClientState state, boolean comes);

    /** Time since the last access as far as this process knows, or -1. */
    long idleNanos(ClientState state);

    /**
     * All sessions of this application in the cluster.
     *
     * @param sessions how many there are
     * @param ids      of them, at most some thousands of each node
     */
    record Census(long sessions, List<String> ids) {}

    /** @return null where it is not known: no majority, a change of the table at this moment, a node that is silent */
    Census census(long timeoutNanos);

    /** Sessions of this application that this node is primary of. */
    List<SessionKey> primarySessions();

    /**
     * Contents of a session as the store in this process has them, for {@link ClientState#peek}; may be out of date.
     *
     * @return null where they are not stored here
     */
    SessionImage stored(ClientState state);

    /** States that are in use here or hold a token. */
    List<ClientState> states();

    ApplicationCounters counters();

    /** Bytes of memory, about, by which live objects are compared, beside the bytes that the store has of them. */
    long snapshotBytes();

    /** Bytes, about, of all sessions of which there is a copy here, as the store has them. */
    long benchmarkBytes();

    /** Frees what can be made anew of sessions that were not used lately. To be called now and then. */
    void shrinkIdle();
}
