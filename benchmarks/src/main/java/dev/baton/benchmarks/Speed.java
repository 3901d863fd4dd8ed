package dev.baton.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Requests, CPU, latency and traffic: the clusters of a layout are alive at once and loaded one after the other in
 * short windows, round by round, so that they share the machine's moods.
 */
final class Speed {
    private static final int SESSIONS = 500;
    private static final List<String> HEAD = List.of("routing", "clients", "request", "manager", "requests/s", "× first",
            "CPU µs/request", "× first", "p50 µs", "p99 µs", "bytes/request", "with headers", "packets/request",
            "% missed", "% refused");

    private final Options options;
    private final Report report;
    private final Map<Cluster, List<Sample>> samples = new LinkedHashMap<>();

    private Speed(Options options, Report report) {
        this.options = options;
        this.report = report;
    }

    static void measure(Options options, Report report) throws IOException, InterruptedException {
        report.table("Requests of " + SESSIONS + " sessions, " + options.rounds() + " rounds of " + options.seconds()
                + " s", HEAD);
        for (Layout layout : options.layouts()) {
            new Speed(options, report).measure(layout);
        }
    }

    private void measure(Layout layout) throws IOException, InterruptedException {
        boolean wide = options.workloads().contains(Workload.ONE_OF_50);
        try (Fleet fleet = Fleet.of(options, List.of(layout), options.managers(), SESSIONS, wide)) {
            for (int connections : options.connections()) {
                boolean first = connections == options.connections().get(0);
                for (Workload workload : options.workloads()) {
                    measure(fleet, connections, workload, first);
                    write(connections, workload);
                }
            }
            report.failures(fleet.failures());
        }
    }

    private void measure(Fleet fleet, int connections, Workload workload, boolean first) throws InterruptedException {
        samples.clear();
        fleet.clusters().forEach(c -> samples.put(c, new ArrayList<>()));
        String what = ": " + connections + " clients, " + workload.label();
        fleet.each(tolerant(what, cluster -> {
            if (first) {
                cluster.warmUp(connections, workload, options.warmup());
            } else {
                // Another number of clients finds the code compiled.
                cluster.measure(connections, workload, 1);
            }
        }));
        for (int round = 0; round < options.rounds(); round++) {
            // Every other round in reverse, so that nobody always follows the same neighbour.
            fleet.each(round % 2 == 1, tolerant(what,
                    cluster -> samples.get(cluster).add(cluster.measure(connections, workload, options.seconds()))));
        }
        samples.keySet().retainAll(fleet.clusters());
    }

    /** A cluster whose nodes all live goes on with the next kind of request after a failure. */
    private Fleet.Task tolerant(String what, Fleet.Task task) {
        return cluster -> {
            if (!samples.containsKey(cluster)) {
                return;
            }
            try {
                task.on(cluster);
            } catch (IOException e) {
                if (!cluster.nodes().stream().allMatch(TomcatNode::alive)) {
                    throw e;
                }
                samples.remove(cluster);
                report.failure(cluster.layout() + ", " + cluster.manager().label() + what, e);
            }
        };
    }

    private void write(int connections, Workload workload) throws IOException {
        List<Sample> first = null;
        for (Map.Entry<Cluster, List<Sample>> measured : samples.entrySet()) {
            ManagerKind manager = measured.getKey().manager();
            List<Sample> own = measured.getValue();
            if (manager == options.managers().get(0)) {
                first = own;
            }
            report.row(List.of(
                    measured.getKey().layout().toString(),
                    String.valueOf(connections),
                    workload.what + (workload.inPlace() && manager.mustBeTold() ? ", and sets it" : ""),
                    manager.label(),
                    Spread.of(own, Sample::requestsPerSecond).text(0), ratio(own, first, Sample::requestsPerSecond),
                    Spread.of(own, Sample::cpuMicros).text(1), ratio(own, first, Sample::cpuMicros),
                    Spread.of(own, Sample::p50).text(0), Spread.of(own, Sample::p99).text(0),
                    Spread.of(own, Sample::bytes).text(1), Spread.of(own, Sample::wireBytes).text(1),
                    Spread.of(own, Sample::packets).text(2),
                    Spread.of(own, Sample::missed).text(2), Spread.of(own, Sample::refused).text(2)));
        }
    }

    private static String ratio(List<Sample> samples, List<Sample> first, ToDoubleFunction<Sample> value) {
        return first == null ? "" : Spread.ofRatios(samples, first, value).text(2);
    }
}
