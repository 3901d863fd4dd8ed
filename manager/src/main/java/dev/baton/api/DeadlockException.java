package dev.baton.api;

/**
 * This request and others of the same process would have waited for each other for ever, and this is the youngest of
 * them. The message names them all. The others go on when this request ends, or gives up what they wait for; so let it
 * end, and have the client repeat it. Trying to lock again within the same request leads to the same circle.
 */
public class DeadlockException extends LockException {
    private static final long serialVersionUID = 1L;

    public DeadlockException(String message, Throwable cause) {
        super(message, cause);
    }
}
