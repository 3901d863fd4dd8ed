package dev.baton.access;

/** An attribute that cannot be replicated. The request's other changes are. */
public final class NotSerializableAttribute extends Exception {
    private static final long serialVersionUID = 1L;

    private final String attribute;
    private final String path;
    private final String className;

    /**
     * @param path      from the attribute to the culprit by field names, {@code cart.items[3].connection} for example
     * @param className class of the culprit
     */
    public NotSerializableAttribute(String attribute, String path, String className, Throwable cause) {
        super("attribute '" + attribute + "' cannot be replicated: " + path + " is a " + className
                + ", which is not serialisable", cause);
        this.attribute = attribute;
        this.path = path;
        this.className = className;
    }

    private NotSerializableAttribute(String attribute, String className, String message) {
        super(message);
        this.attribute = attribute;
        this.path = attribute;
        this.className = className;
    }

    /** The session would have more bytes than it may. */
    static NotSerializableAttribute tooLarge(String attribute, String className, long bytes, long limit) {
        return new NotSerializableAttribute(attribute, className, "attribute '" + attribute + "', a " + className
                + ", cannot be replicated: the session would have " + bytes + " bytes, more than maxSessionSize "
                + limit);
    }

    public String attribute() {
        return attribute;
    }

    public String path() {
        return path;
    }

    public String className() {
        return className;
    }
}
