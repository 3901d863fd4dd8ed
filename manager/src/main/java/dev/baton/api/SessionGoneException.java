package dev.baton.api;

/** The session was invalidated, has expired, or never reached the store. */
public class SessionGoneException extends LockException {
    private static final long serialVersionUID = 1L;

    public SessionGoneException(String message, Throwable cause) {
        super(message, cause);
    }
}
