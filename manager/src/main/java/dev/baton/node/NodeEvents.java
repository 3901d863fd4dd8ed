package dev.baton.node;

import dev.baton.protocol.Effect;

/** What the node has to tell people. Called on any thread, the cluster's included: must be quick and not throw. */
public interface NodeEvents {
    /** A line for the log. */
    void note(Effect.Level level, String text, Throwable cause);

    /** The node is out of the cluster for good and serves nothing any more; only a new one can join. */
    default void stopped(String reason) {
    }
}
