package dev.baton.protocol;

/** The core found its own state contradictory. The node must leave the cluster and say why; the process goes on. */
public final class InvariantBroken extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public InvariantBroken(String message) {
        super(message);
    }
}
