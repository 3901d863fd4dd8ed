package dev.baton.api;

/**
 * A session, or a portion of it, could not be locked or its changes not be saved. Of this class itself where too many
 * wait already, where the store cannot be reached or did not acknowledge in time, where the token was taken away, or
 * where this node is stopping; the message says which. What can be told apart has a subclass.
 *
 * <p>Where the application lets one of these through, the answer to the client is {@code 503} with {@code Retry-After}
 * and a body that says which, except for {@link SessionGoneException} and {@link NotClusteredException}, which count as
 * errors of the application like any other. Sessions stand in messages as hashes only.
 */
public class LockException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public LockException(String message, Throwable cause) {
        super(message, cause);
    }
}
