package dev.baton.tomcat;

import dev.baton.jgroups.JGroupsTransport;
import dev.baton.model.NodeId;
import dev.baton.model.Settings;
import dev.baton.node.Clock;
import dev.baton.node.ClusterRefused;
import dev.baton.node.JmxView;
import dev.baton.node.NodeFigures;
import dev.baton.node.NodeSettings;
import dev.baton.node.SessionNode;
import dev.baton.node.SessionUnavailable;
import dev.baton.node.SystemClock;
import dev.baton.node.Transport;
import dev.baton.protocol.Effect;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.apache.catalina.Lifecycle;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.LifecycleListener;
import org.apache.catalina.Server;

/**
 * The nodes of this process, one per cluster, shared by all web applications: the first one starts the node; it stops
 * with the last one, or with Tomcat where that goes on, so that a reload or redeployment of the only application loses
 * no session. The only type that sees both JGroups and Catalina. Any thread; starting and stopping hold others up.
 */
final class Assembly {
    private static final long START_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long STOP_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** The one of this process. */
    static final Assembly PROCESS = new Assembly(
            (settings, self) -> new JGroupsTransport(settings.stack(), settings.cluster(), self), new SystemClock());

    private final BiFunction<Settings, NodeId, Transport> network;
    private final Clock clock;
    private final long startNanos;
    private final Map<String, Shared> nodes = new HashMap<>();
    private final LifecycleListener end = event -> {
        if (Lifecycle.BEFORE_STOP_EVENT.equals(event.getType())) {
            stopUnused();
        }
    };

    Assembly(BiFunction<Settings, NodeId, Transport> network, Clock clock) {
        this(network, clock, START_NANOS);
    }

    /** @param startNanos how long an application's start waits for the cluster */
    Assembly(BiFunction<Settings, NodeId, Transport> network, Clock clock, long startNanos) {
        this.network = network;
        this.clock = clock;
        this.startNanos = startNanos;
    }

    Clock clock() {
        return clock;
    }

    /** A web application's share of a node; release it once. */
    interface Seat {
        SessionNode node();

        String cluster();

        /** @param goesOn whether the process stays: then the node does as well, until {@link #stopUnused} */
        void release(boolean goesOn);
    }

    private final class Shared {
        final Settings settings;
        final String name;
        final SessionNode node;
        final NodeLog log;
        final JmxView view;
        int users;

        Shared(Settings settings, String name) throws LifecycleException {
            this.settings = settings;
            this.name = name;
            NodeId self = new NodeId(name, clock.wallMillis());
            NodeLog events = new NodeLog(settings.cluster());
            try {
                node = new SessionNode(NodeNames.location(), settings.store(), NodeSettings.of(settings),
                        network.apply(settings, self), clock, events);
                node.start(startNanos);
            } catch (ClusterRefused | SessionUnavailable | IllegalStateException | IllegalArgumentException e) {
                throw new LifecycleException("Node " + name + " cannot join cluster " + settings.cluster() + ": "
                        + e.getMessage(), e);
            }
            log = events;
            view = NodeFigures.of(node);
            view.register(NodeFigures.NAME + settings.cluster(), name,
                    text -> events.note(Effect.Level.WARNING, text, null));
        }

        void stop() {
            view.unregister();
            log.stopping();
            node.stop(STOP_NANOS);
        }
    }

    /**
     * @param nodeName name of this process, the same for all its applications
     * @throws LifecycleException where the cluster cannot be joined, or another application of this process uses it
     *                            with other settings; the text has both values
     */
    synchronized Seat join(Settings settings, String nodeName) throws LifecycleException {
        Shared shared = nodes.get(settings.cluster());
        if (shared != null && shared.users == 0
                && (settings.conflictWith(shared.settings).isPresent() || !nodeName.equals(shared.name))) {
            stop(shared);
            shared = null;
        }
        if (shared == null) {
            shared = withOwnLoader(() -> new Shared(settings, nodeName));
            nodes.put(settings.cluster(), shared);
        } else {
            Optional<String> conflict = settings.conflictWith(shared.settings);
            if (conflict.isPresent() || !nodeName.equals(shared.name)) {
                throw new LifecycleException("Web applications of one process disagree about cluster "
                        + settings.cluster() + ": " + conflict.orElse("nodeName is '" + nodeName + "' here and '"
                        + shared.name + "' there"));
            }
        }
        shared.users++;
        Shared used = shared;
        return new Seat() {
            private boolean released;

            @Override
            public SessionNode node() {
                return used.node;
            }

            @Override
            public String cluster() {
                return used.settings.cluster();
            }

            @Override
            public void release(boolean goesOn) {
                synchronized (Assembly.this) {
                    if (!released) {
                        released = true;
                        if (--used.users == 0 && !goesOn) {
                            stop(used);
                        }
                    }
                }
            }
        };
    }

    /** Stops the nodes that no application uses any more: the process ends. */
    synchronized void stopUnused() {
        for (Shared each : List.copyOf(nodes.values())) {
            if (each.users == 0) {
                stop(each);
            }
        }
    }

    private void stop(Shared shared) {
        nodes.remove(shared.settings.cluster());
        try {
            withOwnLoader(() -> {
                shared.stop();
                return null;
            });
        } catch (LifecycleException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Nodes without an application end with that Tomcat. Called again for the same one it does nothing. */
    void endWith(Server server) {
        if (!List.of(server.findLifecycleListeners()).contains(end)) {
            server.addLifecycleListener(end);
        }
    }

    private interface Starting<T> {
        T run() throws LifecycleException;
    }

    /** Threads that start in here outlive the web application at hand, so they may not inherit its class loader. */
    private static <T> T withOwnLoader(Starting<T> action) throws LifecycleException {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(Assembly.class.getClassLoader());
        try {
            return action.run();
        } finally {
            thread.setContextClassLoader(before);
        }
    }
}
