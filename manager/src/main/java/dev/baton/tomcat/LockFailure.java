package dev.baton.tomcat;

import dev.baton.api.DeadlockException;
import dev.baton.api.LockException;
import dev.baton.api.LockTimeoutException;
import dev.baton.api.SessionGoneException;
import dev.baton.node.SessionUnavailable;
import jakarta.servlet.RequestDispatcher;
import org.apache.catalina.connector.Request;
import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;

/** From what the node says to what applications may catch, and back where they do not. */
final class LockFailure {
    private static final Log log = LogFactory.getLog(LockFailure.class);

    private LockFailure() {
    }

    static LockException of(SessionUnavailable why) {
        return switch (why.reason()) {
            case LOCKED, NOT_GIVEN -> new LockTimeoutException(why.getMessage(), why);
            case DEADLOCK -> {
                // Here, since the application may well catch it.
                log.warn(why.getMessage());
                yield new DeadlockException(why.getMessage(), why);
            }
            default -> new LockException(why.getMessage(), why);
        };
    }

    static SessionGoneException gone(TrackedSession session) {
        return new SessionGoneException(session.key() + " does not exist any more", null);
    }

    /** What the servlet let through, or null. */
    static SessionUnavailable uncaught(Request request) {
        Object thrown = request.getAttribute(RequestDispatcher.ERROR_EXCEPTION);
        // Bounded: a cause may be its own.
        for (int i = 0; i < 20 && thrown instanceof Throwable t; i++) {
            if (t instanceof LockException && t.getCause() instanceof SessionUnavailable why) {
                return why;
            }
            thrown = t.getCause();
        }
        return null;
    }
}
