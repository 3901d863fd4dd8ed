package dev.baton.node;

import dev.baton.access.AccessLog;
import dev.baton.access.ClientState;
import dev.baton.access.NotSerializableAttribute;
import dev.baton.access.UnreadableAttribute;
import dev.baton.model.Location;
import dev.baton.model.SessionMeta;
import dev.baton.model.Topology;
import dev.baton.protocol.CoreSettings;
import dev.baton.protocol.Effect;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Real nodes with real cores in this JVM, over a {@link MemoryNetwork}. Every wait has a limit. */
final class TestCluster implements AutoCloseable {
    static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    static final long LONG = 20 * SECOND;
    static final SessionMeta META = new SessionMeta(1, 1800, null, null, null);

    final MemoryNetwork network = new MemoryNetwork();
    final Map<String, Node> nodes = new LinkedHashMap<>();
    private final List<Node> killed = new ArrayList<>();
    private final CoreSettings core;
    private final ApplicationSettings application;
    private long incarnations;

    /** One node with the application "shop". */
    final class Node implements ApplicationEvents, NodeEvents {
        final MemoryNetwork.Port port;
        final SessionNode node;
        final Application shop;
        final List<String> notes = new CopyOnWriteArrayList<>();
        final List<String> problems = new CopyOnWriteArrayList<>();
        final List<String> expired = new CopyOnWriteArrayList<>();
        volatile String stopped;

        Node(String name) {
            port = network.port(name, ++incarnations);
            node = new SessionNode(Location.UNKNOWN, !name.startsWith("user"), NodeSettings.of(core), port,
                    new SystemClock(), this);
            shop = node.deploy("localhost/shop", new JavaSerializer(), this, application);
        }

        @Override
        public void note(Effect.Level level, String text, Throwable cause) {
            notes.add(level + " " + text + (cause == null ? "" : " " + cause));
        }

        @Override
        public void stopped(String reason) {
            stopped = reason;
        }

        @Override
        public void expired(AccessLog access) {
            expired.add(access.state().names(access).toString());
        }

        @Override
        public void discarded(ClientState state, boolean destroyed) {
        }

        @Override
        public void unreadable(ClientState state, UnreadableAttribute problem) {
            problems.add(problem.getMessage());
        }

        @Override
        public void notSerializable(ClientState state, NotSerializableAttribute problem) {
            problems.add(problem.getMessage());
        }

        /** A new session with one attribute, durable. */
        String create(String name, Object value) {
            String id = shop.drawId(TestCluster::randomId);
            AccessLog log = shop.create(id, META);
            log.state().set(name, value, log);
            shop.finish(log, LONG);
            return id;
        }

        interface Work<T> {
            T in(ClientState state, AccessLog log);
        }

        <T> T request(String id, Work<T> work) {
            if (shop.lookup(id, LONG) == null) {
                throw new AssertionError("no session " + id);
            }
            ClientState state = shop.state(id);
            AccessLog log = shop.enter(state, LONG);
            boolean done = false;
            try {
                T result = work.in(state, log);
                shop.finish(log, LONG);
                done = true;
                return result;
            } finally {
                if (!done) {
                    shop.leave(log);
                }
            }
        }

        /** A request for a session that used it before, as the adapter of Tomcat makes it: see {@link EarlyEntry}. */
        <T> T visit(String id, Work<T> work) {
            EarlyEntry early = shop.enterEarly(id);
            Application.Found found = early == null ? null : shop.found(early);
            if (found == null && shop.lookup(id, LONG) == null) {
                throw new AssertionError("no session " + id);
            }
            ClientState state = shop.state(id);
            AccessLog log = early == null ? shop.enter(state, LONG) : shop.enter(early, LONG);
            try {
                return work.in(state, log);
            } finally {
                shop.finish(log, LONG);
                state.token().learnUse(true);
            }
        }

        Object read(String id, String name) {
            return request(id, (s, log) -> s.get(name, log));
        }

        void write(String id, String name, Object value) {
            request(id, (s, log) -> s.set(name, value, log));
        }

        long sent(String kind) {
            return node.counters().sentByKind().getOrDefault(kind, 0L);
        }

        /** Messages that are not the background's beats. */
        Map<String, Long> sentForSessions() {
            Map<String, Long> counts = new LinkedHashMap<>(node.counters().sentByKind());
            counts.keySet().removeAll(List.of("Beat", "BeatAnswer", "Hello"));
            return counts;
        }
    }

    TestCluster(CoreSettings core, ApplicationSettings application) {
        this.core = core;
        this.application = application;
    }

    static TestCluster of(int size, int backups, ApplicationSettings application) {
        return of(size, CoreSettings.defaults(backups), application);
    }

    static TestCluster of(int size, CoreSettings core, ApplicationSettings application) {
        TestCluster cluster = new TestCluster(core, application);
        for (int i = 0; i < size; i++) {
            cluster.start("n" + i);
        }
        cluster.awaitBackups();
        return cluster;
    }

    Node start(String name) {
        Node node = new Node(name);
        nodes.put(name, node);
        node.node.start(LONG);
        return node;
    }

    Node node(int index) {
        return nodes.get("n" + index);
    }

    void kill(String name) {
        Node node = nodes.remove(name);
        killed.add(node);
        network.kill(node.node.self());
    }

    /** Every segment has its backups. */
    void awaitBackups() {
        int wanted = Math.min(core.backups(), nodes.size() - 1);
        await("every segment has " + wanted + " backups", () -> nodes.values().stream().allMatch(n -> {
            Topology table = n.node.effective();
            return table != null && table.members().size() == nodes.size()
                    && table.segments().stream().allMatch(s -> s.backups().size() >= wanted && s.joining().isEmpty());
        }));
    }

    static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + 2 * LONG;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within the time: " + what);
            }
            try {
                TimeUnit.MILLISECONDS.sleep(5);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    static String randomId() {
        return UUID.randomUUID().toString().replace("-", "");
    }

    @Override
    public void close() {
        // The last ones first: the last node with a store cannot hand it over to nodes without one.
        List<Node> last = new ArrayList<>(nodes.values());
        Collections.reverse(last);
        last.forEach(n -> n.node.stop(5 * SECOND));
        killed.forEach(n -> n.node.stop(0));
    }
}
