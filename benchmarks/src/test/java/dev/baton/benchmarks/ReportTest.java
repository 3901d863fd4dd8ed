package dev.baton.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
    @TempDir
    private Path directory;

    @Test
    void whatFailedIsARowOfItsTable() throws IOException {
        Path file = directory.resolve("results.md");
        Report report = new Report(file);
        report.table("Speeds", List.of("manager", "speed", "bytes"));
        report.row(List.of("baton", "5", "7"));
        assertThat(report.failed()).isFalse();
        report.failures(Map.of("delta-sync", "the other node | said\nno"));
        assertThat(report.failed()).isTrue();
        assertThat(Files.readString(file)).isEqualTo("""

                Speeds

                | manager | speed | bytes |
                | --- | --- | --- |
                | baton | 5 | 7 |
                | **failed**: delta-sync: the other node / said | | |
                """);
    }
}
