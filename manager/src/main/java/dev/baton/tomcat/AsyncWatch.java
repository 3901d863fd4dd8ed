package dev.baton.tomcat;

import dev.baton.access.AccessLog;
import dev.baton.node.SessionUnavailable;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.catalina.connector.Request;

/**
 * Follows an asynchronous request from the container thread's exit to its completion. The container thread has left the
 * session by then, so that a request that streams for hours blocks nobody; what the request's own threads touched is
 * compared and saved before its answer is complete.
 */
final class AsyncWatch implements AsyncListener {
    private static final String NOTE = AsyncWatch.class.getName();

    private final Request request;
    private final Set<TrackedSession> sessions = new LinkedHashSet<>();
    private boolean ended;

    private AsyncWatch(Request request) {
        this.request = request;
    }

    /** The container thread leaves a request that goes on asynchronously. */
    static void follow(Request request, List<TrackedSession> touched) {
        AsyncWatch watch = (AsyncWatch) request.getNote(NOTE);
        if (watch == null) {
            watch = new AsyncWatch(request);
            request.setNote(NOTE, watch);
            request.getAsyncContextInternal().addListener(watch);
        }
        watch.add(touched);
    }

    private synchronized void add(List<TrackedSession> touched) {
        for (TrackedSession session : touched) {
            if (sessions.add(session)) {
                session.asyncTouches().requestStarted();
            }
        }
    }

    @Override
    public void onComplete(AsyncEvent event) {
        finish();
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

    private synchronized void finish() {
        if (ended) {
            return;
        }
        ended = true;
        for (TrackedSession session : sessions) {
            Set<String> names = session.asyncTouches().requestEnded();
            if (!names.isEmpty() && session.phase() == SessionFrame.Phase.LIVE) {
                save(session, names);
            }
        }
    }

    private void save(TrackedSession session, Set<String> names) {
        ClassLoader before = session.deployment().bind();
        RequestScope scope = RequestScope.open(request);
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
            Deployment.unbind(before);
        }
        if (scope.failure() != null) {
            Refusal.logLate(scope.failure());
            Refusal.cut(request, scope.failure());
        }
    }
}
