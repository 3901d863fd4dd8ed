package dev.baton.node;

/**
 * The session cannot be served now: the answer to the client is 503. Says nothing about whether the session exists.
 * Unchecked, and no {@link IllegalStateException}, which applications would read as "logged out".
 */
public class SessionUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What stood in the way. */
    public enum Reason {
        /** The token was not given within the time-out: somebody else is using the session. */
        LOCKED,
        /** The token was not given within the time-out, and nobody is known to use the session: the store is silent. */
        NOT_GIVEN,
        /** Requests of this process would have waited for each other for ever; this is the youngest of them. */
        DEADLOCK,
        /** A bound was reached: too many requests wait for this session, or a queue of the node is full. */
        OVERLOADED,
        /** The store did not answer, or has no majority. */
        STORE_UNREACHABLE,
        /** The change was made and sent, but not acknowledged in time: it may be durable or not. */
        OUTCOME_UNKNOWN,
        /** The token was taken away while the request was using the session: its changes are lost. */
        TOKEN_LOST,
        /** Fewer backups are in sync than {@code minInSync} asks for: nothing was changed. */
        TOO_FEW_COPIES,
        /** This node is leaving the cluster, or has left it. */
        STOPPING
    }

    private final Reason reason;

    public SessionUnavailable(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public SessionUnavailable(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }

    /** Seconds after which trying again makes sense, for {@code Retry-After}. */
    public int retryAfterSeconds() {
        return reason == Reason.LOCKED || reason == Reason.DEADLOCK || reason == Reason.OVERLOADED ? 1 : 5;
    }
}
