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

/** Found by the simulator (seeds 5328 and 5484): a copy begun by a message that came a second time. */
class LateAttachTest {
    private static final NodeId N1 = new NodeId("n1", 1);
    private static final NodeId N2 = new NodeId("n2", 1);
    private static final NodeId N3 = new NodeId("n3", 1);
    private static final Epoch EPOCH = new Epoch(1, N1);

    private final NodeCore core = CoreWindow.start(N2, Location.UNKNOWN, List.of(), CoreSettings.defaults(1), null);

    @Test
    @DisplayName("B5: what comes late of a stream whose copy was dropped begins no other copy; a new stream does")
    void lateAttachBeginsNothing() {
        core.step(new Input.ViewChanged(List.of(N1, N2, N3)), 0);
        core.step(new Input.Received(N1, new Message.Effective(table(1, N2))), 0);
        assertThat(attach(1, 1)).as("listed and attached").isTrue();
        core.step(new Input.Received(N1, new Message.Effective(table(2, N3))), 0);
        assertThat(CoreWindow.copy(core, 0)).as("dropped, n3 has the data").isNull();

        assertThat(attach(1, 1)).as("the same once more").isFalse();
        assertThat(CoreWindow.copy(core, 0)).isNull();

        core.step(new Input.Received(N1, new Message.Effective(table(3, N2))), 0);
        assertThat(attach(2, 3)).as("listed anew").isTrue();
    }

    @Test
    @DisplayName("B6: a primary is not attached; its successor is answered with the table that names it, another side's is not")
    void primariesAreNotAttached() {
        core.step(new Input.ViewChanged(List.of(N1, N2, N3)), 0);
        core.step(new Input.Received(N1, new Message.Effective(led(1, 1, N2, N1))), 0);
        for (int segment : List.of(0, 1)) {
            List<Effect> effects = core.step(new Input.Received(N1, new Message.Attach(segment, segment == 0 ? 2 : 1_002, 1,
                    1, 0, 0, 0, 0, new TableNumber(EPOCH, 2))), 0);
            assertThat(CoreWindow.leads(core, segment)).isEqualTo(1);
            assertThat(CoreWindow.copy(core, segment).term()).isEqualTo(1);
            assertThat(sent(effects)).containsExactly(new Message.TableWanted(new TableNumber(EPOCH, 1)));
        }

        List<Effect> effects = core.step(new Input.Received(N1, new Message.Effective(led(2, 2, N1, N2))), 0);
        assertThat(sent(effects)).filteredOn(Message.Attached.class::isInstance)
                .containsExactly(new Message.Attached(0, 2, 1, Message.Match.EQUAL, 0));
        assertThat(sent(effects)).as("once, not for each segment").containsOnlyOnce(
                new Message.Adopted(new TableNumber(EPOCH, 2)));
    }

    @Test
    @DisplayName("B5: that a node knows a higher term is no report that it has everything")
    void aHigherTermIsNoJoin() {
        core.step(new Input.ViewChanged(List.of(N1, N2, N3)), 0);
        core.step(new Input.Received(N1, new Message.Effective(led(1, 1, N2, N1))), 0);
        List<Effect> effects = core.step(new Input.Received(N1,
                new Message.Attached(0, 1_002, 1, Message.Match.DIFFERENT, 0)), 0);
        assertThat(sent(effects)).containsExactly(new Message.Joined(0, 1_002, N1, TableNumber.NONE));
    }

    private static List<Message> sent(List<Effect> effects) {
        return effects.stream().filter(Effect.Send.class::isInstance).map(e -> ((Effect.Send) e).message()).toList();
    }

    private boolean attach(long stream, long listed) {
        Message attach = new Message.Attach(0, 1, stream, stream, 0, 0, 0, 0, new TableNumber(EPOCH, listed));
        return core.step(new Input.Received(N1, attach), 0).stream()
                .anyMatch(e -> e instanceof Effect.Send s && s.message() instanceof Message.Attached);
    }

    private static Topology table(long n, NodeId backup) {
        return led(n, 1, N1, backup);
    }

    private static Topology led(long n, long term, NodeId primary, NodeId backup) {
        return Tables.table(new TableNumber(EPOCH, n), List.of(N1, N2, N3),
                new SegmentEntry(term, primary, List.of(backup), List.of(), 1));
    }
}
