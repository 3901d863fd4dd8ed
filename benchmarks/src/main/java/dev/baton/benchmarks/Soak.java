package dev.baton.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

/**
 * What is lost when nodes are killed, stopped and held up in turn, for as long as {@code seconds} says, while clients
 * change sessions that are large together: segments that are copied in many steps. A node is taken away when the backups
 * of all sessions are complete again, as the README asks of whoever restarts nodes; one that was only held up is not
 * waited for. Every acknowledged change must be in the end's answers. Only of Baton's managers, on Linux.
 */
final class Soak {
    private static final int CLIENTS = 8;
    private static final int SESSIONS = 800;
    private static final int MAX_AWAY_MILLIS = 6_000;
    private static final int MAX_HELD_UP_MILLIS = 14_000;
    private static final int COMPLETE_SECONDS = 120;
    private static final int POLL_MILLIS = 200;
    private static final long PATIENCE_MILLIS = 60_000;

    private final Cluster cluster;
    private final Random random;
    private int killed;
    private int stopped;
    private int heldUp;

    private Soak(Cluster cluster, long seed) {
        this.cluster = cluster;
        this.random = new Random(seed);
    }

    static void measure(Options options, Report report) throws IOException, InterruptedException {
        report.table("Soak, " + options.seconds() + " s: " + CLIENTS + " clients change " + SESSIONS
                + " sessions of 120 KB while nodes go and come", List.of("routing", "manager", "killed", "stopped", "held up",
                "acknowledged", "lost", "sessions lost", "done twice", "refused", "unknown"));
        for (Layout layout : options.layouts()) {
            for (ManagerKind manager : options.managers()) {
                if (manager.baton() && !manager.asynchronous()) {
                    try (Cluster cluster = Cluster.start(options, manager, layout)) {
                        cluster.makeVisitors(SESSIONS, true);
                        new Soak(cluster, ProcessHandle.current().pid()).run(options.seconds(), report);
                    } catch (IOException | RuntimeException e) {
                        report.failure(layout + ", " + manager.label(), e);
                    }
                }
            }
        }
    }

    private void run(int seconds, Report report) throws IOException, InterruptedException {
        List<Integer> ports = cluster.nodes().stream().map(TomcatNode::port).toList();
        List<String> all = cluster.cookies();
        List<SoakClient> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            List<String> cookies = new ArrayList<>();
            for (int n = i; n < all.size(); n += CLIENTS) {
                cookies.add(all.get(n));
            }
            clients.add(new SoakClient(ports, cookies, cluster.layout().sticky(), random.nextLong()));
        }
        clients.forEach(Thread::start);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (System.nanoTime() < end) {
            awaitCompleteBackups();
            TomcatNode node = cluster.nodes().get(random.nextInt(cluster.nodes().size()));
            switch (random.nextInt(4)) {
                case 0 -> {
                    killed++;
                    node.kill();
                    comeBack(node);
                }
                case 1 -> {
                    stopped++;
                    node.close();
                    comeBack(node);
                }
                default -> holdUp(node, random.nextInt(MAX_HELD_UP_MILLIS));
            }
        }
        awaitCompleteBackups();
        for (SoakClient client : clients) {
            client.finish(PATIENCE_MILLIS);
            client.readAll();
        }
        report.row(List.of(cluster.layout().toString(), cluster.manager().label(), String.valueOf(killed),
                String.valueOf(stopped), String.valueOf(heldUp), sum(clients, SoakClient::acknowledged),
                sum(clients, SoakClient::lost), sum(clients, SoakClient::lostSessions), sum(clients, SoakClient::twice),
                sum(clients, SoakClient::refused), sum(clients, SoakClient::unknown)));
    }

    private static String sum(List<SoakClient> clients, ToLongFunction<SoakClient> figure) {
        return String.valueOf(clients.stream().mapToLong(figure).sum());
    }

    /** Copies of sessions are on their way to the node that starts: some of them by way of one that stands still. */
    private void comeBack(TomcatNode node) throws IOException, InterruptedException {
        TimeUnit.MILLISECONDS.sleep(random.nextInt(MAX_AWAY_MILLIS));
        node.start();
        TomcatNode other = cluster.nodes().get(random.nextInt(cluster.nodes().size()));
        if (random.nextBoolean()) {
            holdUp(other, random.nextInt(MAX_HELD_UP_MILLIS / 2));
        }
    }

    private void holdUp(TomcatNode node, int millis) throws IOException, InterruptedException {
        heldUp++;
        node.signal("STOP");
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } finally {
            node.signal("CONT");
        }
    }

    private void awaitCompleteBackups() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(COMPLETE_SECONDS);
        for (TomcatNode node : cluster.nodes()) {
            long missing = missing(node);
            while (missing != 0) {
                if (System.nanoTime() > deadline) {
                    throw new IOException(node.name() + " misses complete backups of " + missing + " segments after "
                            + COMPLETE_SECONDS + " s");
                }
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
                missing = missing(node);
            }
        }
    }

    private static long missing(TomcatNode node) {
        try (Connection connection = new Connection(node.port())) {
            return connection.exchange(Visitor.request("/missing", null));
        } catch (IOException busy) {
            return -1;
        }
    }
}
