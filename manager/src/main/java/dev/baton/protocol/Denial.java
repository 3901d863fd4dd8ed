package dev.baton.protocol;

/** Why the store refused. Only {@link #NO_SUCH_SESSION} says anything about the session's existence. */
public enum Denial {
    /** The primary knows that there is no such session. */
    NO_SUCH_SESSION,
    /** A create met an id that is or was in use. */
    EXISTS,
    /** The asked node is not the segment's primary under the newest table it knows. */
    NOT_PRIMARY,
    /** No majority, or the store may not serve right now. */
    UNAVAILABLE,
    /** A bounded queue is full. */
    OVERLOADED,
    /** The waiter's deadline passed, or it was cancelled. */
    TIMED_OUT,
    /** The token used was not the current one. */
    FENCED,
    /** The session was destroyed. */
    GONE,
    /** The changes were made from a version that the store does not have. */
    WRONG_BASE,
    /** The patch did not fit: refused, nothing changed. */
    MALFORMED,
    /** This node is leaving, or was removed from the table. */
    NOT_A_MEMBER,
    /** Fewer backups are in sync than changes need. Nothing was changed. */
    TOO_FEW_COPIES,
    /** The primary took the changes, then backups went: too few have them for an acknowledgement. Outcome unknown. */
    UNCONFIRMED
}
