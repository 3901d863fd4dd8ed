package dev.baton.benchmarks;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What is lost when several clients write one session: each sets bits of its own in one attribute, and in the end the
 * bits that were acknowledged are looked for. Once all nodes live, and once the node that made the session is killed
 * while they write.
 */
final class Losses {
    private static final int WRITERS = 8;
    private static final int BITS = 8_192;
    private static final int SECONDS = 2;
    private static final int SECONDS_AFTER_KILL = 3;
    private static final int REPLICATION_SECONDS = 2;
    private static final long PATIENCE_MILLIS = 60_000;
    private static final int READ_MILLIS = 20_000;

    private final Report report;

    private Losses(Report report) {
        this.report = report;
    }

    /** What became of the bits. */
    record Outcome(int acknowledged, int lost, int refused, int unknown) {
        /** @param held what each living node has; who has most counts */
        static Outcome of(BitSet acknowledged, List<BitSet> held, int refused, int unknown) {
            int lost = acknowledged.cardinality();
            for (BitSet bits : held) {
                BitSet missing = (BitSet) acknowledged.clone();
                missing.andNot(bits);
                lost = Math.min(lost, missing.cardinality());
            }
            return new Outcome(acknowledged.cardinality(), lost, refused, unknown);
        }

        double percentLost() {
            return acknowledged == 0 ? 0 : 100.0 * lost / acknowledged;
        }
    }

    static void measure(Options options, Report report) throws IOException, InterruptedException {
        report.table("Acknowledged changes lost: " + WRITERS + " clients write one session", List.of("routing",
                "killed", "manager", "requests take turns by", "acknowledged", "lost", "% lost", "refused", "unknown"));
        List<ManagerKind> managers = new ArrayList<>(options.managers());
        if (managers.contains(ManagerKind.BATON) && !managers.contains(ManagerKind.BATON_SESSION)) {
            managers.add(managers.indexOf(ManagerKind.BATON) + 1, ManagerKind.BATON_SESSION);
        }
        for (Layout layout : options.layouts()) {
            for (ManagerKind manager : managers) {
                if (manager.shares() || layout.sticky()) {
                    try (Cluster cluster = Cluster.start(options, manager, layout)) {
                        cluster.makeVisitors(2 * layout.nodes(), false);
                        cluster.checkThatSessionsAreShared();
                        new Losses(report).measure(cluster);
                    } catch (IOException | RuntimeException e) {
                        report.failure(layout + ", " + manager.label(), e);
                    }
                }
            }
        }
    }

    private void measure(Cluster cluster) throws IOException, InterruptedException {
        List<String> cookies = cluster.cookiesOfFirstNode();
        write(cluster, cookies.get(0), false);
        write(cluster, cookies.get(1), true);
    }

    private void write(Cluster cluster, String cookie, boolean kill) throws IOException, InterruptedException {
        // With its own locks the manager is what makes requests take turns.
        boolean synchronised = cluster.manager() != ManagerKind.BATON_SESSION;
        List<Integer> ports = cluster.nodes().stream().map(TomcatNode::port).toList();
        List<Writer> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            writers.add(new Writer(ports, cookie, cluster.layout().sticky(), synchronised, i * BITS, BITS));
        }
        writers.forEach(Thread::start);
        TimeUnit.SECONDS.sleep(kill ? 1 : SECONDS);
        if (kill) {
            cluster.nodes().get(0).kill();
            TimeUnit.SECONDS.sleep(SECONDS_AFTER_KILL);
        }
        BitSet acknowledged = new BitSet();
        int refused = 0;
        int unknown = 0;
        for (Writer writer : writers) {
            writer.finish(PATIENCE_MILLIS);
            acknowledged.or(writer.acknowledged());
            refused += writer.refused();
            unknown += writer.unknown();
        }
        TimeUnit.SECONDS.sleep(REPLICATION_SECONDS);
        List<BitSet> held = new ArrayList<>();
        for (TomcatNode node : cluster.nodes()) {
            if (node.alive()) {
                held.add(read(node, cookie));
            }
        }
        Outcome outcome = Outcome.of(acknowledged, held, refused, unknown);
        report.row(List.of(cluster.layout().toString(), kill ? "the node that made it" : "no node",
                cluster.manager().label(), synchronised ? "the application" : "the manager",
                String.valueOf(outcome.acknowledged()), String.valueOf(outcome.lost()),
                Spread.of(outcome.percentLost()).text(2), String.valueOf(refused), String.valueOf(unknown)));
    }

    /** The bits that a node has; none where it does not know the session. */
    private static BitSet read(TomcatNode node, String cookie) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) URI
                .create("http://127.0.0.1:" + node.port() + "/bench/marks").toURL().openConnection();
        connection.setConnectTimeout(READ_MILLIS);
        connection.setReadTimeout(READ_MILLIS);
        connection.setRequestProperty("Cookie", cookie);
        if (connection.getResponseCode() != HttpURLConnection.HTTP_OK) {
            return new BitSet();
        }
        try (var body = connection.getInputStream()) {
            return BitSet.valueOf(body.readAllBytes());
        }
    }
}
