package dev.baton.node;

import dev.baton.model.Fence;
import dev.baton.model.SessionImage;
import dev.baton.model.SessionKey;
import dev.baton.model.Topology;
import dev.baton.protocol.Effect;
import dev.baton.protocol.Input;
import dev.baton.protocol.ProtocolReport;
import java.util.List;

/** What this package needs of {@link dev.baton.protocol.NodeCore}; one thread at a time. */
interface Core {
    List<Effect> step(Input input, long nowNanos);

    long nextWakeNanos();

    Topology effective();

    ProtocolReport report();

    ProtocolReport.SessionReport report(SessionKey key);

    /** Whether that effect to expire a session is not void. */
    boolean expires(SessionKey key, Fence fence);

    List<SessionKey> primarySessions(long application);

    /** Contents of a session that is stored here, or null. */
    SessionImage image(SessionKey key);
}
