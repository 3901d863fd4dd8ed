package dev.baton.benchmarks;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How long a Tomcat takes from the start of its process until the application answers. */
final class Starts {
    private static final int SESSIONS = 500;
    private static final Layout TWO = new Layout(true, 2);

    private Starts() {
    }

    static void measure(Options options, Report report) throws IOException, InterruptedException {
        report.table("Start-up until the application answers, ms", List.of("manager", "first node", "second node",
                "second node again, with " + SESSIONS + " sessions on the first"));
        Map<ManagerKind, double[][]> millis = new LinkedHashMap<>();
        Map<String, String> failures = new LinkedHashMap<>();
        for (int round = 0; round < options.rounds(); round++) {
            for (ManagerKind manager : options.managers()) {
                if (manager.asynchronous() || failures.containsKey(manager.label())) {
                    continue;
                }
                double[][] own = millis.computeIfAbsent(manager, m -> new double[3][options.rounds()]);
                try {
                    measure(options, manager, own, round);
                } catch (IOException | RuntimeException e) {
                    failures.put(manager.label(), String.valueOf(e.getMessage()));
                    millis.remove(manager);
                }
            }
        }
        for (Map.Entry<ManagerKind, double[][]> measured : millis.entrySet()) {
            double[][] own = measured.getValue();
            report.row(List.of(measured.getKey().label(), Spread.of(own[0]).text(0), Spread.of(own[1]).text(0),
                    Spread.of(own[2]).text(0)));
        }
        report.failures(failures);
    }

    private static void measure(Options options, ManagerKind manager, double[][] millis, int round)
            throws IOException, InterruptedException {
        try (Cluster cluster = Cluster.start(options, manager, TWO)) {
            millis[0][round] = cluster.nodes().get(0).startNanos() / 1e6;
            millis[1][round] = cluster.nodes().get(1).startNanos() / 1e6;
            cluster.makeVisitors(SESSIONS * TWO.nodes(), false);
            cluster.checkThatSessionsAreShared();
            TomcatNode second = cluster.nodes().get(1);
            second.close();
            second.start();
            millis[2][round] = second.startNanos() / 1e6;
        }
    }
}
