package dev.baton.tomcat;

import dev.baton.model.Member;
import dev.baton.model.NodeId;
import dev.baton.model.Topology;
import dev.baton.node.NodeEvents;
import dev.baton.protocol.Effect;
import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;

/** Writes what the node tells into Tomcat's log, and what this node takes over when another one goes. */
final class NodeLog implements NodeEvents {
    private static final Log log = LogFactory.getLog("dev.baton.cluster");

    private final String cluster;
    private final NodeId self;
    private Topology last;
    private boolean frozen;
    private boolean stopping;

    NodeLog(String cluster, NodeId self) {
        this.cluster = cluster;
        this.self = self;
    }

    @Override
    public void note(Effect.Level level, String text, Throwable cause) {
        String line = cluster + ": " + text;
        switch (level) {
            case INFO -> log.info(line, cause);
            case WARNING -> log.warn(line, cause);
            case ERROR -> log.error(line, cause);
        }
    }

    @Override
    public synchronized void topologyChanged(Topology effective, boolean nowFrozen) {
        if (last != null && effective != null) {
            for (Member gone : last.members()) {
                int taken = effective.member(gone.node()) == null ? takenOver(gone.node(), effective) : 0;
                if (taken > 0) {
                    log.info(cluster + ": this node takes over " + taken + " segments of " + gone.node().name());
                }
            }
        }
        if (frozen && !nowFrozen) {
            log.info(cluster + ": sessions are served again");
        }
        last = effective;
        frozen = nowFrozen;
    }

    /** Being out of the cluster is what was wanted from now on. */
    synchronized void stopping() {
        stopping = true;
    }

    @Override
    public synchronized void stopped(String reason) {
        if (stopping) {
            log.info(cluster + ": this node has left the cluster");
            return;
        }
        log.error(cluster + ": this node is out of the cluster and serves no sessions any more: " + reason);
    }

    private int takenOver(NodeId gone, Topology now) {
        int taken = 0;
        for (int s = 0; s < Topology.SEGMENTS; s++) {
            if (gone.equals(last.segment(s).primary()) && self.equals(now.segment(s).primary())) {
                taken++;
            }
        }
        return taken;
    }
}
