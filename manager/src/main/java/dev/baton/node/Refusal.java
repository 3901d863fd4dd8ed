package dev.baton.node;

import dev.baton.access.AccessLog;
import dev.baton.access.Deadlock;
import dev.baton.model.NodeId;
import dev.baton.model.SessionKey;
import dev.baton.node.SessionUnavailable.Reason;
import dev.baton.protocol.Denial;

/**
 * Why somebody who waits gets nothing.
 *
 * @param holder process known to have the token, or null
 */
record Refusal(Denial reason, NodeId holder) {
    /** Whether this says that there is no such session. */
    boolean absent() {
        return reason == Denial.NO_SUCH_SESSION || reason == Denial.GONE;
    }

    /** What a stay hears whose token is gone. */
    static SessionUnavailable lost(AccessLog log) {
        if (log.end() == AccessLog.End.TOO_FEW_COPIES) {
            return new Refusal(Denial.TOO_FEW_COPIES, null).of(log.state().key());
        }
        if (log.end() == AccessLog.End.UNCONFIRMED) {
            return new Refusal(Denial.UNCONFIRMED, null).of(log.state().key());
        }
        if (log.end() == AccessLog.End.NOT_COPIED) {
            return new SessionUnavailable(Reason.TOO_FEW_COPIES, "the store did not take the new session "
                    + log.state().key() + ": fewer backups are in sync than minInSync asks for");
        }
        return log.end() == AccessLog.End.NOT_CREATED
                ? new SessionUnavailable(Reason.STORE_UNREACHABLE, "the store did not take the new session "
                        + log.state().key() + ": it cannot serve now, or the id is in use")
                : new SessionUnavailable(Reason.TOKEN_LOST, "the token of " + log.state().key()
                        + " was taken away: what this request changed is lost");
    }

    /** What somebody hears whose claim would never be granted. */
    static SessionUnavailable deadlock(SessionKey key, Deadlock deadlock) {
        return new SessionUnavailable(Reason.DEADLOCK, key + ": deadlock: " + deadlock.circle());
    }

    /** For the end of a text: where the token is, as far as is known. */
    static String lastSeen(NodeId holder) {
        return holder == null ? "" : ", last seen at " + holder;
    }

    SessionUnavailable of(SessionKey key) {
        String by = lastSeen(holder);
        return switch (reason) {
            case OVERLOADED -> new SessionUnavailable(Reason.OVERLOADED,
                    "a queue for " + key + " is full" + by);
            case TIMED_OUT -> new SessionUnavailable(Reason.LOCKED, key + " is in use" + by);
            case NOT_A_MEMBER -> new SessionUnavailable(Reason.STOPPING,
                    "this node is no member of the cluster: " + key + " cannot be served");
            case FENCED, WRONG_BASE, MALFORMED -> new SessionUnavailable(Reason.TOKEN_LOST,
                    "the store refused the token of " + key + " (" + reason + ")" + by);
            case EXISTS -> new SessionUnavailable(Reason.STORE_UNREACHABLE,
                    "the new session's id is in use already: " + key);
            case UNAVAILABLE, NOT_PRIMARY -> new SessionUnavailable(Reason.STORE_UNREACHABLE,
                    "the store cannot serve " + key + " now (" + reason + "): no majority, or it is moving" + by);
            case TOO_FEW_COPIES -> new SessionUnavailable(Reason.TOO_FEW_COPIES,
                    "changes of " + key + " are refused: fewer backups are in sync than minInSync asks for");
            case UNCONFIRMED -> new SessionUnavailable(Reason.OUTCOME_UNKNOWN, "changes of " + key
                    + " were made, and backups went away before they had them: fewer are in sync than minInSync asks for");
            case NO_SUCH_SESSION, GONE -> new SessionUnavailable(Reason.TOKEN_LOST, key + " does not exist any more");
        };
    }
}
