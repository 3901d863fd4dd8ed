package dev.baton.graph;

/** What a node of a {@link StreamTable} is. */
public enum Kind {
    /**
     * An object of which nothing but its declared serialisable fields is in the stream, level after level: neither its
     * class nor a superclass has a {@code writeObject}.
     */
    PLAIN,
    /** An object with data of at least one {@code writeObject}, before which the fields may be missing. */
    WRITTEN,
    /** An object that wrote itself: {@code Externalizable}. */
    EXTERNAL,
    /** An array of references. */
    ARRAY,
    /** An array of a primitive type. */
    PRIMITIVES,
    ENUM,
    STRING,
    /** A {@code java.lang.Class}. */
    CLASS,
    DESCRIPTOR,
    PROXY_DESCRIPTOR;

    private static final Kind[] VALUES = values();

    static Kind of(int ordinal) {
        return VALUES[ordinal];
    }
}
