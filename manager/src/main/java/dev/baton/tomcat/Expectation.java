package dev.baton.tomcat;

import dev.baton.node.Application;
import dev.baton.node.EarlyEntry;

/**
 * What one request is expected to do with the session that it names, until it does it; then that is learnt for the
 * next ones. Belongs to the request's thread.
 */
final class Expectation {
    private TrackedSession session;
    private Application application;
    private EarlyEntry early;
    private boolean entered;

    /**
     * Begins to enter the session, where requests like this one do so.
     *
     * @return what a look-up would say, or null
     */
    Application.Found lookup(Application where, String base) {
        if (early == null && session == null) {
            application = where;
            early = where.enterEarly(base);
        }
        return early != null && early.state() == where.known(base) ? where.found(early) : null;
    }

    /** The request has the session at hand. */
    void found(TrackedSession there) {
        session = there;
    }

    /**
     * The request enters a session now. An entry begun for another one ends: two sessions at once are held by requests
     * that use both, else circles of requests that wait for each other could come from mere guesses.
     *
     * @return the entry that was begun for it, or null
     */
    EarlyEntry enters(TrackedSession which) {
        entered |= which == session;
        EarlyEntry mine = early;
        early = null;
        if (mine != null && mine.state() != which.state()) {
            application.drop(mine);
            return null;
        }
        return mine;
    }

    /** The request is over. */
    void end() {
        if (early != null) {
            application.drop(early);
            early = null;
        }
        if (session != null) {
            session.state().token().learnUse(entered);
        }
    }
}
