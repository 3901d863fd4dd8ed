package dev.baton.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.model.Epoch;
import dev.baton.model.Location;
import dev.baton.model.NodeId;
import dev.baton.model.SegmentEntry;
import dev.baton.model.TableNumber;
import dev.baton.model.Topology;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** An administrator's word that a node will not come back: of two, one goes on with it alone. */
class ForgetTest {
    private static final NodeId N1 = new NodeId("n1", 1);
    private static final NodeId N2 = new NodeId("n2", 1);
    private static final Epoch EPOCH = new Epoch(1, N1);

    private final NodeCore core = CoreWindow.start(N1, Location.UNKNOWN, List.of(), CoreSettings.defaults(1), null);

    private List<Effect> step(Input input) {
        return core.step(input, 0);
    }

    /** Whether the node is cut off after these. */
    private static boolean frozen(List<Effect> effects) {
        return effects.stream().anyMatch(e -> e instanceof Effect.TopologyChanged t && t.frozen());
    }

    @Test
    @DisplayName("Protocol section 3: a node that was out of reach is given up where an administrator says so")
    void ofANodeOutOfReachItCounts() {
        step(new Input.ViewChanged(List.of(N1, N2)));
        step(new Input.Received(N2, new Message.Effective(table())));
        assertThat(frozen(step(new Input.ViewChanged(List.of(N1))))).isTrue();
        assertThat(step(new Input.Forget("n2"))).anyMatch(e -> e instanceof Effect.TopologyChanged t && !t.frozen());
    }

    @Test
    @DisplayName("Protocol section 3: said of a node in reach it counts neither then nor when a cable is cut later")
    void ofANodeInReachItDoesNotCount() {
        step(new Input.ViewChanged(List.of(N1, N2)));
        step(new Input.Received(N2, new Message.Effective(table())));
        assertThat(step(new Input.Forget("n2"))).anyMatch(e -> e instanceof Effect.Note n
                && n.text().equals("n2 is in reach and is not forgotten"));
        assertThat(frozen(step(new Input.ViewChanged(List.of(N1))))).isTrue();
    }

    private static Topology table() {
        return Tables.table(new TableNumber(EPOCH, 1), List.of(N1, N2), new SegmentEntry(1, N2, List.of(), List.of(), 1));
    }
}
