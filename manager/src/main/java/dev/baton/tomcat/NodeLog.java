package dev.baton.tomcat;

import dev.baton.node.NodeEvents;
import dev.baton.protocol.Effect;
import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;

/** Writes what the node tells into Tomcat's log. */
final class NodeLog implements NodeEvents {
    private static final Log log = LogFactory.getLog("dev.baton.cluster");

    private final String cluster;
    private boolean stopping;

    NodeLog(String cluster) {
        this.cluster = cluster;
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
}
