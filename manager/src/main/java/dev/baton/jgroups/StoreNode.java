package dev.baton.jgroups;

import dev.baton.model.NodeId;
import dev.baton.node.ClusterRefused;
import dev.baton.node.NodeEvents;
import dev.baton.node.NodeFigures;
import dev.baton.node.NodeSettings;
import dev.baton.node.SessionNode;
import dev.baton.node.SessionUnavailable;
import dev.baton.node.SystemClock;
import dev.baton.protocol.Effect;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * A dedicated store node: a process that keeps sessions and serves no requests. Needs nothing of Tomcat.
 *
 * <p>Exit codes: 0 help was asked for, 1 the cluster could not be joined or threw the node out, 2 the command line is
 * wrong, 143 (the JVM's own) after SIGTERM, which hands the segments over before the process ends.
 */
public final class StoreNode implements NodeEvents {
    private static final long START_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(30);

    private static final Logger LOG = JarContext.logger(StoreNode.class);

    private final String cluster;
    private final CountDownLatch ended = new CountDownLatch(1);

    private StoreNode(String cluster) {
        this.cluster = cluster;
    }

    /** See {@code --help}. */
    public static void main(String[] arguments) throws InterruptedException {
        StoreOptions options;
        try {
            options = StoreOptions.parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        if (options.help()) {
            System.out.print(StoreOptions.describe());
            return;
        }
        System.exit(new StoreNode(options.settings().cluster()).run(options));
    }

    private int run(StoreOptions options) throws InterruptedException {
        SystemClock clock = new SystemClock();
        SessionNode node;
        try {
            NodeId self = new NodeId(options.name(), clock.wallMillis());
            node = new SessionNode(options.location(), true, NodeSettings.of(options.settings()),
                    new JGroupsTransport(options.settings().stack(), cluster, self), clock, this);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            return 2;
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            // by System.err: the log may be closed already, its hook runs beside this one
            if (node.effective() != null) {
                System.err.println(cluster + ": store node " + options.name() + " stops, and waits up to "
                        + TimeUnit.NANOSECONDS.toSeconds(DRAIN_NANOS) + " s until others have what it keeps");
            }
            node.stop(DRAIN_NANOS);
            System.err.println(cluster + ": store node " + options.name() + " has left");
        }, "baton-drain"));
        try {
            node.start(START_NANOS);
        } catch (ClusterRefused | SessionUnavailable | IllegalStateException e) {
            LOG.log(Level.SEVERE, cluster + ": store node " + options.name() + " cannot join: " + e.getMessage());
            return 1;
        }
        NodeFigures.of(node).register(NodeFigures.NAME + cluster, options.name(), LOG::warning);
        LOG.info(cluster + ": store node " + node.self() + " keeps sessions");
        ended.await();
        return 1;
    }

    @Override
    public void note(Effect.Level level, String text, Throwable cause) {
        Level shown = switch (level) {
            case INFO -> Level.INFO;
            case WARNING -> Level.WARNING;
            case ERROR -> Level.SEVERE;
        };
        LOG.log(shown, cluster + ": " + text, cause);
    }

    @Override
    public void stopped(String reason) {
        LOG.info(cluster + ": this store node is out of the cluster: " + reason);
        ended.countDown();
    }
}
