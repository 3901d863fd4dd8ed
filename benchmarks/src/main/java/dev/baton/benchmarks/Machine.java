package dev.baton.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** On what something is measured. */
public final class Machine {
    private Machine() {
    }

    /** When, and on what kind of machine. */
    public static String conditions() throws IOException {
        return Instant.now().truncatedTo(ChronoUnit.MINUTES) + ", " + Runtime.getRuntime().availableProcessors()
                + " cores " + cpuModel() + ", Linux " + System.getProperty("os.version") + ", JDK "
                + System.getProperty("java.version") + ", " + load();
    }

    private static String cpuModel() throws IOException {
        try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(l -> l.startsWith("model name")).findFirst()
                    .map(l -> l.substring(l.indexOf(':') + 1).trim()).orElse("of unknown kind");
        }
    }

    /** Processes that wanted to run in the last minute. */
    static String load() throws IOException {
        return "load " + Files.readString(Path.of("/proc/loadavg")).split(" ")[0];
    }
}
