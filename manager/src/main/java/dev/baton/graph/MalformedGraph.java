package dev.baton.graph;

/**
 * Bytes that cannot be handled as a graph: no serialisation stream, one with something that this package leaves to
 * others, or a patch that is damaged or was made for another base. Has no stack trace: for some values this is the
 * everyday answer.
 */
public final class MalformedGraph extends Exception {
    private static final long serialVersionUID = 1L;

    public MalformedGraph(String message) {
        super(message, null, false, false);
    }
}
