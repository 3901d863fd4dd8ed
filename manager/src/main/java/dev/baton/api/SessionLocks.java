package dev.baton.api;

import jakarta.servlet.http.HttpSession;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;

/**
 * Locks portions of a session by attribute name, against the other requests of the same process. Against other
 * processes the whole session is locked anyway, by its token, for as long as a request of this process uses it; so
 * whoever holds a lock of this interface is alone with these attributes in the whole cluster.
 *
 * <pre>{@code
 * SessionLocks locks = SessionLocks.of(request.getSession());
 * try (SessionLocks.Held cart = locks.lock("cart")) {
 *     ((Cart) request.getSession().getAttribute("cart")).add(item);
 * }
 * }</pre>
 *
 * <p><b>What is locked.</b> Names, whether such attributes exist or not. Nobody is kept from touching an attribute
 * without locking it; with the setting {@code threadLocks="attribute"} every request locks what it touches by itself,
 * to its end, and the explicit locks and those exclude each other. An attribute that the request has locked explicitly
 * is not locked once more by reading it. Shared locks exclude exclusive ones only.
 *
 * <p><b>Whose lock it is.</b> The request's, whatever threads it runs in; outside of requests, the handle's. What a
 * request has locked it may lock again. Having it shared and asking for it exclusively waits until it is alone; where
 * two do so at once they wait for each other, and the younger one hears of it, so ask for what will be needed.
 *
 * <p><b>Several names</b> in one call are locked in ascending order, all or none. Whoever locks in several calls should
 * keep to one order. Circles are found at once in any case, and end with {@link DeadlockException} for the youngest
 * request.
 *
 * <p><b>How long.</b> Until {@link Held#close}, at the latest until the request that asked for it ends: for an
 * asynchronous request that is its completion, not the exit of the container's thread. What was changed is compared and
 * sent when the request ends as ever, not when a lock is closed; a lock that was kept over the exit of the container's
 * thread, or that was obtained outside of a request, sends the changes of what it locked exclusively when it is closed.
 * A lock obtained outside of a request must be closed, or the session stays locked here, and stays with this process.
 *
 * <p>Limits: a call without one waits for the setting {@code lockTimeout}; {@code maxWaiters} claims may wait for one
 * session. Any threads may use this interface; waiting threads, virtual ones too, are parked without a monitor held.
 */
public interface SessionLocks {
    /** Name of the attribute that every session of Baton answers with its locks. It is not stored and cannot be set. */
    String ATTRIBUTE = "dev.baton.api.SessionLocks";

    /**
     * The locks of that session. Wrappers of a session will do, as long as they hand {@code getAttribute} on.
     *
     * @throws NotClusteredException where it is not a session of Baton
     * @throws SessionGoneException  where it is not valid any more
     */
    static SessionLocks of(HttpSession session) {
        Object locks;
        try {
            locks = session.getAttribute(ATTRIBUTE);
        } catch (IllegalStateException e) {
            throw new SessionGoneException("the session is not valid any more", e);
        }
        if (locks instanceof SessionLocks mine) {
            return mine;
        }
        throw new NotClusteredException("not a session of Baton: " + session.getClass().getName()
                + "; is its application's Manager a dev.baton.tomcat.BatonManager?");
    }

    /**
     * Locks attributes exclusively; waits for {@code lockTimeout} at most. Obtained outside of a request, the thread
     * uses the session through this lock until it closes it.
     *
     * @param names at least one
     * @throws LockTimeoutException after the time
     * @throws DeadlockException    where this request is the youngest of a circle
     * @throws SessionGoneException where the session ended
     * @throws LockException        where it cannot be had for another reason
     */
    Held lock(String... names);

    /** As {@link #lock}, shared. */
    Held lockShared(String... names);

    /**
     * As {@link #lock}, with a limit.
     *
     * @param limit zero or less: only what can be had at once, the session's token included
     * @return empty after the limit
     */
    Optional<Held> tryLock(Duration limit, String... names);

    /** As {@link #tryLock}, shared. */
    Optional<Held> tryLockShared(Duration limit, String... names);

    /**
     * As {@link #lock}, without a waiting thread. The stage ends with the lock, or with the exceptions of {@code lock}
     * (as the cause of a {@link java.util.concurrent.CompletionException} further down the chain). It does so in a
     * thread of the node's own, which has neither the class loader nor the time for the application's work: continue
     * with {@code thenApplyAsync} and an executor, and use the session within {@link Held#call}. Cancelling the stage's
     * future gives up waiting; what comes all the same is closed. The end of the request that asked does the same.
     */
    CompletionStage<Held> lockAsync(Duration limit, String... names);

    /** As {@link #lockAsync}, shared. */
    CompletionStage<Held> lockSharedAsync(Duration limit, String... names);

    /**
     * The session's token alone, without a waiting thread: when the stage ends this process has the session, and keeps
     * it until {@link Held#close}. Nobody of this process is kept out. Otherwise as {@link #lockAsync}.
     */
    CompletionStage<Held> acquire(Duration limit);

    /**
     * Number of the token that this process has now; obtains it if need be. It stays the same until the request ends,
     * or the lock is closed in which this is called. A session that was made by this very request is made known to the
     * store first.
     *
     * @throws LockException where the token cannot be had
     */
    SessionFence fence();

    /** What has been locked, until it is closed. */
    interface Held extends AutoCloseable {
        /**
         * Number of the token under which this lock is held.
         *
         * @throws LockException         where the token was taken away
         * @throws IllegalStateException where this is closed
         */
        SessionFence fence();

        /**
         * Runs the action within this lock, in this thread: what it does with the session belongs to the lock, and is
         * saved with it. Needed in threads that are not the container's. One thread at a time.
         *
         * @return what the action returns
         * @throws IllegalStateException where this is closed, or another thread is in such a call
         * @throws Exception             what the action throws
         */
        <T> T call(Callable<T> action) throws Exception;

        /** As {@link #call}, for actions without result and checked exceptions. */
        default void run(Runnable action) {
            try {
                call(() -> {
                    action.run();
                    return null;
                });
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new AssertionError("a Runnable throws no checked exceptions", e);
            }
        }

        /**
         * Unlocks. Where this sends changes, they are durable on return. May be called again, without effect.
         *
         * @throws LockException where changes could not be saved, or are not known to be durable; it is unlocked then
         */
        @Override
        void close();
    }
}
