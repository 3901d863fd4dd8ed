package dev.baton.access;

/**
 * An attribute's bytes cannot be turned into a value here. The bytes stay as they are, for nodes that can read them.
 */
public final class UnreadableAttribute extends Exception {
    private static final long serialVersionUID = 1L;

    private final String attribute;

    public UnreadableAttribute(String attribute, Throwable cause) {
        super("attribute '" + attribute + "' cannot be read: " + cause, cause);
        this.attribute = attribute;
    }

    public String attribute() {
        return attribute;
    }
}
