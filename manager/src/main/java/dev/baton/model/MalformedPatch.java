package dev.baton.model;

/** A patch that does not fit its base, or is not well-formed. What it was to be applied to is unchanged. */
public final class MalformedPatch extends Exception {
    private static final long serialVersionUID = 1L;

    public MalformedPatch(String message) {
        super(message);
    }
}
