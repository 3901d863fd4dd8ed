package dev.baton.demo.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class WireTest {
    @Test
    void rowsComeBackAsTheyWereWhateverTheirText() {
        List<TraceRow> rows = List.of(new TraceRow("POST /cart/a b,c;d\r\n%2C\"é", "node1", "", 148, 3120, 7),
                new TraceRow("GET /", "node2", "node1 did not answer", -1, -1, 0));
        String header = TraceRow.encode(rows);
        assertThat(header).matches("[\\x21-\\x7e ]+");
        assertThat(TraceRow.parse(header)).isEqualTo(rows);
    }

    @Test
    void rowsAndTheirTextAreBounded() {
        TraceRow row = new TraceRow("x".repeat(5_000), "node1", "é".repeat(5_000), 1, 1, 1);
        String header = TraceRow.encode(Collections.nCopies(500, row));
        assertThat(TraceRow.parse(header)).hasSize(TraceRow.MAX_ROWS);
        assertThat(header.length()).isLessThan(7_000);
    }

    @Test
    void nodesComeBackAsTheyWere() {
        List<NodeLine> nodes = List.of(new NodeLine("node1", true, 4711, 8081), new NodeLine("node2", false, -1, 8082));
        assertThat(NodeLine.parse(NodeLine.encode(nodes))).isEqualTo(nodes);
        assertThat(NodeLine.parse(null)).isEmpty();
    }

    @Test
    void anythingElseIsRefused() {
        assertThatThrownBy(() -> NodeLine.parse("node1,true")).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected 4 fields, got 2");
        assertThatThrownBy(() -> TraceRow.parse("a,b,c,d,e,f")).isInstanceOf(IllegalArgumentException.class);
    }
}
