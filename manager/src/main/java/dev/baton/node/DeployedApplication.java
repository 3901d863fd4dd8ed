package dev.baton.node;

import dev.baton.access.AccessLog;
import dev.baton.access.Claim;
import dev.baton.access.ClientState;
import dev.baton.access.ClientStates;
import dev.baton.access.LockOwner;
import dev.baton.access.LockTable;
import dev.baton.access.TokenGate;
import dev.baton.access.TokenHold;
import dev.baton.access.ValueSerializer;
import dev.baton.diff.Differencer;
import dev.baton.model.NodeId;
import dev.baton.model.SessionImage;
import dev.baton.model.SessionKey;
import dev.baton.model.SessionMeta;
import dev.baton.model.Settings.Acknowledge;
import dev.baton.node.SessionUnavailable.Reason;
import dev.baton.protocol.Effect;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The one {@link Application}. */
final class DeployedApplication implements Application {
    /** Sessions used within this time are likely to be used again soon. */
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(60);
    /** An acknowledgement may take that long before its waiting counts: as long as a pause of the other side. */
    private static final long COMMIT_GRACE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final String name;
    private final long hash;
    private final NodeId self;
    private final boolean acknowledged;
    private final int maxWaiters;
    private final Parts parts;
    private final Counting counting = new Counting();
    private final ClientStates states;
    private final Tokens tokens;
    private final Commits commits;
    private final IdChanges idChanges;
    private final IdDraw ids;
    private final Touches touches;
    private final Expiries expiries;
    private final ApplicationEvents events;
    private final Flushes flushes;
    private final HandOvers handOvers;
    private final IdleSessions idleSessions;
    private final EarlyEntries early;
    private final Executor patient;

    /** Nothing runs before {@link #start}, and nobody knows of it. */
    DeployedApplication(String name, NodeId self, boolean localPlacement, ValueSerializer serializer,
                        ApplicationEvents events, ApplicationSettings settings, Parts parts, NodeThreads threads) {
        this.name = name;
        this.self = self;
        this.hash = SessionKey.applicationHash(name);
        this.events = events;
        this.acknowledged = settings.acknowledge() != Acknowledge.NONE;
        this.maxWaiters = settings.maxWaiters();
        this.parts = parts;
        this.states = new ClientStates(hash, serializer, settings.tracking(), new Differencer(settings.methods()),
                events, settings.maxWaiters(), settings.oneRequestAtATime(), settings.maxIdleStates(), parts.clock()::nanos,
                this::release);
        this.tokens = new Tokens(self, states, parts, settings.eagerRelease(), counting, events);
        this.commits = new Commits(states, tokens, parts, counting, events, settings.acknowledge(), threads);
        this.idChanges = new IdChanges(states, tokens, parts);
        this.ids = new IdDraw(hash, self, localPlacement, states);
        this.touches = new Touches(parts);
        this.expiries = new Expiries(states, parts, events, threads);
        this.flushes = new Flushes(settings, commits, tokens, parts, events, threads);
        this.handOvers = new HandOvers(tokens, flushes, parts, events, threads);
        // Never shut down, so that it takes what comes when this has stopped; its threads end by themselves.
        this.patient = threads.forApplication("later");
        this.early = new EarlyEntries(states, tokens, parts, events);
        this.idleSessions = new IdleSessions(settings, states, tokens, parts, events, threads);
        tokens.beforeGivingBack(flushes::lags, handOvers::prepare);
    }

    void start() {
        touches.start();
        flushes.start();
        idleSessions.start();
    }

    private void release(ClientState state) {
        tokens.release(state);
    }

    ClientStates registry() {
        return states;
    }

    Tokens tokens() {
        return tokens;
    }

    Commits commits() {
        return commits;
    }

    IdChanges idChanges() {
        return idChanges;
    }

    Expiries expiries() {
        return expiries;
    }

    IdleSessions idleSessions() {
        return idleSessions;
    }

    /** Lets nobody in any more, and waits until those inside are out and every token is back. */
    void close(long timeoutNanos) {
        long deadline = parts.now() + timeoutNanos;
        idleSessions.stop();
        touches.stop();
        flushes.stop();
        tokens.close();
        expiries.stop(deadline - parts.now());
        parts.membership().awaitReturned(tokens::quiet, deadline - parts.now());
    }

    /** The node is out of the cluster: nothing that is here can be saved any more. */
    void abandon() {
        idleSessions.stop();
        flushes.stop();
        tokens.abandon();
        idChanges.end();
        handOvers.stop();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long hash() {
        return hash;
    }

    @Override
    public String drawId(Supplier<String> candidates) {
        return ids.draw(candidates, parts.membership().effective());
    }

    @Override
    public Found lookup(String id, long timeoutNanos) {
        if (id == null || id.isEmpty() || id.length() > SessionKey.MAX_ID) {
            return null;
        }
        ClientState state = states.existing(id);
        if (state != null && state.open()) {
            Found found = here(state);
            if (found != null && state.open()) {
                return found;
            }
        }
        mustRun();
        counting.lookupsSent.increment();
        NodeId lastSeen = state == null ? null : tokens.lastSeen(state);
        Found found = parts.lookups().ask(new SessionKey(hash, id), lastSeen, maxWaiters, timeoutNanos,
                events::waiting);
        if (found != null && state != null) {
            state.learn(found.meta());
            state.token().seenAt(found.holder());
            state.token().learnIdle(found.idleNanos(), parts.now());
        }
        return found;
    }

    /** What is known of a session whose token is here; null where this process may not serve it now. */
    private Found here(ClientState state) {
        SessionMeta meta = state.meta();
        return meta != null && parts.leases().valid(state.key().segment())
                ? new Found(meta, state.token().ageNanos(parts.now()), self) : null;
    }

    @Override
    public Found found(EarlyEntry early) {
        Found found = early.inside() ? here(early.state()) : null;
        // Not what a copy said whose token was lost meanwhile.
        return early.inside() ? found : null;
    }

    @Override
    public ClientState known(String id) {
        return states.existing(id);
    }

    @Override
    public ClientState state(String id) {
        return states.state(id);
    }

    @Override
    public AccessLog create(String id, SessionMeta meta, LockOwner owner) {
        mustRun();
        ClientState state = states.state(id);
        TokenHold token = state.token();
        LockTable turns = token.turns();
        // Not before the id is known to be free: whoever has that turn may be waiting for this request.
        Claim turn = turns == null ? null : turns.claim(known(owner), state.key(), LockTable.TURN, true, false);
        boolean free = turn == null || turn.waiter().outcome().admitted();
        AccessLog log = free ? tokens.create(state, meta, turn) : null;
        if (log == null) {
            if (turn != null) {
                turns.release(turn);
            }
            throw new IllegalArgumentException("the id of the new session is in use: " + state.key());
        }
        counting.entries.increment();
        touches.accessed(state);
        return log;
    }

    @Override
    public AccessLog enter(ClientState state, LockOwner owner, long timeoutNanos) {
        TokenHold token = state.token();
        counting.entries.increment();
        if (token.turns() == null && parts.leases().valid(state.key().segment())) {
            int pass = token.gate().tryEnter();
            if (pass != TokenGate.NO_PASS) {
                AccessLog log = state.stay(pass, null);
                if (log != null) {
                    return log;
                }
            }
        }
        mustRun();
        return block(new Entry(state, known(owner), tokens, parts), timeoutNanos);
    }

    /** With the calling thread. */
    private <T> T block(Passage<T> way, long timeoutNanos) {
        try {
            return way.block(timeoutNanos, 0, events::waiting);
        } catch (SessionUnavailable e) {
            if (e.reason() == Reason.DEADLOCK) {
                counting.deadlocks.increment();
            }
            throw e;
        }
    }

    @Override
    public EarlyEntry enterEarly(String id) {
        return tokens.closing() || parts.loop().ended() ? null : early.begin(id);
    }

    @Override
    public AccessLog enter(EarlyEntry entry, long timeoutNanos) {
        counting.entries.increment();
        Entry begun = early.take(entry);
        return block(begun != null ? begun : new Entry(entry.state(), null, tokens, parts), timeoutNanos);
    }

    @Override
    public void drop(EarlyEntry entry) {
        Entry begun = early.take(entry);
        if (begun != null) {
            begun.cancel();
        }
    }

    void open(Effect.OpenGate e) {
        tokens.open(e);
        if (e.closeBehind()) {
            wanted(e.key());
        }
    }

    void close(Effect.CloseGate e) {
        tokens.close(e);
        wanted(e.key());
    }

    private void wanted(SessionKey key) {
        ClientState state = states.existing(key.id());
        if (state != null) {
            early.wanted(state);
        }
    }

    private LockOwner known(LockOwner owner) {
        return owner != null ? owner : new LockOwner("a use of the session outside of requests", parts.now());
    }

    @Override
    public AccessLog join(AccessLog inside) {
        return tokens.join(inside);
    }

    @Override
    public List<Claim> lock(AccessLog access, LockOwner owner, Collection<String> names, boolean exclusive,
                            long timeoutNanos) {
        return block(new Locking(access, owner, names, exclusive, timeoutNanos > 0, counting, parts), timeoutNanos);
    }

    @Override
    public CompletionStage<List<Claim>> lockAsync(AccessLog access, LockOwner owner, Collection<String> names,
                                                  boolean exclusive, long timeoutNanos) {
        return new Locking(access, owner, names, exclusive, timeoutNanos > 0, counting, parts)
                .async(timeoutNanos, parts.timers(), parts.helpers());
    }

    @Override
    public CompletionStage<AccessLog> enterAsync(ClientState state, LockOwner owner, long timeoutNanos) {
        counting.entries.increment();
        try {
            mustRun();
        } catch (SessionUnavailable e) {
            return CompletableFuture.failedStage(e);
        }
        return new Entry(state, known(owner), tokens, parts).async(timeoutNanos, parts.timers(), parts.helpers());
    }

    private void mustRun() {
        if (tokens.closing() || parts.loop().ended()) {
            throw new SessionUnavailable(Reason.STOPPING, "this node is leaving the cluster, or has left it");
        }
    }

    @Override
    public Completed complete(AccessLog access, long timeoutNanos) {
        return flushes.leaves(access) ? Commits.nothing(access) : commits.complete(access, timeoutNanos);
    }

    @Override
    public Completed conclude(AccessLog access, long timeoutNanos) {
        return flushes.leaves(access) ? Commits.nothing(access) : commits.complete(access, true, timeoutNanos);
    }

    @Override
    public void flush() {
        flushes.flushAll();
    }

    @Override
    public void flush(AccessLog access) {
        flushes.synchronise(access);
    }

    @Override
    public void awaitDurable(AccessLog access, long version, long timeoutNanos) {
        new Durability(access, version, acknowledged, parts)
                .block(timeoutNanos, COMMIT_GRACE_NANOS, events::waiting);
    }

    @Override
    public boolean isDurable(AccessLog access, long version) {
        return new Durability(access, version, acknowledged, parts).reached();
    }

    @Override
    public void whenDurable(AccessLog access, long version, long timeoutNanos, Consumer<SessionUnavailable> end) {
        Durability way = new Durability(access, version, acknowledged, parts);
        if (way.reached()) {
            end.accept(null);
        } else {
            parts.awaitedCommits().await(access, way, acknowledged ? access.durable(version) : null, timeoutNanos, end);
        }
    }

    @Override
    public void soon(Executor threads, Runnable task, Runnable refused) {
        parts.shortTasks().add(threads, task, refused);
    }

    @Override
    public void later(Runnable work) {
        patient.execute(() -> {
            try {
                work.run();
            } catch (RuntimeException | Error e) {
                parts.events().note(Effect.Level.ERROR, "what was left to be done later in " + name + " failed", e);
            }
        });
    }

    @Override
    public void leave(AccessLog access) {
        tokens.leave(access);
        flushes.left(access.state());
    }

    @Override
    public void destroy(AccessLog access, long timeoutNanos) {
        idChanges.destroy(access, timeoutNanos);
    }

    @Override
    public String rename(AccessLog access, Supplier<String> candidates, long timeoutNanos) {
        String newId = access.fresh() ? drawId(candidates) : ids.drawBeside(access.state().key(), candidates);
        return idChanges.rename(access, newId, timeoutNanos);
    }

    @Override
    public void accessed(ClientState state) {
        touches.accessed(state);
    }

    @Override
    public void user(ClientState state, boolean comes) {
        touches.user(state, comes);
    }

    @Override
    public long idleNanos(ClientState state) {
        return state.token().idleNanos(parts.now());
    }

    @Override
    public Census census(long timeoutNanos) {
        return parts.censuses().take(hash, timeoutNanos);
    }

    @Override
    public List<SessionKey> primarySessions() {
        List<SessionKey> keys = parts.loop().ask(core -> core.primarySessions(hash));
        return keys == null ? List.of() : keys;
    }

    @Override
    public SessionImage stored(ClientState state) {
        return parts.loop().ask(core -> core.image(state.key()));
    }

    @Override
    public List<ClientState> states() {
        return states.all().stream().filter(s -> s.open() || s.inside() > 0).toList();
    }

    @Override
    public ApplicationCounters counters() {
        List<ClientState> all = states.all();
        return counting.read(all.size(), (int) all.stream().filter(ClientState::open).count());
    }

    @Override
    public long snapshotBytes() {
        return states.spareBytes();
    }

    @Override
    public long benchmarkBytes() {
        return states.benchmarkBytes();
    }

    @Override
    public void shrinkIdle() {
        states.shrink(IDLE_NANOS);
    }
}
