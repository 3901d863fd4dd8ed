package dev.baton.node;

import dev.baton.model.Fence;
import dev.baton.model.SessionImage;
import dev.baton.model.SessionKey;
import dev.baton.model.Topology;
import dev.baton.protocol.ProtocolReport;
import java.util.List;

/** A core that knows nothing and never wants to be woken. */
abstract class QuietCore implements Core {
    @Override
    public long nextWakeNanos() {
        return Long.MAX_VALUE;
    }

    @Override
    public Topology effective() {
        return null;
    }

    @Override
    public ProtocolReport report() {
        return null;
    }

    @Override
    public ProtocolReport.SessionReport report(SessionKey key) {
        return null;
    }

    @Override
    public boolean expires(SessionKey key, Fence fence) {
        return true;
    }

    @Override
    public List<SessionKey> primarySessions(long application) {
        return List.of();
    }

    @Override
    public SessionImage image(SessionKey key) {
        return null;
    }
}
