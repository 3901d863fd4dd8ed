package dev.baton.api;

/** The lock was not free within the time. The message names who had it, as far as known. */
public class LockTimeoutException extends LockException {
    private static final long serialVersionUID = 1L;

    public LockTimeoutException(String message, Throwable cause) {
        super(message, cause);
    }
}
