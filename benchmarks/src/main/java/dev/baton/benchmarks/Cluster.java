package dev.baton.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Tomcats with one session manager, and the sessions made on them. */
final class Cluster implements AutoCloseable {
    private static final long SHARING_SECONDS = 10;
    private static final long REPLICATION_MILLIS = 500;
    private static final int WARM_UP_PATIENCE = 12;
    /** Share of the CPU. */
    private static final double COMPILERS_QUIET = 0.02;
    private static final int QUIET_SECONDS = 5;
    /** Baton's built-in stack: where clusters search for ports, and how many each may take. */
    private static final int FIRST_PORT = 20_000;
    private static final int PORTS = 200;
    private static final int PORT_RANGES = 60;
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private final ManagerKind manager;
    private final Layout layout;
    private final List<TomcatNode> nodes = new ArrayList<>();
    private final List<List<Visitor>> visitors = new ArrayList<>();
    private double idleBytesPerSecond;
    private double idlePacketsPerSecond;

    private Cluster(ManagerKind manager, Layout layout) {
        this.manager = manager;
        this.layout = layout;
    }

    /** Starts the nodes one after the other. Managers that do not share sessions are mostly loaded sticky. */
    static Cluster start(Options options, ManagerKind manager, Layout layout) throws IOException, InterruptedException {
        Cluster cluster = new Cluster(manager, manager.goesRound() ? layout : new Layout(true, layout.nodes()));
        try {
            List<Integer> http = freePorts(layout.nodes());
            List<Integer> receivers = freePorts(layout.nodes());
            int number = NUMBERS.getAndIncrement();
            long pid = ProcessHandle.current().pid();
            int localPort = FIRST_PORT + PORTS * (int) ((pid + number) % PORT_RANGES);
            for (int i = 0; i < layout.nodes(); i++) {
                Seat seat = new Seat("bench-" + pid + "-" + number, i, receivers, localPort);
                TomcatNode node = new TomcatNode(options, manager, seat, http.get(i),
                        options.target().resolve("nodes").resolve(manager.label() + "-" + number + "-" + seat.name()));
                cluster.nodes.add(node);
                node.start();
            }
            return cluster;
        } catch (IOException | InterruptedException | RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    /**
     * Makes that many sessions, the same number on each node; where requests go round and sessions are not shared, each
     * at every node.
     *
     * @param wide whether they have 50 more attributes
     */
    void makeVisitors(int sessions, boolean wide) throws IOException {
        boolean everywhere = !manager.shares() && !layout.sticky();
        for (int home = 0; home < nodes.size(); home++) {
            List<Visitor> made = new ArrayList<>();
            while (made.size() < sessions / nodes.size()) {
                List<String> cookies = new ArrayList<>();
                for (TomcatNode node : everywhere ? nodes : nodes.subList(home, home + 1)) {
                    cookies.add(makeSession(node, wide));
                }
                made.add(new Visitor(cookies, home, manager.mustBeTold()));
            }
            visitors.add(made);
        }
    }

    private static String makeSession(TomcatNode node, boolean wide) throws IOException {
        try (Connection connection = new Connection(node.port())) {
            if (connection.exchange(Visitor.request("/new", null)) != 0 || connection.cookie() == null) {
                throw new IOException("no session was made: " + connection.head());
            }
            String cookie = connection.cookie();
            if (wide && connection.exchange(Visitor.request("/parts", cookie)) != 0) {
                throw new IOException("no attributes were made: " + connection.head());
            }
            return cookie;
        }
    }

    /** A cluster that is none would be fast: what is changed through each node must be read through all others. */
    void checkThatSessionsAreShared() throws IOException, InterruptedException {
        if (!manager.shares()) {
            return;
        }
        Visitor visitor = visitors.get(0).get(0);
        for (TomcatNode changing : nodes) {
            long changed = ask(changing, visitor.request(Workload.COUNTER));
            if (!visitor.accept(Workload.COUNTER, changed)) {
                throw new IOException(changing.name() + " answered " + changed + " to a change");
            }
            // Who asks an asynchronous manager too early makes it keep the older state for good.
            TimeUnit.MILLISECONDS.sleep(REPLICATION_MILLIS);
            for (TomcatNode reading : nodes) {
                awaitValue(reading, visitor, changed);
            }
        }
    }

    private void awaitValue(TomcatNode reading, Visitor visitor, long expected)
            throws IOException, InterruptedException {
        byte[] request = Visitor.request("/value", visitor.cookie());
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SHARING_SECONDS);
        long read = ask(reading, request);
        while (read != expected) {
            if (System.nanoTime() > deadline) {
                throw new IOException(reading.name() + " answers " + read + ", not " + expected
                        + ": sessions are not shared");
            }
            TimeUnit.MILLISECONDS.sleep(50);
            read = ask(reading, request);
        }
    }

    private static long ask(TomcatNode node, byte[] request) throws IOException {
        try (Connection connection = new Connection(node.port())) {
            return connection.exchange(request);
        }
    }

    ManagerKind manager() {
        return manager;
    }

    Layout layout() {
        return layout;
    }

    List<TomcatNode> nodes() {
        return nodes;
    }

    /** The sessions that were made through the first node. */
    List<String> cookiesOfFirstNode() {
        return visitors.get(0).stream().map(Visitor::cookie).toList();
    }

    /** The sessions of all nodes. */
    List<String> cookies() {
        return visitors.stream().flatMap(List::stream).map(Visitor::cookie).toList();
    }

    /** Says what the nodes said to each other in a time without requests. */
    void idle(ClusterTraffic traffic, int seconds) {
        idleBytesPerSecond = (double) traffic.bytes() / seconds;
        idlePacketsPerSecond = (double) traffic.packets() / seconds;
    }

    double idleBytesPerSecond() {
        return idleBytesPerSecond;
    }

    /** One window of load; what the nodes say to each other when idle is taken off. */
    Sample measure(int connections, Workload workload, int seconds) throws IOException, InterruptedException {
        Load load = new Load(nodes.stream().map(TomcatNode::port).toList(), visitors, layout.sticky());
        ClusterTraffic trafficBefore = traffic();
        long cpuBefore = cpuNanos();
        long start = System.nanoTime();
        Load.Result result = load.run(connections, workload, seconds);
        double elapsed = (System.nanoTime() - start) / 1e9;
        long cpu = cpuNanos() - cpuBefore;
        ClusterTraffic traffic = traffic().minus(trafficBefore);
        double requests = result.answered();
        return new Sample(requests / elapsed, cpu / 1e3 / requests,
                result.latencies().micros(0.5), result.latencies().micros(0.99),
                (traffic.bytes() - idleBytesPerSecond * elapsed) / requests,
                (traffic.packets() - idlePacketsPerSecond * elapsed) / requests,
                100 * result.missed() / requests, 100 * result.refused() / (requests + result.refused()));
    }

    /**
     * Load until the JVMs' compilers have done their work, which else takes up to half of the CPU, and while they have
     * not the code is slow besides: for the given time at least, {@value #WARM_UP_PATIENCE} times as long at most, until
     * they took next to nothing of the CPU for some seconds.
     */
    void warmUp(int connections, Workload workload, int seconds) throws IOException, InterruptedException {
        int quiet = 0;
        for (int spent = 0; spent < WARM_UP_PATIENCE * seconds && (spent < seconds || quiet < QUIET_SECONDS); spent++) {
            long cpu = cpuNanos();
            long compilers = compilerNanos();
            measure(connections, workload, 1);
            quiet = compilerNanos() - compilers < COMPILERS_QUIET * (cpuNanos() - cpu) ? quiet + 1 : 0;
        }
    }

    private long compilerNanos() throws IOException {
        long sum = 0;
        for (TomcatNode node : nodes) {
            sum += node.compilerCpu().toNanos();
        }
        return sum;
    }

    private long cpuNanos() {
        return nodes.stream().mapToLong(n -> n.cpu().toNanos()).sum();
    }

    /** What the nodes have said to each other since they were started. */
    ClusterTraffic traffic() throws IOException, InterruptedException {
        Set<Long> pids = new HashSet<>();
        Set<Integer> ports = new HashSet<>();
        for (TomcatNode node : nodes) {
            pids.add(node.pid());
            ports.add(node.port());
        }
        return ClusterTraffic.now(pids, ports);
    }

    @Override
    public void close() {
        nodes.forEach(TomcatNode::close);
    }

    private static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            return sockets.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            for (ServerSocket socket : sockets) {
                socket.close();
            }
        }
    }
}
