package dev.baton.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Two Tomcats with one session manager, and the sessions made on them. */
final class Cluster implements AutoCloseable {
    static final int SESSIONS = 500;
    private static final int NODES = 2;
    private static final int IDLE_SECONDS = 6;
    private static final int SETTLE_SECONDS = 90;
    private static final int WARM_UP_WINDOWS = 4;
    /** Bytes a second that heartbeats and the like may take. */
    private static final int QUIET = 4_000;

    private final ManagerKind manager;
    private final List<TomcatNode> nodes = new ArrayList<>();
    private final List<List<Visitor>> visitors = new ArrayList<>();
    private double idleBytesPerSecond;
    private double idlePacketsPerSecond;

    private Cluster(ManagerKind manager) {
        this.manager = manager;
    }

    /** Starts the nodes, makes the sessions, and waits until nothing moves any more. */
    static Cluster start(Options options, ManagerKind manager) throws IOException, InterruptedException {
        Cluster cluster = new Cluster(manager);
        try {
            cluster.startNodes(options);
            cluster.settle();
            cluster.makeVisitors();
            cluster.settle();
            cluster.checkThatSessionsAreShared();
            cluster.measureIdle();
            return cluster;
        } catch (IOException | InterruptedException | RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    /** Starts the nodes; no sessions are made. */
    static Cluster bare(Options options, ManagerKind manager) throws IOException, InterruptedException {
        Cluster cluster = new Cluster(manager);
        try {
            cluster.startNodes(options);
            cluster.settle();
            return cluster;
        } catch (IOException | InterruptedException | RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    List<TomcatNode> nodes() {
        return nodes;
    }

    private void startNodes(Options options) throws IOException, InterruptedException {
        List<Integer> http = freePorts(NODES);
        List<Integer> receivers = freePorts(NODES);
        String name = "bench-" + ProcessHandle.current().pid();
        for (int i = 0; i < NODES; i++) {
            TomcatNode node = new TomcatNode("n" + (i + 1), http.get(i),
                    options.target().resolve("nodes").resolve(manager.name().toLowerCase(java.util.Locale.ROOT) + i));
            nodes.add(node);
            node.start(options, manager, Map.of("bench.cluster", name, "bench.node", "n" + (i + 1), "bench.port",
                    String.valueOf(receivers.get(i)), "bench.peer.port", String.valueOf(receivers.get(1 - i)),
                    "bench.number", String.valueOf(i + 1), "bench.peer.number", String.valueOf(2 - i)));
        }
    }

    private void makeVisitors() throws IOException {
        for (TomcatNode node : nodes) {
            String host = "127.0.0.1:" + node.port();
            byte[] request = ("GET /bench/new HTTP/1.1\r\nHost: " + host + "\r\n\r\n")
                    .getBytes(StandardCharsets.ISO_8859_1);
            List<Visitor> made = new ArrayList<>();
            try (Connection connection = new Connection(node.port())) {
                while (made.size() < SESSIONS / NODES) {
                    if (connection.exchange(request) != 0 || connection.cookie() == null) {
                        throw new IOException("no session was made: " + connection.head());
                    }
                    made.add(new Visitor(host, connection.cookie()));
                }
            }
            visitors.add(made);
        }
    }

    /** A cluster that is none would be fast. */
    private void checkThatSessionsAreShared() throws IOException {
        if (manager == ManagerKind.STANDARD) {
            return;
        }
        Visitor visitor = visitors.get(0).get(0);
        for (TomcatNode node : List.of(nodes.get(1), nodes.get(0))) {
            try (Connection connection = new Connection(node.port())) {
                long answer = connection.exchange(visitor.request(Workload.COUNTER));
                if (!visitor.accept(Workload.COUNTER, answer)) {
                    throw new IOException("the other node answered " + answer + "\n" + connection.head());
                }
            }
        }
    }

    private void settle() throws IOException, InterruptedException {
        ClusterTraffic before = traffic();
        int quietSeconds = 0;
        for (int second = 0; second < SETTLE_SECONDS; second++) {
            TimeUnit.SECONDS.sleep(1);
            ClusterTraffic now = traffic();
            quietSeconds = now.minus(before).bytes() < QUIET ? quietSeconds + 1 : 0;
            if (quietSeconds == 3) {
                return;
            }
            before = now;
        }
        throw new IOException(manager + ": the nodes still talk after " + SETTLE_SECONDS + " s");
    }

    private void measureIdle() throws IOException, InterruptedException {
        ClusterTraffic before = traffic();
        TimeUnit.SECONDS.sleep(IDLE_SECONDS);
        ClusterTraffic idle = traffic().minus(before);
        idleBytesPerSecond = (double) idle.bytes() / IDLE_SECONDS;
        idlePacketsPerSecond = (double) idle.packets() / IDLE_SECONDS;
    }

    ManagerKind manager() {
        return manager;
    }

    double idleBytesPerSecond() {
        return idleBytesPerSecond;
    }

    /** One window of load; what the nodes say to each other when idle is taken off. */
    Sample measure(int connections, Workload workload, int seconds) throws IOException, InterruptedException {
        Load load = new Load(nodes.stream().map(TomcatNode::port).toList(), visitors);
        ClusterTraffic trafficBefore = traffic();
        long cpuBefore = cpuNanos();
        long start = System.nanoTime();
        long requests = load.run(connections, workload, seconds);
        double elapsed = (System.nanoTime() - start) / 1e9;
        long cpu = cpuNanos() - cpuBefore;
        ClusterTraffic traffic = traffic().minus(trafficBefore);
        return new Sample(requests / elapsed, cpu / 1e3 / requests,
                (traffic.bytes() - idleBytesPerSecond * elapsed) / requests,
                (traffic.packets() - idlePacketsPerSecond * elapsed) / requests);
    }

    /**
     * Load until the compiler has done its work, which else takes half of the CPU: for the given time at least, four
     * times as long at most, until a request costs hardly less than before.
     */
    void warmUp(int connections, Workload workload, int seconds) throws IOException, InterruptedException {
        int window = Math.max(1, seconds / WARM_UP_WINDOWS);
        double best = Double.MAX_VALUE;
        int withoutProgress = 0;
        for (int spent = 0; spent < 4 * seconds && (spent < seconds || withoutProgress < 2); spent += window) {
            double cpu = measure(connections, workload, window).cpuMicros();
            withoutProgress = cpu < best * 0.95 ? 0 : withoutProgress + 1;
            best = Math.min(best, cpu);
        }
    }

    private long cpuNanos() {
        return nodes.stream().mapToLong(n -> n.cpu().toNanos()).sum();
    }

    private ClusterTraffic traffic() throws IOException, InterruptedException {
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
