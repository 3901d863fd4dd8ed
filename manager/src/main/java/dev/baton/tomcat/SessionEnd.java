package dev.baton.tomcat;

import dev.baton.access.AccessLog;
import dev.baton.node.SessionUnavailable;
import java.util.Map;
import org.apache.catalina.Session;
import org.apache.catalina.TomcatPrincipal;
import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;
import org.apache.tomcat.util.ExceptionUtils;

/**
 * The end of a session: once in the whole cluster, with the listeners in the order of the specification. Destroyed
 * listeners run while the session can still be read; values are unbound when it is invalid. No monitor is held.
 */
final class SessionEnd {
    private static final Log log = LogFactory.getLog(SessionEnd.class);

    private SessionEnd() {
    }

    /** Destroys the session, its sign-on before it and the other sessions of that after it. */
    static void logout(TrackedSession session, AccessLog access) {
        Runnable others = BatonSingleSignOn.ending(session);
        destroy(session, access);
        others.run();
    }

    /**
     * Destroys the session on behalf of this process. The store is told first: where that fails nothing has happened,
     * no listener ran, and the session goes on. Of several threads that do so at once the first that hears of success
     * tells the listeners.
     */
    static void destroy(TrackedSession session, AccessLog access) {
        // The application's code, which may fail, runs while nothing has happened yet.
        Map<String, Object> values = session.everything(access);
        if (!session.ask()) {
            return;
        }
        session.keepRemains(values);
        try {
            session.deployment().destroy(access);
        } catch (SessionUnavailable e) {
            // Before the creation is durable the store was not asked.
            if (e.reason() == SessionUnavailable.Reason.OUTCOME_UNKNOWN && access.isDurable(1)) {
                session.unanswered();
                if (access.gone()) {
                    agreedLate(session);
                } else if (access.lost()) {
                    session.unanswerable();
                }
            } else {
                session.refused();
            }
            throw e;
        }
        end(session, access);
    }

    /** The store agreed to the end after all; nobody waits for that any more. */
    static void agreedLate(TrackedSession session) {
        if (session.beginEnd()) {
            tell(session);
        }
    }

    /** The store chose this process to run the listeners of a session that has expired. */
    static void expired(TrackedSession session, AccessLog access) {
        if (end(session, access)) {
            BatonSingleSignOn.expired(session);
        }
    }

    /** False where somebody else ends it. */
    private static boolean end(TrackedSession session, AccessLog access) {
        if (!session.beginEnd()) {
            return false;
        }
        ClassLoader before = session.deployment().bind();
        try {
            session.keepRemains(session.everything(access)); // others may have gone on with the session meanwhile
        } finally {
            Deployment.unbind(before);
            tell(session);
        }
        return true;
    }

    private static void tell(TrackedSession session) {
        ClassLoader before = session.deployment().bind();
        try {
            session.deployment().events().destroyed(session.getSession());
            session.manager().remove(session, true);
            session.fire(Session.SESSION_DESTROYED_EVENT, null);
            if (session.getPrincipal() instanceof TomcatPrincipal principal) {
                principal.logout();
            }
        } catch (Exception e) {
            log.error("Ending " + session.key() + " failed in part", e);
        } finally {
            session.bury();
            session.deployment().ties().remove(session);
            try {
                for (Map.Entry<String, Object> each : session.remains().entrySet()) {
                    unbind(session, each.getKey(), each.getValue());
                }
            } finally {
                session.forgetRemains();
                Deployment.unbind(before);
            }
        }
    }

    static void unbind(TrackedSession session, String name, Object value) {
        try {
            session.deployment().events().removed(session.getSession(), name, value);
        } catch (Throwable t) {
            ExceptionUtils.handleThrowable(t);
            log.error("Unbinding attribute '" + name + "' of " + session.key() + " failed", t);
        }
    }
}
