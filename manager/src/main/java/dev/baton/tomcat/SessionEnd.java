package dev.baton.tomcat;

import dev.baton.access.AccessLog;
import dev.baton.node.SessionUnavailable;
import dev.baton.tomcat.SessionFrame.Phase;
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
     * no listener ran, and the session goes on.
     */
    static void destroy(TrackedSession session, AccessLog access) {
        if (!session.enterPhase(Phase.LIVE, Phase.ASKED) && !session.enterPhase(Phase.DOUBTED, Phase.ASKED)) {
            if (session.lives()) {
                // Somebody else is asking, and tells the listeners; this end may fail as that one may.
                session.deployment().destroy(access);
            }
            return;
        }
        boolean destroyed = false;
        Phase otherwise = Phase.LIVE;
        try {
            // The application's code, which may fail, runs while nothing has happened yet.
            session.keepRemains(session.everything(access));
            session.deployment().destroy(access);
            destroyed = true;
        } catch (SessionUnavailable e) {
            // Before the creation is durable the store was not asked.
            boolean unanswered = e.reason() == SessionUnavailable.Reason.OUTCOME_UNKNOWN && access.isDurable(1);
            otherwise = unanswered ? Phase.DOUBTED : Phase.LIVE;
            throw e;
        } finally {
            if (!destroyed) {
                session.enterPhase(Phase.ASKED, otherwise);
                if (otherwise == Phase.LIVE) {
                    session.forgetRemains();
                } else if (access.gone()) {
                    agreedLate(session);
                } else if (access.lost()) {
                    unanswerable(session);
                }
            }
        }
        try {
            session.keepRemains(session.everything(access)); // others may have gone on with the session meanwhile
        } finally {
            session.enterPhase(Phase.ASKED, Phase.ENDING);
            tell(session);
        }
    }

    /** The store agreed to the end after all; nobody waits for that any more. */
    static void agreedLate(TrackedSession session) {
        if (session.enterPhase(Phase.DOUBTED, Phase.ENDING)) {
            tell(session);
        }
    }

    /** The token is void, and with it the question whether the session may end: whoever has it now decides. */
    static void unanswerable(TrackedSession session) {
        if (session.enterPhase(Phase.DOUBTED, Phase.LIVE)) {
            session.forgetRemains();
        }
    }

    /** The store chose this process to run the listeners of a session that has expired. */
    static void expired(TrackedSession session, AccessLog access) {
        if (session.enterPhase(Phase.LIVE, Phase.ENDING) || session.enterPhase(Phase.DOUBTED, Phase.ENDING)) {
            ClassLoader before = session.deployment().bind();
            try {
                session.keepRemains(session.everything(access));
            } finally {
                Deployment.unbind(before);
            }
            tell(session);
            BatonSingleSignOn.expired(session);
        }
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
