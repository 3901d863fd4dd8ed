package dev.baton.tomcat;

import dev.baton.access.AccessLog;
import dev.baton.node.SessionUnavailable;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.catalina.Session;
import org.apache.catalina.connector.Request;
import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;

/**
 * Follows an asynchronous request from the container thread's exit to its end. The container thread has left the
 * session by then, so that a request that streams for hours blocks nobody; what the request's own threads touched, or
 * the container's had fetched for them, is compared and saved before its answer is complete: at the held end of the
 * answer, just after onComplete. (Tomcat calls onComplete with a monitor, in which a virtual thread that waits would
 * keep its carrier on JDK 21 to 23.) Where nothing holds the answer no acknowledgement is waited for, and onComplete is
 * the end.
 */
final class AsyncWatch implements AsyncListener {
    private static final Log log = LogFactory.getLog(AsyncWatch.class);
    private static final String NOTE = AsyncWatch.class.getName();
    /** Asking the request would make it look for a session that it never used. */
    private static final VarHandle SESSION = sessionOfRequest();

    private final Request request;
    /** Null where the application had stopped. */
    private final Deployment deployment;
    /** With the names of what the container's threads left behind in the request's hands. */
    private final Map<TrackedSession, Set<String>> sessions = new LinkedHashMap<>();
    private final List<LockHandle> locks = new ArrayList<>();
    private final AtomicBoolean ended = new AtomicBoolean();

    private static VarHandle sessionOfRequest() {
        try {
            return MethodHandles.privateLookupIn(Request.class, MethodHandles.lookup())
                    .findVarHandle(Request.class, "session", Session.class);
        } catch (ReflectiveOperationException e) {
            log.warn("This Tomcat's requests are built otherwise (" + e + "): what an asynchronous request changes in"
                    + " place is only found where its first thread used the session too, and who asks for a session"
                    + " before Baton's Valve keeps its id from following the node");
            return null;
        }
    }

    /** The session that the request has used or asked for so far, without looking for one; or null. */
    static TrackedSession sessionOf(Request request) {
        return SESSION != null && SESSION.get(request) instanceof TrackedSession session ? session : null;
    }

    private AsyncWatch(Request request, Deployment deployment) {
        this.request = request;
        this.deployment = deployment;
    }

    /**
     * The container thread leaves a request that goes on asynchronously. What it has read may be changed in place by the
     * request's other threads, which need not ask the session for it again. Its open locks are kept, to the request's
     * completion at the latest.
     *
     * @param scope      still open
     * @param deployment null where the application has stopped meanwhile
     */
    static void follow(Request request, RequestScope scope, Deployment deployment) {
        AsyncWatch watch = (AsyncWatch) request.getNote(NOTE);
        if (watch == null) {
            watch = new AsyncWatch(request, deployment);
            request.setNote(NOTE, watch);
            request.getAsyncContextInternal().addListener(watch);
        }
        for (TrackedSession session : scope.sessions()) {
            AccessLog stay = scope.stay(session);
            watch.add(session, stay == null ? List.of() : session.state().mayChangeLater(stay));
        }
        watch.keep(scope.keepOpen());
    }

    private synchronized void add(TrackedSession session, List<String> names) {
        Set<String> known = sessions.get(session);
        if (known == null) {
            known = new TreeSet<>();
            sessions.put(session, known);
            session.asyncTouches().requestStarted();
        }
        known.addAll(names);
    }

    /** What was locked before the container's thread left the request, and may still be; empty mostly. */
    static List<LockHandle> locks(Request request) {
        return request.getNote(NOTE) instanceof AsyncWatch watch ? watch.kept() : List.of();
    }

    private synchronized void keep(List<LockHandle> open) {
        locks.addAll(open);
    }

    @Override
    public void onComplete(AsyncEvent event) {
        if (!ResponseHold.holds(request)) {
            settle(request);
        }
    }

    /** Tomcat drops the listeners whenever the application starts anew. */
    @Override
    public void onStartAsync(AsyncEvent event) {
        event.getAsyncContext().addListener(this);
    }

    @Override
    public void onTimeout(AsyncEvent event) {
        // onComplete follows.
    }

    @Override
    public void onError(AsyncEvent event) {
        // onComplete follows.
    }

    /** The answer of the request is about to end. */
    static void settle(Request request) {
        if (request.getNote(NOTE) instanceof AsyncWatch watch && watch.ends()) {
            RequestScope.uninterrupted(() -> watch.finish(request));
        }
    }

    /**
     * Tomcat is done with the request, whose answer could not be sent where {@link #settle} was not called before. The
     * thread may be the one that watches all connections: what there is to wait for is left to another one.
     */
    static void recycled(Request request) {
        if (request.getNote(NOTE) instanceof AsyncWatch watch && watch.ends()) {
            // An application that has stopped lets nobody wait.
            Executor threads = watch.deployment == null ? Runnable::run : watch.deployment.application()::later;
            threads.execute(() -> watch.finish(null));
        }
    }

    private boolean ends() {
        if (!ended.compareAndSet(false, true)) {
            return false;
        }
        TrackedSession used = sessionOf(request);
        if (used != null) {
            add(used, List.of());
        }
        return true;
    }

    /** @param current null where Tomcat uses its object for another request already */
    private void finish(Request current) {
        for (LockHandle lock : kept()) {
            failed(current, lock.end());
        }
        touched().forEach((session, names) -> {
            names.addAll(session.asyncTouches().requestEnded());
            if (!names.isEmpty() && session.lives()) {
                failed(current, save(session, names, current));
            }
        });
    }

    private synchronized Map<TrackedSession, Set<String>> touched() {
        return new LinkedHashMap<>(sessions);
    }

    private synchronized List<LockHandle> kept() {
        return List.copyOf(locks);
    }

    private static SessionUnavailable save(TrackedSession session, Set<String> names, Request current) {
        ClassLoader before = session.deployment().bind();
        try {
            // A request that only read needs the session no more, and may end where nobody can enter it.
            return session.state().unchanged(names) ? null : enterAndSave(session, names, current);
        } finally {
            Deployment.unbind(before);
        }
    }

    private static SessionUnavailable enterAndSave(TrackedSession session, Set<String> names, Request current) {
        RequestScope scope = RequestScope.open(current);
        try {
            AccessLog access = scope.enter(session);
            if (access != null) {
                for (String name : names) {
                    session.state().get(name, access);
                }
            }
        } catch (SessionUnavailable e) {
            scope.failed(e);
        } finally {
            scope.close(false);
        }
        return scope.failure();
    }

    private static void failed(Request current, SessionUnavailable failure) {
        if (failure != null) {
            Refusal.logLate(failure);
            if (current != null) {
                Refusal.cut(current, failure);
            }
        }
    }
}
