package dev.baton.tomcat;

import dev.baton.node.SessionUnavailable;
import dev.baton.tomcat.SessionFrame.Phase;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;
import org.apache.tomcat.util.ExceptionUtils;

/**
 * Sessions that have something on this node only: values that never leave it, WebSockets of somebody who is logged in.
 * Where such a session ends at another node, these end here: the store is asked for it by Tomcat's background thread
 * (every ten seconds by default), and at once when this node hears of the end by itself. A session that was renamed
 * elsewhere counts as ended: the new id may have an object of its own in this process already, and two objects of one
 * session would not see each other's changes; and whoever only knows the old id, having planted it before a login, must
 * not get into the new one.
 */
final class LocalTies {
    private static final Log log = LogFactory.getLog(LocalTies.class);
    private static final long ASK_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Deployment deployment;
    private final Set<TrackedSession> sessions = ConcurrentHashMap.newKeySet();

    LocalTies(Deployment deployment) {
        this.deployment = deployment;
    }

    void add(TrackedSession session) {
        sessions.add(session);
    }

    /** The session ended in this process, which told everybody. */
    void remove(TrackedSession session) {
        sessions.remove(session);
    }

    boolean has(TrackedSession session) {
        return sessions.contains(session);
    }

    /** A request of somebody who is logged in became a connection that outlives it. */
    static void upgraded(Request request, Response response, RequestScope scope) {
        if (response.getStatus() == HttpServletResponse.SC_SWITCHING_PROTOCOLS && request.getUserPrincipal() != null) {
            scope.sessions().forEach(session -> session.deployment().ties().add(session));
        }
    }

    /** Asks for each session; what cannot be told now is asked again next time. */
    void check() {
        try {
            for (TrackedSession session : sessions) {
                // What has its token here, or somebody inside, lives; a new one may not be known to the store yet.
                if (session.phase() == Phase.LIVE && !session.state().open() && session.state().inside() == 0
                        && deployment.application().lookup(session.key().id(), ASK_NANOS) == null) {
                    session.destroyedElsewhere();
                }
                if (session.phase() == Phase.DEAD) {
                    end(session);
                }
            }
        } catch (SessionUnavailable e) {
            log.debug("Not known which sessions have ended elsewhere", e);
        }
    }

    private void end(TrackedSession session) {
        if (!sessions.remove(session)) {
            return;
        }
        ClassLoader before = deployment.bind();
        try {
            session.endedElsewhere();
        } catch (Throwable t) {
            ExceptionUtils.handleThrowable(t);
            log.error("What this node had of " + session.key() + " did not end properly", t);
        } finally {
            Deployment.unbind(before);
        }
    }
}
