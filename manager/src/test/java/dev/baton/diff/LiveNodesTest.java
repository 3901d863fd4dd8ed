package dev.baton.diff;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.graph.Kind;
import dev.baton.graph.Kinds;
import dev.baton.graph.StreamTable;
import java.io.ByteArrayOutputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LiveNodesTest {
    /** Kinds whose objects, or some of them, are replaced by others when they are read, or cannot be told apart then. */
    private static final Set<String> REPLACED = Set.of("record", "list of records", "enum set",
            "enum set in a wrapper", "numbers", "lambda",
            "writeReplace and readResolve", "replaced by one and the same", "immutable list", "immutable map",
            "unmodifiable view", "java.time");

    static Collection<Kinds.Case> kinds() {
        return Kinds.all();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    @DisplayName("D2: live objects and nodes are told to belong together, and bytes are the same as without asking")
    void liveObjectsBelongToNodes(Kinds.Case kind) throws Exception {
        List<Object> met = new ArrayList<>();
        byte[] bytes = Kinds.written(kind.value(), met);
        ByteArrayOutputStream unasked = new ByteArrayOutputStream();
        new ObjectOutputStream(unasked).writeObject(kind.value());
        assertThat(bytes).isEqualTo(unasked.toByteArray());
        StreamTable table = StreamTable.parse(bytes);
        Object[] live = LiveNodes.of(table, met);
        assertThat(live).isNotNull().hasSize(table.count());
        for (int node = 0; node < live.length; node++) {
            assertThat(live[node] != null).isEqualTo(table.live(node));
            if (table.kind(node) == Kind.STRING && table.live(node)) {
                assertThat(table.text(node)).isEqualTo(live[node]);
            } else if (table.kind(node) == Kind.PLAIN && !table.description(node).name().isEmpty()) {
                assertThat(table.description(node).name()).isEqualTo(live[node].getClass().getName());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    @DisplayName("D2: the same of objects that are read, except where a class puts another object in their place")
    void readObjectsBelongToNodes(Kinds.Case kind) throws Exception {
        byte[] bytes = Kinds.written(kind.value(), new ArrayList<>());
        List<Object> made = new ArrayList<>();
        Followers.read(bytes, made);
        StreamTable table = StreamTable.parse(bytes);
        Object[] live = LiveNodes.ofRead(table, made);
        if (REPLACED.contains(kind.name())) {
            assertThat(live).isNull();
            return;
        }
        assertThat(live).as(kind.name()).isNotNull();
        List<Object> met = new ArrayList<>();
        for (int node = 0; node < live.length; node++) {
            assertThat(live[node] != null).isEqualTo(table.live(node));
            if (table.kind(node) == Kind.STRING && table.live(node)) {
                assertThat(table.text(node)).isEqualTo(live[node]);
            }
            if (live[node] != null) {
                met.add(live[node]);
            }
        }
        assertThat(met).hasSameSizeAs(made);
    }

    @Test
    @DisplayName("Objects that were read are shown when they are complete, nodes stand where they begin")
    void readObjectsComeInAnotherOrder() throws Exception {
        Object[] inner = {"c", "d"};
        Object[] outer = {"a", new Object[] {inner, "b"}, inner, "e"};
        byte[] bytes = Kinds.written(outer, new ArrayList<>());
        List<Object> made = new ArrayList<>();
        Object[] read = (Object[]) Followers.read(bytes, made);
        List<Object> inOrder = new ArrayList<>();
        for (Object object : LiveNodes.ofRead(StreamTable.parse(bytes), made)) {
            if (object != null) {
                inOrder.add(object);
            }
        }
        Object[] second = (Object[]) read[1];
        assertThat(inOrder).containsExactly(read, "a", second, read[2], "c", "d", "b", "e");
        made.remove(0);
        assertThat(LiveNodes.ofRead(StreamTable.parse(bytes), made)).isNull();
        made.add(0, "a");
        made.add("more");
        assertThat(LiveNodes.ofRead(StreamTable.parse(bytes), made)).isNull();
    }

    @Test
    void objectsOfAnotherValueAreRefused() throws Exception {
        List<Object> met = new ArrayList<>();
        StreamTable table = StreamTable.parse(Kinds.written(new ArrayList<>(List.of("a", 1)), met));
        met.set(1, 5);
        assertThat(LiveNodes.of(table, met)).isNull();
        met.remove(1);
        assertThat(LiveNodes.of(table, met)).isNull();
    }
}
