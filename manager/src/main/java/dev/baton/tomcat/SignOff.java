package dev.baton.tomcat;

import dev.baton.node.SessionUnavailable;
import dev.baton.tomcat.SignOns.Member;
import java.io.IOException;
import java.util.List;
import org.apache.catalina.Context;
import org.apache.catalina.Host;
import org.apache.catalina.Manager;
import org.apache.catalina.Session;
import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;

/** Ends the sessions of a sign-on that has ended, in whichever applications of the Host they are. Any thread. */
final class SignOff {
    private static final Log log = LogFactory.getLog(SignOff.class);

    private final Host host;

    SignOff(Host host) {
        this.host = host;
    }

    /**
     * Ends the sessions, and with them what is left of the sign-on. Where an application does not run here, that stays,
     * and another node tries once more later.
     *
     * @throws SessionUnavailable at the first that cannot be ended; then as above
     */
    void end(SignOns signOns, String id, List<Member> members) {
        boolean all = true;
        for (Member member : members) {
            all &= end(member);
        }
        if (all) {
            signOns.destroy(id);
        }
    }

    /** A logout's own node died, or could not end all: done here, as far as possible. */
    void finish(String name, List<Member> members) {
        for (Member member : members) {
            String why = "the application does not run at this node";
            try {
                why = end(member) ? null : why;
            } catch (SessionUnavailable e) {
                why = e.getMessage();
            }
            if (why != null) {
                log.warn("Of the ended sign-on " + name + " a session of " + member.context() + " may live on: " + why);
            }
        }
    }

    /** @return false where the application does not run here, so that nobody can tell */
    private boolean end(Member member) {
        Manager manager = host.findChild(member.context()) instanceof Context context ? context.getManager() : null;
        if (manager == null || manager instanceof BatonManager ours && ours.deployment() == null) {
            return false;
        }
        Session session;
        try {
            session = manager.findSession(member.id());
        } catch (IOException e) {
            return false;
        }
        if (session instanceof TrackedSession tracked) {
            tracked.endSignedOn();
        } else if (session != null) {
            session.removeNote(BatonSingleSignOn.NOTE);
            session.expire();
        }
        return true;
    }
}
