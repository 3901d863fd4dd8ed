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
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LiveNodesTest {
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
