package dev.baton.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StreamTableTest {
    static Collection<Kinds.Case> kinds() {
        return Kinds.all();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    @DisplayName("D2: every kind of class is read, and the nodes lie inside each other as the slots say")
    void slotsAndBytesMakeUpTheStream(Kinds.Case kind) throws Exception {
        byte[] bytes = serialized(kind.value());
        StreamTable table = StreamTable.parse(bytes);
        int covered = 4;
        for (int node = 0; node < table.count(); node++) {
            int at = table.start(node);
            for (int slot = table.firstSlot(node); slot < table.firstSlot(node) + table.slotCount(node); slot++) {
                assertThat(table.slotAt(slot)).as("slot %d of node %d", slot, node).isGreaterThanOrEqualTo(at);
                covered += table.slotAt(slot) - at;
                at = table.slotEnd(slot);
                covered += table.slotInline(slot) ? 0 : at - table.slotAt(slot);
            }
            assertThat(table.end(node)).as("end of node %d", node).isGreaterThanOrEqualTo(at);
            covered += table.end(node) - at;
        }
        assertThat(covered).as("each byte belongs to one node").isEqualTo(bytes.length);
        assertThat(table.end(table.root())).isEqualTo(bytes.length);
    }

    @Test
    @DisplayName("D2: the place of each field of an object with a superclass")
    void fieldsAreFound() throws Exception {
        Kinds.Derived value = new Kinds.Derived(0x1122334455667788L, "the text");
        byte[] bytes = serialized(value);
        StreamTable table = StreamTable.parse(bytes);
        int root = table.root();
        assertThat(table.kind(root)).isEqualTo(Kind.PLAIN);
        List<Description> levels = table.description(root).levels();
        assertThat(levels).extracting(Description::name)
                .containsExactly(Kinds.Bean.class.getName(), Kinds.Derived.class.getName());
        Description bean = levels.get(0);
        assertThat(List.of(bean.fieldName(0), bean.fieldName(1), bean.fieldName(2), bean.fieldName(3)))
                .containsExactly("flag", "number", "boxed", "text");
        assertThat(bean.primitives()).isEqualTo(2);
        assertThat(bean.serialVersionUid()).isEqualTo(1);
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        assertThat(buffer.get(table.primitivesAt(root, 0) + bean.fieldOffset(0))).isEqualTo((byte) 1);
        assertThat(buffer.getLong(table.primitivesAt(root, 0) + bean.fieldOffset(1))).isEqualTo(value.number);
        assertThat(table.text(table.slotTarget(table.referenceSlot(root, 0) + 1))).isEqualTo("the text");
        assertThat(buffer.getDouble(table.primitivesAt(root, 1))).isEqualTo(value.more);
        int list = table.slotTarget(table.referenceSlot(root, 1));
        assertThat(table.kind(list)).isEqualTo(Kind.WRITTEN);
        int other = table.slotTarget(table.referenceSlot(root, 1) + 1);
        assertThat(buffer.getLong(table.primitivesAt(other, 0) + bean.fieldOffset(1))).isEqualTo(9);
        assertThat(table.slotInline(table.referenceSlot(other, 0))).as("the boxed 1,000 is shared or met twice")
                .isEqualTo(table.slotTarget(table.referenceSlot(other, 0))
                        != table.slotTarget(table.referenceSlot(root, 0)));
    }

    @Test
    void elementsAreFound() throws Exception {
        byte[] bytes = serialized(new Object[] {new int[] {5, 6}, "ä", null});
        StreamTable table = StreamTable.parse(bytes);
        assertThat(table.elements(table.root())).isEqualTo(3);
        int first = table.firstSlot(table.root()) + 1;
        int ints = table.slotTarget(first);
        assertThat(table.kind(ints)).isEqualTo(Kind.PRIMITIVES);
        assertThat(table.elements(ints)).isEqualTo(2);
        assertThat(ByteBuffer.wrap(bytes).getInt(table.elementsAt(ints) + 4)).isEqualTo(6);
        assertThat(table.textLength(table.slotTarget(first + 1))).isEqualTo(2);
        assertThat(table.slotTarget(first + 2)).isEqualTo(-1);
    }

    @Test
    void nullIsAGraphWithoutNodes() throws Exception {
        StreamTable table = StreamTable.parse(serialized(null));
        assertThat(table.root()).isEqualTo(-1);
        assertThat(table.count()).isZero();
    }

    @Test
    @DisplayName("D2: a chain of 100,000 nodes does not overflow the stack")
    void aLongChainIsRead() throws Exception {
        StreamTable table = StreamTable.parse(Chains.chain(100_000));
        assertThat(table.count()).isEqualTo(100_000 + 2);
        assertThat(table.end(table.root())).isEqualTo(table.bytes().length);
    }

    @Test
    void whatIsDeeperThanTheLimitIsRefused() {
        assertThatThrownBy(() -> StreamTable.parse(Chains.chain(StreamTable.MAX_DEPTH + 1)))
                .isInstanceOf(MalformedGraph.class).hasMessageContaining("262144 objects inside each other");
    }

    @Test
    @DisplayName("D2: what has a reset, several values or loose blocks is left to others")
    void otherStreamsAreRefused() throws Exception {
        assertThatThrownBy(() -> StreamTable.parse(stream(out -> {
            out.writeObject("a");
            out.writeObject("b");
        }))).isInstanceOf(MalformedGraph.class);
        assertThatThrownBy(() -> StreamTable.parse(stream(out -> out.writeInt(5)))).isInstanceOf(MalformedGraph.class);
        assertThatThrownBy(() -> StreamTable.parse(stream(out -> {
            out.writeObject("a");
            out.reset();
            out.writeObject("a");
        }))).isInstanceOf(MalformedGraph.class);
        assertThatThrownBy(() -> StreamTable.parse(stream(out -> {
            out.useProtocolVersion(java.io.ObjectStreamConstants.PROTOCOL_VERSION_1);
            out.writeObject(new Kinds.Outside("x", 5));
        }))).isInstanceOf(MalformedGraph.class).hasMessageContaining("not serialisable");
        assertThatThrownBy(() -> StreamTable.parse(new byte[0])).isInstanceOf(MalformedGraph.class);
        assertThatThrownBy(() -> StreamTable.parse("no stream at all".getBytes())).isInstanceOf(MalformedGraph.class);
    }

    @Test
    @DisplayName("D2: damaged streams are refused with the declared exception and memory in proportion")
    void damagedStreamsAreRefused() throws Exception {
        List<byte[]> streams = new ArrayList<>();
        for (Kinds.Case kind : Kinds.all()) {
            byte[] bytes = serialized(kind.value());
            if (bytes.length < 10_000) {
                streams.add(bytes);
            }
        }
        int refused = 0;
        for (int seed = 0; seed < 100_000; seed++) {
            Random random = new Random(seed);
            byte[] bytes = streams.get(random.nextInt(streams.size())).clone();
            for (int i = random.nextInt(3); i >= 0; i--) {
                bytes[random.nextInt(bytes.length)] = (byte) (random.nextInt(4) == 0 ? 0x70 + random.nextInt(16)
                        : random.nextInt());
            }
            bytes = random.nextInt(8) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes;
            try {
                StreamTable.parse(bytes);
            } catch (MalformedGraph expected) {
                refused++;
            } catch (Throwable wrong) {
                throw new AssertionError("seed " + seed, wrong);
            }
        }
        assertThat(refused).as("the rest differs in values only").isBetween(20_000, 90_000);
    }

    interface Writing {
        void to(ObjectOutputStream out) throws IOException;
    }

    static byte[] stream(Writing writing) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            writing.to(out);
        }
        return bytes.toByteArray();
    }

    static byte[] serialized(Object value) throws IOException {
        return stream(out -> out.writeObject(value));
    }
}
