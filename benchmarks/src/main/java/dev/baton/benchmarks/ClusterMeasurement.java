package dev.baton.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures session managers on whole clusters of two real Tomcats on loopback.
 *
 * <p>All clusters run at once, each in its own processes, and are loaded one after the other in short windows, round by
 * round, so that they share the machine's moods. 500 sessions stick to their nodes; closed-loop clients ask over
 * keep-alive connections, half of them to each node (a single connection: to the first). Every answer carries a number
 * that only a session without losses gives. Before each kind of request the nodes are warmed up with it.
 *
 * <p>CPU is that of both Tomcat processes, user and system. Bytes and packets between the nodes are the kernel's
 * counters of their sockets ({@link ClusterTraffic}); what an idle cluster sends in the same time is subtracted.
 */
public final class ClusterMeasurement {
    private ClusterMeasurement() {
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Options options;
        try {
            options = Options.of(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        Report report = new Report(options);
        List<Cluster> clusters = new ArrayList<>();
        try {
            for (ManagerKind manager : options.managers()) {
                System.out.println("starting two Tomcats with the manager " + manager);
                Cluster cluster = Cluster.start(options, manager);
                clusters.add(cluster);
                System.out.printf("  idle: %.0f bytes/s between the nodes%n", cluster.idleBytesPerSecond());
            }
            for (int connections : options.connections()) {
                for (Workload workload : options.workloads()) {
                    measure(options, clusters, connections, workload, report);
                }
            }
        } finally {
            clusters.forEach(Cluster::close);
        }
        report.print();
        report.append(options.results());
    }

    private static void measure(Options options, List<Cluster> clusters, int connections, Workload workload,
                                Report report) throws IOException, InterruptedException {
        for (Cluster cluster : clusters) {
            cluster.warmUp(connections, workload, options.warmup());
        }
        List<List<Sample>> samples = new ArrayList<>();
        clusters.forEach(c -> samples.add(new ArrayList<>()));
        for (int round = 0; round < options.rounds(); round++) {
            report.probe(LoopbackProbe.exchangeMicros());
            for (int i = 0; i < clusters.size(); i++) {
                // Every other round in reverse, so that nobody always follows the same neighbour.
                int turn = round % 2 == 0 ? i : clusters.size() - 1 - i;
                samples.get(turn).add(clusters.get(turn).measure(connections, workload, options.seconds()));
            }
        }
        report.add(connections, workload, clusters.stream().map(Cluster::manager).toList(), samples);
    }
}
