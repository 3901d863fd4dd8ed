package dev.baton.protocol;

import dev.baton.model.Location;
import dev.baton.model.NodeId;
import dev.baton.model.SessionKey;
import dev.baton.model.Topology;
import java.util.List;

/** Placeholder signatures while the core is being written. */
public final class NodeCore {
    public NodeCore(NodeId self, Location location, boolean store, List<Message.App> apps, CoreSettings settings) {
    }

    NodeCore(NodeId self, Location location, boolean store, List<Message.App> apps, CoreSettings settings, Guards guards) {
    }

    /**
     * Takes one input and says what must be done.
     *
     * @param nowNanos monotonic time, never less than in the step before
     */
    public List<Effect> step(Input input, long nowNanos) {
        throw new UnsupportedOperationException();
    }

    /** When the next {@link Input.Tick} is due, on the clock of {@code step}. */
    public long nextWakeNanos() {
        throw new UnsupportedOperationException();
    }

    /** The effective table, or null. */
    public Topology effective() {
        throw new UnsupportedOperationException();
    }

    public ProtocolReport report() {
        throw new UnsupportedOperationException();
    }

    public ProtocolReport.SessionReport report(SessionKey key) {
        throw new UnsupportedOperationException();
    }

    /** Keys of the sessions this node is primary of. */
    public List<SessionKey> primarySessions(long application) {
        throw new UnsupportedOperationException();
    }
}
