package dev.baton.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;

/**
 * Whether a request costs the same however many nodes there are: Baton, sticky, the counter, 2 to 5 nodes at once. Changes
 * that are under way from one node to another at the same time share messages; so there is one client, whose changes
 * share none, and there are as many for the cluster, for each node, and for each node and each other one.
 */
final class Flatness {
    private static final int SESSIONS = 500;
    private static final int CLIENTS = 16;
    private static final int EACH = 8;
    private static final List<Layout> LAYOUTS = List.of(new Layout(true, 2), new Layout(true, 3), new Layout(true, 4),
            new Layout(true, 5));

    private Flatness() {
    }

    static void measure(Options options, Report report) throws IOException, InterruptedException {
        report.table("A counter with baton, sticky, by number of nodes; " + options.rounds() + " rounds of "
                + options.seconds() + " s", List.of("nodes", "clients", "requests/s", "CPU µs/request", "× 2 nodes",
                        "p50 µs", "bytes/request", "× 2 nodes", "packets/request"));
        try (Fleet fleet = Fleet.of(options, LAYOUTS, List.of(ManagerKind.BATON), SESSIONS, false)) {
            measure(options, report, fleet, nodes -> 1);
            measure(options, report, fleet, nodes -> CLIENTS);
            measure(options, report, fleet, nodes -> EACH * nodes);
            measure(options, report, fleet, nodes -> EACH * nodes * (nodes - 1));
            report.failures(fleet.failures());
        }
    }

    private static void measure(Options options, Report report, Fleet fleet, IntUnaryOperator clients)
            throws IOException, InterruptedException {
        Map<Cluster, List<Sample>> samples = new LinkedHashMap<>();
        fleet.each(cluster -> {
            samples.put(cluster, new ArrayList<>());
            cluster.warmUp(clients.applyAsInt(cluster.layout().nodes()), Workload.COUNTER,
                    options.warmup());
        });
        for (int round = 0; round < options.rounds(); round++) {
            fleet.each(round % 2 == 1, cluster -> samples.get(cluster).add(cluster.measure(
                    clients.applyAsInt(cluster.layout().nodes()), Workload.COUNTER, options.seconds())));
        }
        samples.keySet().retainAll(fleet.clusters());
        List<Sample> two = samples.isEmpty() ? List.of() : samples.values().iterator().next();
        for (Map.Entry<Cluster, List<Sample>> measured : samples.entrySet()) {
            int nodes = measured.getKey().layout().nodes();
            List<Sample> own = measured.getValue();
            report.row(List.of(String.valueOf(nodes), String.valueOf(clients.applyAsInt(nodes)),
                    Spread.of(own, Sample::requestsPerSecond).text(0), Spread.of(own, Sample::cpuMicros).text(1),
                    Spread.ofRatios(own, two, Sample::cpuMicros).text(2), Spread.of(own, Sample::p50).text(0),
                    Spread.of(own, Sample::bytes).text(1), Spread.ofRatios(own, two, Sample::bytes).text(2),
                    Spread.of(own, Sample::packets).text(2)));
        }
    }
}
