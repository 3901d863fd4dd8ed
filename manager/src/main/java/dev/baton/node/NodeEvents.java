package dev.baton.node;

import dev.baton.model.Topology;
import dev.baton.protocol.Effect;

/** What the node has to tell people. Called on any thread, the cluster's included: must be quick and not throw. */
public interface NodeEvents {
    /** A line for the log. */
    void note(Effect.Level level, String text, Throwable cause);

    /**
     * @param effective null before the first table, where no node in sight stores sessions; {@code frozen}: no majority,
     *                  nothing is served
     */
    default void topologyChanged(Topology effective, boolean frozen) {
    }

    /** The node is out of the cluster for good and serves nothing any more; only a new one can join. */
    default void stopped(String reason) {
    }
}
