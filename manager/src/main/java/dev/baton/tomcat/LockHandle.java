package dev.baton.tomcat;

import dev.baton.access.AccessLog;
import dev.baton.access.LockOwner;
import dev.baton.api.SessionFence;
import dev.baton.api.SessionLocks;
import dev.baton.model.Fence;
import dev.baton.node.SessionUnavailable;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * One lock of an application: a stay of its own in the session, and what that has locked. Being a stay, it ends like
 * every other, and nothing stays locked behind it.
 */
final class LockHandle implements SessionLocks.Held {
    private final TrackedSession session;
    private final List<String> changed;
    /** Carries the stay. No thread's own: threads borrow it. */
    private final RequestScope scope;
    /** Opened for the thread that locked outside of any scope, and closed with this; else null. */
    private final RequestScope bound;
    /** Whether no request's end will compare what was changed in this lock. */
    private boolean alone;
    private boolean closed;
    /** Gives up waiting for the stay; null where nothing waits for it. */
    private Runnable giveUp;
    private Thread borrower;

    /**
     * @param changed names locked exclusively
     * @param bound   scope that ends with this, or null
     * @param alone   whether there is no request, or other scope, that this belongs to
     */
    LockHandle(TrackedSession session, LockOwner owner, List<String> changed, RequestScope bound, boolean alone) {
        this.session = session;
        this.changed = changed;
        this.scope = RequestScope.unbound(owner);
        this.bound = bound;
        this.alone = alone;
    }

    /** The stay will come later: what gives up waiting for it where this is closed before. */
    void awaits(Runnable giveUpWaiting) {
        synchronized (this) {
            if (!closed) {
                giveUp = giveUpWaiting;
                return;
            }
        }
        giveUpWaiting.run();
    }

    /** Takes over a stay. False where this was closed before: the stay is left. */
    boolean begin(AccessLog stay) {
        synchronized (this) {
            if (!closed) {
                scope.adopt(session, stay);
                return true;
            }
        }
        session.deployment().leave(stay);
        return false;
    }

    /** One more stay in the session beside this lock's; null where it has none there, or is closed. */
    synchronized AccessLog join(TrackedSession wanted) {
        AccessLog stay = closed || wanted != session ? null : scope.stay(session);
        return stay == null ? null : session.deployment().application().join(stay);
    }

    /** The container's thread leaves the request, this stays. Said before that compares what the request changed. */
    synchronized void keep() {
        alone = true;
    }

    @Override
    public SessionFence fence() {
        Fence fence = session.state().fence();
        AccessLog stay;
        synchronized (this) {
            checkOpen();
            stay = scope.stay(session);
        }
        if (stay.lost() || fence.equals(Fence.NONE)) {
            throw LockFailure.of(new SessionUnavailable(SessionUnavailable.Reason.TOKEN_LOST,
                    "the token of " + session.key() + " was taken away"));
        }
        return new SessionFence(fence.term(), fence.counter());
    }

    @Override
    public <T> T call(Callable<T> action) throws Exception {
        synchronized (this) {
            checkOpen();
            if (borrower != null && borrower != Thread.currentThread()) {
                throw new IllegalStateException("another thread uses this lock of " + session.key());
            }
            borrower = Thread.currentThread();
        }
        RequestScope before = scope.borrow();
        try {
            return action.call();
        } finally {
            RequestScope.giveBack(before);
            boolean late;
            synchronized (this) {
                late = closed;
                // An inner call of the same thread must not free the outer one.
                borrower = before == scope ? borrower : null;
            }
            if (late) {
                scope.end();
            }
        }
    }

    synchronized boolean closed() {
        return closed;
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("this lock of " + session.key() + " is closed");
        }
    }

    @Override
    public void close() {
        if (bound != null && !closed() && RequestScope.current() != bound) {
            throw new IllegalStateException("locked outside of a request: to be closed by the thread that locked");
        }
        SessionUnavailable failure = end();
        if (failure != null) {
            throw LockFailure.of(failure);
        }
    }

    /** Closes; tells what went wrong, or null. */
    SessionUnavailable end() {
        boolean compare;
        Runnable waiting;
        synchronized (this) {
            if (closed) {
                return null;
            }
            closed = true;
            compare = alone;
            waiting = giveUp;
        }
        ClassLoader loader = session.deployment().bind();
        try {
            AccessLog stay = scope.stay(session);
            if (stay != null) {
                finish(stay, compare);
            } else if (waiting != null) {
                waiting.run();
            }
        } finally {
            Deployment.unbind(loader);
            if (bound != null) {
                bound.close(false);
            }
        }
        return scope.failure() != null || bound == null ? scope.failure() : bound.failure();
    }

    private void finish(AccessLog stay, boolean compare) {
        if (compare) {
            for (String name : changed) {
                if (session.state().mayChange(name, stay)) {
                    session.state().get(name, stay);
                }
            }
        } else if (stay.touchedNothing()) {
            scope.release(session);
            session.deployment().leave(stay);
        }
        scope.end();
    }
}
