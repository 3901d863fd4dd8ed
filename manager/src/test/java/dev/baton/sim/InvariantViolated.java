package dev.baton.sim;

/** The truth was violated. The message names the invariant first. */
final class InvariantViolated extends AssertionError {
    private static final long serialVersionUID = 1L;
    /** "I4", "L2", … or "core" for what the core itself found. */
    final String invariant;

    InvariantViolated(String invariant, String message) {
        super(invariant + ": " + message);
        this.invariant = invariant;
    }

    InvariantViolated(String invariant, String message, Throwable cause) {
        super(invariant + ": " + message, cause);
        this.invariant = invariant;
    }
}
