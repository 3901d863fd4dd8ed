package dev.baton.diff;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.baton.corpus.Case;
import dev.baton.corpus.Corpus;
import dev.baton.graph.Chains;
import dev.baton.graph.Kinds;
import dev.baton.graph.StreamPatch;
import dev.baton.model.AttributeChange;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class GraphDiffTest {
    private static final int NO_LIMIT = Integer.MAX_VALUE;

    static Collection<Kinds.Case> kinds() {
        return Kinds.all();
    }

    static Collection<Case> corpus() {
        return Corpus.cases();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    @DisplayName("D2, D3: patch after patch of every kind of class gives the bytes of the present value")
    void patchAfterPatch(Kinds.Case kind) throws Exception {
        Object value = kind.value();
        List<Object> metStored = new ArrayList<>();
        byte[] stored = Kinds.written(value, metStored);
        for (int step = 0; step < 3; step++) {
            byte[] untouched = stored.clone();
            value = step == 2 ? Kinds.all().stream().filter(k -> k.name().equals(kind.name())).findFirst()
                    .orElseThrow().value() : kind.change().to(value);
            List<Object> met = new ArrayList<>();
            byte[] now = Kinds.written(value, met);
            StreamPatch patch = GraphDiff.patch(stored, metStored, now, met, NO_LIMIT);
            assertThat(patch).as("step %d", step).isNotNull();
            StreamPatch withoutObjects = GraphDiff.patch(stored, List.of(), now, List.of(), NO_LIMIT);
            assertThat(new AttributeChange.GraphPatch("a", patch).apply(stored)).as("step %d", step).isEqualTo(now);
            assertThat(withoutObjects.apply(stored)).as("step %d, objects not known", step).isEqualTo(now);
            assertThat(stored).isEqualTo(untouched);
            stored = patch.apply(stored);
            metStored = met;
        }
        // These two cannot be asked whether they are equal to something.
        boolean comparable = !Set.of("proxy", "list that holds itself").contains(kind.name());
        if (comparable && value.equals(read(Kinds.written(value, new ArrayList<>())))) {
            assertThat(read(stored)).as("the live object on another node").isEqualTo(value);
        }
    }

    @ParameterizedTest
    @MethodSource("corpus")
    @DisplayName("D2, D6: applying without classes is equal in all cases of the corpus")
    void theCorpus(Case each) throws Exception {
        Object value = each.make();
        List<Object> metBase = new ArrayList<>();
        byte[] base = Kinds.written(value, metBase);
        List<Object> met = new ArrayList<>();
        byte[] now = Kinds.written(each.change(value), met);
        assertThat(GraphDiff.patch(base, metBase, now, met, NO_LIMIT).apply(base)).isEqualTo(now);
        assertThat(GraphDiff.patch(base, List.of(), now, List.of(), NO_LIMIT).apply(base)).isEqualTo(now);
    }

    @Test
    @DisplayName("D2, D4: bytes of graph patches, the checksum of four not counted")
    void sizes() throws Exception {
        Map<String, Integer> most = new TreeMap<>(Map.of("tree/prim", 16, "tree/attrPut", 40, "tree/insertMid", 70,
                "cyclic/relink", 50, "cart/sortAll", 300, "records/replace1", 40, "session50/oneChanged", 20,
                "lru/access1", 12, "cart/prim", 6));
        int sum = 0;
        for (Case each : Corpus.cases()) {
            Object value = each.make();
            List<Object> metBase = new ArrayList<>();
            byte[] base = Kinds.written(value, metBase);
            List<Object> met = new ArrayList<>();
            byte[] now = Kinds.written(each.change(value), met);
            int size = GraphDiff.patch(base, metBase, now, met, NO_LIMIT).encoded().length - StreamPatch.HEADER;
            if (most.containsKey(each.name())) {
                assertThat(size).as(each.name()).isLessThanOrEqualTo(most.remove(each.name()));
            }
            sum += size;
        }
        assertThat(most).as("cases that were not met").isEmpty();
        assertThat(sum).as("all together").isLessThanOrEqualTo(2_100);
    }

    @Test
    void aPatchThatWouldBeLongerThanTheLimitIsNotMade() throws Exception {
        byte[] base = Kinds.written("a text", new ArrayList<>());
        byte[] now = Kinds.written("another one", new ArrayList<>());
        assertThat(GraphDiff.patch(base, List.of(), now, List.of(), 10)).isNull();
        assertThat(GraphDiff.patch(new byte[] {1, 2}, List.of(), now, List.of(), NO_LIMIT)).isNull();
        assertThat(GraphDiff.patch(base, List.of(), new byte[] {1, 2}, List.of(), NO_LIMIT)).isNull();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 50_000, 99_999})
    @DisplayName("D2: a link that is changed in a chain of 100,000 nodes")
    void aLongChain(int changed) throws Exception {
        byte[] base = Chains.chain(100_000);
        byte[] now = base.clone();
        byte[] shorter = Chains.chain(changed + 1);
        StreamPatch patch = GraphDiff.patch(base, List.of(), shorter, List.of(), NO_LIMIT);
        assertThat(patch.apply(base)).isEqualTo(shorter);
        StreamPatch back = GraphDiff.patch(shorter, List.of(), now, List.of(), NO_LIMIT);
        assertThat(back.apply(shorter)).isEqualTo(now);
    }

    @Test
    @DisplayName("D2: many small values beside a large one are not each compared with all of it")
    void smallValuesAreNotComparedWithLargeOnes() throws Exception {
        Map<Object, IntFunction<Object>> values = Map.of("x".repeat(60_000), i -> "number " + i,
                new byte[60_000], i -> new byte[] {(byte) i, 1}, new Object[60_000], i -> new Object[] {i});
        for (Map.Entry<Object, IntFunction<Object>> each : values.entrySet()) {
            List<Object> list = new ArrayList<>(List.of(each.getKey(), each.getKey()));
            byte[] before = Corpus.bytes(list);
            for (int i = 0; i < 2_000; i++) {
                list.add(each.getValue().apply(i));
            }
            byte[] after = Corpus.bytes(list);
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long allocated = threads.getCurrentThreadAllocatedBytes();
            StreamPatch patch = GraphDiff.patch(before, List.of(), after, List.of(), NO_LIMIT);
            // Whoever looks at the large one takes as much memory.
            assertThat(threads.getCurrentThreadAllocatedBytes() - allocated).isLessThan(64 << 20);
            assertThat(patch.apply(before)).isEqualTo(after);
            assertThat(patch.encoded().length).isLessThan(after.length - 50_000);
        }
    }

    private static Object read(byte[] bytes) throws IOException, ClassNotFoundException {
        return new ObjectInputStream(new ByteArrayInputStream(bytes)).readObject();
    }
}
