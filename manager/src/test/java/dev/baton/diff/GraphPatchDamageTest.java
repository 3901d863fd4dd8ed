package dev.baton.diff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.baton.graph.Kinds;
import dev.baton.graph.MalformedGraph;
import dev.baton.graph.StreamPatch;
import dev.baton.graph.StreamTable;
import dev.baton.model.AttributeChange;
import dev.baton.model.MalformedPatch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Bad input: graph patches that do not fit are refused, the base untouched")
class GraphPatchDamageTest {
    private final List<Object> names = new ArrayList<>(List.of("one", "two", "three", List.of(1, 2), new int[50]));
    private final byte[] base = written(names);

    @Test
    void aPatchForAnotherBaseIsRefused() {
        names.add(1, "inserted");
        byte[] patch = patch(written(names));
        byte[] other = written(new ArrayList<>(List.of("one", "TWO", "three", List.of(1, 2), new int[50])));
        assertThatThrownBy(() -> new StreamPatch(patch).apply(other)).isInstanceOf(MalformedGraph.class)
                .hasMessageContaining("another base");
        AttributeChange change = new AttributeChange.GraphPatch("a", new StreamPatch(patch));
        assertThatThrownBy(() -> change.apply(other)).isInstanceOf(MalformedPatch.class);
        assertThatThrownBy(() -> change.apply(null)).isInstanceOf(MalformedPatch.class);
        assertThatThrownBy(() -> change.apply(new byte[] {1, 2, 3})).isInstanceOf(MalformedPatch.class);
    }

    @Test
    void eachCutIsRefused() {
        names.add(1, "inserted");
        names.add(List.of("new", 7L));
        byte[] patch = patch(written(names));
        for (int length = 0; length < patch.length; length++) {
            refused(Arrays.copyOf(patch, length));
        }
        refused(Arrays.copyOf(patch, patch.length + 1));
    }

    @Test
    void numbersBeyondTheBaseAreRefused() {
        refused(patch().number(5_000L << 2 | 1).number(StreamPatch.BYTE).number(1), "change of node");
        refused(patch().number(1L << 60).number(0), "change of node");
        refused(list(1).number(1L << 40 | StreamPatch.BYTE).number(1), "items to copy");
        refused(list(1).number(StreamPatch.BYTES).number(Integer.MAX_VALUE), "items");
        refused(list(1).number(StreamPatch.SEEK).number(1L << 40), "cursor");
        refused(list(1).number(StreamPatch.SEEK).number(1), "cursor");
        refused(list(1).number(StreamPatch.INSERT_SLOT).number(2 + 2 * 2_000), "slot");
        refused(list(1).number(StreamPatch.INSERT_SLOT).number(3 + 2 * 20_000), "node");
        refused(list(1).number(StreamPatch.INSERT_SLOTS).number(1L << 61), "items");
        refused(list(3).number(1L << 61), "operations");
        refused(list(1).number(StreamPatch.INSERT_SLOT).number(1).number(1L << 30), "template");
        refused(list(1).number(StreamPatch.INSERT_SLOT).number(1).number(1 << 2).number(70_000), "string");
        refused(list(1).number(Long.MAX_VALUE), "number too long");
    }

    @Test
    @DisplayName("Bad input: a new node that is mentioned but not told, an object without or inside its own class")
    void danglingFormsAreRefused() {
        refused(list(1).number(StreamPatch.INSERT_SLOT).number(1), "ends inside");
        refused(list(1).number(StreamPatch.INSERT_SLOT).number(1).number(1).number(StreamPatch.INSERT_BYTES).number(1)
                .number(0x73), "has no class");
        // The class of the list becomes the list itself.
        refused(list(1).number(1 << 3 | StreamPatch.SLOT).number(3), "inside its own class");
    }

    @Test
    @DisplayName("Bad input: what a short patch copies again and again is bounded")
    void copiesOfCopiesAreBounded() {
        byte[] large = written(new ArrayList<>(List.of(new byte[1 << 20])));
        int array = 0;
        try {
            StreamTable table = StreamTable.parse(large);
            while (table.start(array) + (1 << 20) > table.end(array) || array == table.root()) {
                array++;
            }
        } catch (MalformedGraph e) {
            throw new AssertionError(e);
        }
        // After 13 of its 14 items come references whose analogues are the list's class and the array, in turn.
        Bytes patch = list(1).number(13 << 3 | StreamPatch.INSERT_SLOTS).number(200);
        for (int i = 0; i < 200; i++) {
            patch.number(1);
        }
        for (int i = 0; i < 200; i++) {
            patch.number(i % 2 == 0 ? 2 + 2L * array << 2 : 2 << 2);
        }
        assertThatThrownBy(() -> new StreamPatch(patch.toBytes()).apply(large)).isInstanceOf(MalformedGraph.class)
                .hasMessageContaining("patch makes 67");
    }

    @Test
    @DisplayName("Bad input: memory is taken for what a patch makes, not for what it could have copied")
    void contentsThatArePassedOverTakeNoMemory() throws MalformedGraph {
        byte[] large = written(new ArrayList<>(List.of(new byte[1 << 13])));
        StreamTable table = StreamTable.parse(large);
        int array = table.slotTarget(table.firstSlot(table.root()) + 1);
        int items = table.elements(array) + 6;
        Bytes patch = list(1).number(13 << 3 | StreamPatch.INSERT_SLOTS).number(10_000);
        for (int i = 0; i < 10_000; i++) {
            patch.number(1);
        }
        // As above; the cursor goes to the end at once.
        for (int i = 0; i < 10_000; i++) {
            patch.number((i % 2 == 0 ? 2 + 2L * array << 2 : 2 << 2) + 1).number(StreamPatch.SEEK).number(2 * items);
        }
        byte[] encoded = patch.toBytes();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        assertThatThrownBy(() -> new StreamPatch(encoded).apply(large)).isInstanceOf(MalformedGraph.class)
                .hasMessageContaining("another base");
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(8 << 20);
    }

    @Test
    @DisplayName("Bad input: a patch with more new nodes than a graph may have")
    void newNodesAreBounded() {
        Bytes patch = list(1).number(StreamPatch.INSERT_SLOTS).number(StreamTable.MAX_NODES + 1);
        for (int i = 0; i <= StreamTable.MAX_NODES; i++) {
            patch.number(1);
        }
        refused(patch, "new nodes");
    }

    @Test
    @DisplayName("Bad input: 50,000 damaged patches, refused with memory in proportion")
    void damagedPatches() {
        List<byte[]> patches = new ArrayList<>();
        names.add(1, "inserted");
        patches.add(patch(written(names)));
        names.remove(0);
        names.add(new Object[] {1, "x", List.of()});
        patches.add(patch(written(names)));
        ((int[]) names.get(4))[20] = 9;
        patches.add(patch(written(names)));
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        byte[] untouched = base.clone();
        int refused = 0;
        for (int seed = 0; seed < 50_000; seed++) {
            Random random = new Random(seed);
            byte[] damaged = patches.get(random.nextInt(patches.size())).clone();
            for (int i = random.nextInt(3); i >= 0; i--) {
                damaged[random.nextInt(damaged.length)] = (byte) (random.nextBoolean() ? random.nextInt(8)
                        : random.nextInt());
            }
            long before = threads.getCurrentThreadAllocatedBytes();
            try {
                new StreamPatch(damaged).apply(base);
            } catch (MalformedGraph expected) {
                refused++;
            } catch (Throwable wrong) {
                throw new AssertionError("seed " + seed, wrong);
            }
            assertThat(threads.getCurrentThreadAllocatedBytes() - before).as("seed %d", seed).isLessThan(1 << 20);
        }
        assertThat(base).isEqualTo(untouched);
        assertThat(refused).as("all but those that change nothing").isGreaterThan(45_000);
    }

    private byte[] patch(byte[] result) {
        return GraphDiff.patch(base, List.of(), result, List.of(), Integer.MAX_VALUE).encoded();
    }

    private void refused(byte[] patch) {
        byte[] untouched = base.clone();
        assertThatThrownBy(() -> new StreamPatch(patch).apply(base)).isInstanceOf(MalformedGraph.class);
        assertThat(base).isEqualTo(untouched);
    }

    private void refused(Bytes patch, String why) {
        assertThatThrownBy(() -> new StreamPatch(patch.toBytes()).apply(base)).isInstanceOf(MalformedGraph.class)
                .hasMessageContaining(why);
    }

    /** An entry for the list, which is the first node after its class. */
    private static Bytes list(int operations) {
        return patch().number(2L << 2 | operations);
    }

    private static Bytes patch() {
        return new Bytes();
    }

    /** A patch by hand. */
    private static final class Bytes {
        private final PatchBytes bytes = new PatchBytes();

        Bytes() {
            bytes.fixed(0);
        }

        Bytes number(long value) {
            bytes.varint(value);
            return this;
        }

        byte[] toBytes() {
            return bytes.toBytes();
        }
    }

    private static byte[] written(Object value) {
        try {
            return Kinds.written(value, new ArrayList<>());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
