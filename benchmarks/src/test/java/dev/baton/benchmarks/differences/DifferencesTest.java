package dev.baton.benchmarks.differences;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.corpus.Corpus;
import dev.baton.diff.Methods.Method;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class DifferencesTest {
    @Test
    void aPairIsMeasuredByAllMethodsAndTools() throws Exception {
        Pair pair = Pair.measure(Corpus.named("cart/delete"), new Timing(0));
        assertThat(pair.whole()).isEqualTo(16_705);
        assertThat(pair.bytes().get(Method.BINARY)).isEqualTo(23);
        assertThat(pair.bytes().get(Method.GRAPH)).isLessThan(23);
        assertThat(pair.bytes().get(Method.AUTO)).isEqualTo(23);
        assertThat(pair.zstd().bytes()).isBetween(23, 40);
        assertThat(pair.vcdiff().bytes()).isBetween(23, 60);
        assertThat(pair.compare().get(Method.GRAPH)).isPositive();
        assertThat(Pair.measure(Corpus.named("cart/none"), new Timing(0)).bytes().values()).containsOnly(0);
    }

    @Test
    void goalsAreReachedOrMissedByAFactor() throws Exception {
        Map<String, Double> nanos = new TreeMap<>();
        for (String attribute : List.of("tree", "cart", "bean2K", "session50")) {
            nanos.put("unchanged/" + attribute, 20_000.0);
            nanos.put("unchangedBySerialising/" + attribute, 100_000.0);
            nanos.put("look/" + attribute, 50_000.0);
            nanos.put("oneField/" + attribute, 70_000.0);
        }
        List<String> rows = new Goals(List.of(Pair.measure(Corpus.named("cart/delete"), new Timing(0))), nanos).rows();
        assertThat(rows).contains("| tree of 2,274 objects, found unchanged | ≤ 30 | 20.00 µs | reached |",
                "| the same, times faster than serialising and comparing | ≥ 10 | 5.0 | missed: × 2.00 |",
                "| one field of the tree changed | ≤ 35 | 70.00 µs | missed: × 2.00 |");
    }

    @Test
    void anUnknownOptionIsRefused() {
        assertThatThrownBy(() -> DifferenceMeasurement.main(new String[] {"--colour=red"}))
                .hasMessage("--colour=red: options are [cases, millis, note, results], as --name=value");
    }
}
