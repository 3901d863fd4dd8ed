package dev.baton.api;

/** The session is not one of Baton's: another manager made it. */
public class NotClusteredException extends LockException {
    private static final long serialVersionUID = 1L;

    public NotClusteredException(String message) {
        super(message, null);
    }
}
