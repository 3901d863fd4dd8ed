package dev.baton.benchmarks;

import java.io.IOException;

/** A table of the report, measured on clusters of its own. */
enum Part {
    SPEED(Speed::measure),
    LOST(Losses::measure),
    HEAP(HeapMeasurement::measure),
    START(Starts::measure),
    FLAT(Flatness::measure),
    SOAK(Soak::measure);

    private final Measurement measurement;

    Part(Measurement measurement) {
        this.measurement = measurement;
    }

    void measure(Options options, Report report) throws IOException, InterruptedException {
        measurement.run(options, report);
    }

    /** Writes its tables while it goes. */
    private interface Measurement {
        void run(Options options, Report report) throws IOException, InterruptedException;
    }
}
