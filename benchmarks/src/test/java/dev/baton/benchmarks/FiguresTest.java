package dev.baton.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FiguresTest {
    @Test
    void onlySocketsBetweenTheNodesAreCounted() {
        List<String> lines = List.of(
                "0 0 [::ffff:127.0.0.1]:7800 [::ffff:127.0.0.1]:41000 users:((\"java\",pid=11,fd=80)) cubic wscale:7,7 "
                        + "rto:204 bytes_sent:1000 bytes_acked:1000 bytes_received:70 segs_out:30 segs_in:31",
                "0 0 127.0.0.1:41000 127.0.0.1:7800 users:((\"java\",pid=12,fd=81)) cubic bytes_sent:70 segs_out:31",
                "0 0 127.0.0.1:8080 127.0.0.1:50000 users:((\"java\",pid=11,fd=82)) cubic bytes_sent:99999 segs_out:999",
                "0 0 127.0.0.1:50000 127.0.0.1:8080 users:((\"java\",pid=99,fd=5)) cubic bytes_sent:99999 segs_out:999");
        assertThat(ClusterTraffic.parse(lines, Set.of(11L, 12L), Set.of(8080)))
                .isEqualTo(new ClusterTraffic(1_070, 61));
    }

    @Test
    void onlyTheThreadsOfCompilersCountAsCompiling() {
        String rest = " S 13493 13490 304 0 -1 4194368 11696 0 0 0 344 21 0 0 20 0 34 0 1299956 3205505024";
        assertThat(TomcatNode.compilerTicks("13571 (C2 CompilerThre)" + rest)).isEqualTo(365);
        assertThat(TomcatNode.compilerTicks("13580 (http-nio-) 8080)" + rest)).isZero();
    }

    @Test
    void aSpreadIsLeastMedianGreatest() {
        assertThat(Spread.of(3, 1, 2).text(0)).isEqualTo("1–2–3");
        assertThat(Spread.of(4, 1, 2, 3).text(1)).isEqualTo("1.0–2.5–4.0");
        assertThat(Spread.of(-0.04).text(1)).isEqualTo("0.0");
    }

    @Test
    void aRatioComparesWindowsOfTheSameRound() {
        assertThat(Spread.ofRatios(List.of(sample(10), sample(40)), List.of(sample(20), sample(10)),
                Sample::requestsPerSecond).text(2)).isEqualTo("0.50–2.25–4.00");
    }

    private static Sample sample(double requestsPerSecond) {
        return new Sample(requestsPerSecond, 0, 0, 0, 100, 2, 0, 0);
    }

    @Test
    void headersCountForEachPacket() {
        assertThat(sample(1).wireBytes()).isEqualTo(204);
    }

    @Test
    void percentilesAreExactToAHundredth() {
        Latencies latencies = new Latencies();
        assertThat(latencies.micros(0.5)).isZero();
        for (int i = 100; i >= 1; i--) {
            latencies.add(i * 1_000L);
        }
        assertThat(latencies.micros(0.5)).isCloseTo(50, within(0.5));
        assertThat(latencies.micros(0.99)).isCloseTo(99, within(1.0));
        Latencies slow = new Latencies();
        slow.add(30_000_000_000L);
        slow.add(7);
        latencies.addAll(slow);
        assertThat(latencies.micros(1)).isCloseTo(30_000_000, within(300_000.0));
        assertThat(latencies.micros(0)).isEqualTo(0.007);
    }

    @Test
    void aHistogramIsBytesByClass() {
        HeapMeasurement.Histogram histogram = HeapMeasurement.Histogram.of(List.of("77:",
                " num     #instances         #bytes  class name (module)",
                "-------------------------------------------------------",
                "   1:          100           6400  [B (java.base@17.0.15)",
                "   2:           10            240  dev.baton.Benchmark",
                "Total           110           6640"));
        assertThat(histogram.total()).isEqualTo(6_640);
        assertThat(histogram.plus(HeapMeasurement.Histogram.of(List.of("1: 1 640 [B")), -1).over(10).bytes())
                .containsEntry("[B", 576.0).containsEntry("dev.baton.Benchmark", 24.0);
    }
}
