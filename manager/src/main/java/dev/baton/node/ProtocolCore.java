package dev.baton.node;

import dev.baton.model.Fence;
import dev.baton.model.SessionImage;
import dev.baton.model.SessionKey;
import dev.baton.model.Topology;
import dev.baton.protocol.Effect;
import dev.baton.protocol.Input;
import dev.baton.protocol.NodeCore;
import dev.baton.protocol.ProtocolReport;
import java.util.List;

/** The protocol itself. */
record ProtocolCore(NodeCore core) implements Core {
    @Override
    public List<Effect> step(Input input, long nowNanos) {
        return core.step(input, nowNanos);
    }

    @Override
    public long nextWakeNanos() {
        return core.nextWakeNanos();
    }

    @Override
    public Topology effective() {
        return core.effective();
    }

    @Override
    public ProtocolReport report() {
        return core.report();
    }

    @Override
    public ProtocolReport.SessionReport report(SessionKey key) {
        return core.report(key);
    }

    @Override
    public boolean expires(SessionKey key, Fence fence) {
        return core.expires(key, fence);
    }

    @Override
    public List<SessionKey> primarySessions(long application) {
        return core.primarySessions(application);
    }

    @Override
    public SessionImage image(SessionKey key) {
        return core.image(key);
    }
}
