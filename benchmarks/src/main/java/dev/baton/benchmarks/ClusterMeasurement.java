package dev.baton.benchmarks;

import java.io.IOException;

/**
 * Measures session managers on whole clusters of real Tomcats on loopback; {@code benchmarks/RESULTS.md} says how.
 * What fails is named in the tables, the rest is measured all the same, and the end is 1.
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
        Report report = new Report(options.results());
        long start = System.nanoTime();
        report.text(Machine.conditions() + "; nodes with " + String.join(" ", options.jvm())
                + (options.note().isBlank() ? "" : "; " + options.note()) + "; a bare loopback exchange takes "
                + Spread.of(LoopbackProbe.exchangeMicros()).text(1) + " µs");
        for (Part part : options.parts()) {
            try {
                part.measure(options, report);
            } catch (IOException | RuntimeException e) {
                report.failure(part.name().toLowerCase(java.util.Locale.ROOT), e);
            }
        }
        report.text("Measured in " + (System.nanoTime() - start) / 60_000_000_000L + " minutes; afterwards "
                + Machine.load() + ".");
        System.exit(report.failed() ? 1 : 0);
    }
}
