package dev.baton.diff;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.corpus.Corpus;
import dev.baton.diff.Differencer.Comparison;
import dev.baton.diff.Methods.Method;
import dev.baton.diff.Things.Node;
import dev.baton.model.MalformedPatch;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The whole comparison against plain serialisation, over random changes of random graphs. */
class DifferencerTest {
    private static final int GRAPHS = 600;
    private static final int STEPS = 40;

    private int unchanged;
    private int inPlace;
    private int serialised;

    @Test
    @DisplayName("D1, D2, D3, D4: what the store has after each comparison is what serialisation would have written")
    void theStoreHasWhatSerialisationWouldHaveWritten() throws Exception {
        for (int seed = 0; seed < GRAPHS; seed++) {
            run(seed);
        }
        // Otherwise this showed nothing.
        assertThat(unchanged).as("seen to be unchanged without serialising").isGreaterThan(3_000);
        assertThat(inPlace).as("changed in the bytes without serialising").isGreaterThan(2_000);
        assertThat(serialised).as("serialised").isGreaterThan(5_000);
    }

    private void run(int seed) throws Exception {
        Random random = new Random(seed);
        boolean gentle = random.nextBoolean();
        boolean everything = random.nextInt(4) == 0;
        Method method = Method.values()[random.nextInt(Method.values().length)];
        Differencer differencer = new Differencer(Methods.usual(method));
        RandomGraph graph = new RandomGraph(random, everything);
        Benchmark benchmark = null;
        for (int step = 0; step < STEPS; step++) {
            int changes = benchmark == null ? 0 : random.nextInt(4) - 1;
            for (int i = 0; i < changes; i++) {
                if (gentle) {
                    graph.changeGently();
                } else {
                    graph.change();
                }
            }
            Bytes source = new Bytes(graph.root);
            Comparison found = differencer.compare("a", benchmark, graph.root, source);
            String what = "seed " + seed + " step " + step;
            check(what, benchmark, found, graph.root, changes <= 0);
            count(found, source.calls);
            benchmark = found.next();
            if (random.nextInt(10) == 0) {
                benchmark.shrink();
            }
            if (random.nextInt(30) == 0) {
                benchmark = Benchmark.of(benchmark.bytes());
                graph = new RandomGraph(random, everything, (Node) read(benchmark.bytes()));
                // The new graph's root is another object than the one read: found to be the same by its bytes.
            }
        }
    }

    private static void check(String what, Benchmark before, Comparison found, Object live, boolean untouched)
            throws MalformedPatch {
        byte[] real = Corpus.bytes(live);
        assertThat(found.steady()).as(what).isTrue();
        if (found.change() == null) {
            assertThat(found.next().bytes()).as(what).isSameAs(before.bytes());
        } else {
            byte[] base = before == null ? null : before.bytes();
            assertThat(found.change().apply(base == null ? null : base.clone())).as(what).isEqualTo(found.next().bytes());
            assertThat(found.change().size()).as(what).isLessThanOrEqualTo(real.length + 5);
            assertThat(untouched && before != null && Canon.of(base).equals(Canon.of(real))
                    && Arrays.equals(base, real)).as("%s: sent without a change", what).isFalse();
        }
        if (!Arrays.equals(found.next().bytes(), real)) {
            assertThat(Canon.of(found.next().bytes())).as(what).isEqualTo(Canon.of(real));
        }
    }

    private void count(Comparison found, int calls) {
        if (calls > 0) {
            serialised++;
        } else if (found.change() == null) {
            unchanged++;
        } else {
            inPlace++;
        }
    }

    private static Object read(byte[] bytes) throws IOException, ClassNotFoundException {
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
            return in.readObject();
        }
    }
}
