package dev.baton.tomcat;

import dev.baton.node.SessionUnavailable;
import jakarta.servlet.ServletException;
import java.io.IOException;
import org.apache.catalina.AccessLog;
import org.apache.catalina.Container;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.Manager;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;

/**
 * Marks where a request begins and ends for the sessions of a {@link BatonManager}: in between, all its uses of a
 * session belong together; before it returns, what they changed is durable, or the request is refused. Stands in the
 * pipeline of the Context in front of the authenticator. Without state; a second one in the same pipeline does nothing.
 *
 * <p>Writes no access log. It is one since Tomcat logs every request just before it recycles it, however it ended: also
 * an asynchronous one whose answer it could not send, of which nobody else hears any more.
 */
public class RequestBoundary extends ValveBase implements AccessLog {

    public RequestBoundary() {
        super(true);
    }

    /** @throws IllegalArgumentException where this is not the pipeline of a Context */
    @Override
    public void setContainer(Container container) {
        if (container != null && !(container instanceof Context)) {
            throw new IllegalArgumentException(getClass().getName() + " belongs into a <Context>, not into "
                    + container.getClass().getSimpleName() + " '" + container.getName() + "'");
        }
        super.setContainer(container);
    }

    @Override
    protected void startInternal() throws LifecycleException {
        Manager manager = ((Context) getContainer()).getManager();
        if (manager != null && !(manager instanceof BatonManager)) {
            containerLog.warn(getClass().getName() + " does nothing, and the sessions of " + getContainer().getName()
                    + " stay on this node: their Manager is a " + manager.getClass().getName());
        }
        super.startInternal();
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        RequestScope outer = RequestScope.current();
        if (!(request.getContext().getManager() instanceof BatonManager manager)
                || outer != null && outer.request() == request) {
            getNext().invoke(request, response);
            return;
        }
        RequestScope scope = RequestScope.openPipeline(request);
        Throwable thrown = null;
        try {
            if (request.getRequestedSessionId() != null && manager.waitsForAcknowledgement()) {
                // The application may complete its answer before it touches the session for the first time.
                scope.holdAnswer();
            }
            joinedBefore(request);
            if (manager.acquiresAtStart()) {
                enterRequested(request, scope);
            }
            getNext().invoke(request, response);
        } catch (SessionUnavailable e) {
            scope.failed(e);
        } catch (IOException | ServletException | RuntimeException | Error e) {
            thrown = e;
            throw e;
        } finally {
            end(manager, scope, request, response, thrown);
        }
    }

    /**
     * Tomcat is done with the request: what an asynchronous one still has locked will be free, and what it changed saved,
     * where the end of its answer did not do that. Waits for nothing. Never throws, since the request would not be
     * recycled then.
     */
    @Override
    public void log(Request request, Response response, long time) {
        try {
            AsyncWatch.recycled(request);
        } catch (RuntimeException | Error e) {
            containerLog.error("What " + RequestName.of(request) + " changed asynchronously could not be saved", e);
        }
    }

    /** No effect: nothing is written. */
    @Override
    public void setRequestAttributesEnabled(boolean enabled) {
        // There is nothing to enable.
    }

    /** @return false */
    @Override
    public boolean getRequestAttributesEnabled() {
        return false;
    }

    /**
     * Request listeners and Valves of the Host may have had the request join its session when there was no scope yet.
     * Tomcat says so only once.
     */
    private static void joinedBefore(Request request) {
        TrackedSession session = AsyncWatch.sessionOf(request);
        if (session != null) {
            session.deployment().joined(session);
        }
    }

    private static void enterRequested(Request request, RequestScope scope) {
        if (request.getRequestedSessionId() != null
                && request.getSessionInternal(false) instanceof TrackedSession session) {
            if (scope.enter(session) == null) {
                session.destroyedElsewhere();
            }
            session.manager().mustServe(session.deployment());
        }
    }

    private static void end(BatonManager manager, RequestScope scope, Request request, Response response,
                            Throwable thrown) throws IOException {
        boolean async = request.isAsync();
        boolean answered = false;
        try {
            SessionUnavailable uncaught = LockFailure.uncaught(request);
            if (uncaught != null) {
                scope.failed(uncaught);
            }
            LocalTies.upgraded(request, response, scope);
            if (async) {
                AsyncWatch.follow(request, scope, manager.deployment());
            }
            answered = !async && thrown == null;
        } finally {
            if (answered) {
                scope.closeAnswered();
            } else {
                scope.close(!async);
            }
        }
        if (scope.failure() == null) {
            return;
        }
        if (thrown == null) {
            Refusal.answer(request, response, scope.failure(), manager);
        } else if (response.isCommitted()) {
            // Something else failed as well; what has begun may not end as if it were right.
            Refusal.cut(request, scope.failure());
        }
    }
}
