package dev.baton.tomcat;

import dev.baton.node.SessionUnavailable;
import jakarta.servlet.http.HttpSession;
import java.util.function.Consumer;

/**
 * Use of a session outside of its requests: behaves as a request would, from look-up to acknowledgement.
 */
final class SessionAccessor implements HttpSession.Accessor {
    private final BatonManager manager;
    private final String id;

    private SessionAccessor(BatonManager manager, String id) {
        this.manager = manager;
        this.id = id;
    }

    /** Not a constructor: Tomcat 10.1 has no such interface, and only calling this may need it. */
    static HttpSession.Accessor of(BatonManager manager, String id) {
        return new SessionAccessor(manager, id);
    }

    /**
     * @throws IllegalStateException where the session does not exist (any more, or under this id)
     * @throws SessionUnavailable    where it cannot be had now, or its changes are not known to be durable
     */
    @Override
    public void access(Consumer<HttpSession> consumer) {
        RequestScope own = RequestScope.current() == null ? RequestScope.open(null) : null;
        try {
            TrackedSession session = manager.findSession(id);
            if (session == null || !session.isValid()) {
                throw new IllegalStateException("access: the session has been invalidated, or its id has changed");
            }
            session.access();
            try {
                consumer.accept(session.getSession());
            } finally {
                session.endAccess();
            }
        } finally {
            if (own != null) {
                own.close(false);
            }
        }
        if (own != null && own.failure() != null) {
            throw own.failure();
        }
    }
}
