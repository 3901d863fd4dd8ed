package dev.baton.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** The table of one run, as Markdown; every figure least–median–greatest over the rounds. */
final class Report {
    private static final String HEAD = """
            | connections | request | manager | requests/s | × first | CPU µs/request | more than first | bytes/request \
            | with headers | packets/request |
            | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
            """;

    private final Options options;
    private final String conditions;
    private final List<String> rows = new ArrayList<>();
    private final List<Double> probes = new ArrayList<>();

    Report(Options options) throws IOException {
        this.options = options;
        this.conditions = Machine.conditions() + "; nodes with " + String.join(" ", options.jvm()) + "; "
                + options.rounds() + " rounds of " + options.seconds() + " s, " + Cluster.SESSIONS + " sessions"
                + (options.note().isBlank() ? "" : "; " + options.note());
    }

    void probe(double micros) {
        probes.add(micros);
    }

    /** @param byManager samples in the order of the rounds, the first manager is what the others are compared with */
    void add(int connections, Workload workload, List<ManagerKind> managers, List<List<Sample>> byManager) {
        List<Sample> first = byManager.get(0);
        for (int m = 0; m < managers.size(); m++) {
            List<Sample> samples = byManager.get(m);
            double[] ratios = new double[samples.size()];
            double[] more = new double[samples.size()];
            for (int r = 0; r < ratios.length; r++) {
                ratios[r] = samples.get(r).requestsPerSecond() / first.get(r).requestsPerSecond();
                more[r] = samples.get(r).cpuMicros() - first.get(r).cpuMicros();
            }
            String row = "| " + connections + " | " + workload.what + " | "
                    + managers.get(m).name().toLowerCase(java.util.Locale.ROOT) + " | "
                    + Spread.of(samples, Sample::requestsPerSecond).text(0) + " | "
                    + (m == 0 ? "1" : Spread.of(ratios).text(2)) + " | "
                    + Spread.of(samples, Sample::cpuMicros).text(1) + " | "
                    + (m == 0 ? "" : Spread.of(more).text(1)) + " | "
                    + Spread.of(samples, Sample::bytes).text(1) + " | "
                    + Spread.of(samples, Sample::wireBytes).text(1) + " | "
                    + Spread.of(samples, Sample::packets).text(2) + " |\n";
            rows.add(row);
            System.out.print(row);
        }
    }

    String text() {
        return "\n" + conditions + "; a bare loopback exchange took "
                + Spread.of(probes.stream().mapToDouble(Double::doubleValue).toArray()).text(1) + " µs\n\n" + HEAD
                + String.join("", rows);
    }

    void print() {
        System.out.print(text());
    }

    void append(Path file) throws IOException {
        Files.writeString(file, text(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        System.out.println("appended to " + file);
    }
}
