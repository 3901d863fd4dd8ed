package dev.baton.node;

/** The cluster does not take this node: the text gives the setting, both values, and who has the other one. */
public final class ClusterRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ClusterRefused(String message) {
        super(message);
    }
}
