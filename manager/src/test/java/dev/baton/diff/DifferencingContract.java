package dev.baton.diff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.corpus.Case;
import dev.baton.corpus.Corpus;
import dev.baton.diff.Differencer.Comparison;
import dev.baton.diff.Methods.Method;
import dev.baton.diff.Things.Node;
import dev.baton.model.AttributeChange;
import dev.baton.model.MalformedPatch;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every method of differencing (D3). One class for each of them. */
abstract class DifferencingContract {
    /** What a change may take beyond the whole value, without the attribute's name. */
    private static final int HEADER = 4;
    private static final String NAME = "attribute";
    private static final int GRAPHS = 120;
    private static final int STEPS = 15;

    private final Method method;
    private final Differencer differencer;

    DifferencingContract(Method method) {
        this.method = method;
        this.differencer = new Differencer(Methods.usual(method));
    }

    static Collection<Case> corpus() {
        return Corpus.cases();
    }

    @ParameterizedTest
    @MethodSource("corpus")
    @DisplayName("D3, D4: the change applied to the benchmark is the present value, and never more than the whole")
    void theChangeIsExactAndBounded(Case of) throws Exception {
        Object value = of.make();
        Benchmark benchmark = compare(null, value).next();
        byte[] base = benchmark.bytes().clone();
        Object changed = of.change(value);
        byte[] current = Corpus.bytes(changed);
        Comparison found = compare(benchmark, changed);
        assertThat(found.steady()).isTrue();
        if (of.changes()) {
            assertThat(found.change().name()).isEqualTo(NAME);
            assertThat(found.change().apply(base)).isEqualTo(current).isEqualTo(found.next().bytes());
            assertThat(found.change().size()).isLessThanOrEqualTo(current.length + NAME.length() + HEADER);
        } else {
            assertThat(found.change()).as("nothing is sent").isNull();
        }
        assertThat(base).as("the store's bytes before").isEqualTo(benchmark.bytes());
        assertThat(compare(found.next(), changed).change()).as("nothing changed since").isNull();
    }

    @ParameterizedTest
    @MethodSource("corpus")
    @DisplayName("D3: one change after the other, and back again, on a value that another node has made")
    void changesFollowEachOther(Case of) throws Exception {
        byte[] stored = Corpus.bytes(of.make());
        Object value = read(stored);
        Benchmark benchmark = Benchmark.of(stored);
        differencer.read(benchmark, value);
        for (int step = 0; step < 3; step++) {
            // the second time another object takes the place of the first
            value = step == 1 ? of.make() : of.change(value);
            Comparison found = compare(benchmark, value);
            if (found.change() != null) {
                stored = found.change().apply(stored);
            }
            benchmark = found.next();
            assertThat(stored).as("step %d", step).isEqualTo(benchmark.bytes());
            assertThat(Canon.of(stored)).as("the object that another node would make, step %d", step)
                    .isEqualTo(Canon.of(Corpus.bytes(value)));
        }
    }

    @ParameterizedTest
    @MethodSource("corpus")
    @DisplayName("D3: a patch is refused by a base that is absent or of another length, which stays as it is")
    void aWrongBaseIsRefused(Case of) {
        Object value = of.make();
        Benchmark benchmark = compare(null, value).next();
        AttributeChange change = compare(benchmark, of.change(value)).change();
        if (change == null || change instanceof AttributeChange.Put) {
            return;
        }
        byte[] base = benchmark.bytes();
        for (byte[] wrong : List.of(Arrays.copyOf(base, base.length - 1), Arrays.copyOf(base, base.length + 1),
                new byte[0])) {
            byte[] untouched = wrong.clone();
            assertThatThrownBy(() -> change.apply(wrong)).isInstanceOf(MalformedPatch.class);
            assertThat(wrong).isEqualTo(untouched);
        }
        assertThatThrownBy(() -> change.apply(null)).isInstanceOf(MalformedPatch.class);
    }

    @Test
    @DisplayName("D3: random changes of random graphs, with the benchmark dropped at times")
    void randomChanges() throws Exception {
        int changes = 0;
        for (int seed = 0; seed < GRAPHS; seed++) {
            Random random = new Random(seed);
            RandomGraph graph = new RandomGraph(random, seed % 4 == 0);
            Benchmark benchmark = null;
            byte[] stored = null;
            for (int step = 0; step < STEPS; step++) {
                if (seed % 2 == 0) {
                    graph.changeGently();
                } else {
                    graph.change();
                }
                Comparison found = compare(benchmark, graph.root);
                String what = "seed " + seed + " step " + step;
                if (found.change() != null) {
                    stored = found.change().apply(stored);
                    changes++;
                }
                benchmark = found.next();
                assertThat(stored).as(what).isEqualTo(benchmark.bytes());
                assertThat(Canon.of(stored)).as(what).isEqualTo(Canon.of(Corpus.bytes(graph.root)));
                if (random.nextInt(6) == 0) {
                    benchmark.shrink();
                } else if (random.nextInt(12) == 0) {
                    graph = new RandomGraph(random, seed % 4 == 0, (Node) read(stored));
                    benchmark = Benchmark.of(stored);
                }
            }
        }
        assertThat(changes).isGreaterThan(GRAPHS * STEPS / 2);
    }

    @ParameterizedTest
    @MethodSource("corpus")
    @DisplayName("D3: after a change by another method the next one needs no whole value: the stored form is the same")
    void theMethodMayChange(Case of) throws Exception {
        for (Method before : Method.values()) {
            Object value = of.make();
            Benchmark first = compare(new Differencer(Methods.usual(before)), null, value).next();
            byte[] stored = first.bytes();
            Comparison found = compare(first, of.change(value));
            if (found.change() != null) {
                assertThat(found.change().apply(stored)).as("after %s", before).isEqualTo(found.next().bytes());
                assertThat(found.change() instanceof AttributeChange.Put).as("whole after %s", before)
                        .isEqualTo(method == Method.NONE);
            }
        }
    }

    private Comparison compare(Benchmark benchmark, Object value) {
        return compare(differencer, benchmark, value);
    }

    private static Comparison compare(Differencer differencer, Benchmark benchmark, Object value) {
        return differencer.compare(NAME, benchmark, value, new Bytes(value));
    }

    static Object read(byte[] bytes) throws IOException, ClassNotFoundException {
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
            return in.readObject();
        }
    }
}
