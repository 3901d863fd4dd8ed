package dev.baton.protocol;

import static dev.baton.protocol.Tables.table;
import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.model.Epoch;
import dev.baton.model.Location;
import dev.baton.model.NodeId;
import dev.baton.model.SegmentEntry;
import dev.baton.model.TableNumber;
import dev.baton.model.Topology;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Protocol section 8, how soon a process gets the right to serve. This node is no owner. */
class RightsTest {
    private static final NodeId PRIMARY = new NodeId("n1", 1);
    private static final NodeId SELF = new NodeId("n2", 1);
    private static final NodeId BACKUP = new NodeId("n3", 1);
    private static final int SEGMENT = 7;
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    private final TableNumber number = new TableNumber(new Epoch(1, PRIMARY), 5);
    private final NodeCore core = CoreWindow.start(SELF, Location.UNKNOWN, List.of(),
            CoreSettings.defaults(1), null);
    /** The first question to the primary. */
    private long echo;

    @BeforeEach
    void isAMember() {
        List<NodeId> nodes = List.of(PRIMARY, SELF, BACKUP);
        Topology table = table(number, nodes, new SegmentEntry(1, PRIMARY, List.of(BACKUP), List.of(), 1));
        core.step(new Input.Received(PRIMARY, new Message.Effective(table)), 0);
        core.step(new Input.ViewChanged(nodes), 0);
        echo = asked(core.step(new Input.Tick(), MILLI)).get(0);
    }

    /** The questions to the primary. */
    private static List<Long> asked(List<Effect> effects) {
        return effects.stream().filter(Effect.Send.class::isInstance).map(Effect.Send.class::cast)
                .filter(e -> e.to().equals(PRIMARY) && e.message() instanceof Message.Beat)
                .map(e -> ((Message.Beat) e.message()).echo()).toList();
    }

    private List<Effect> answered(long question, long primaryAgeNanos, long now) {
        return core.step(new Input.Received(PRIMARY, new Message.BeatAnswer(question, number, primaryAgeNanos)), now);
    }

    private List<Long> requestComes(long now) {
        return asked(core.step(new Input.ConfirmLease(SEGMENT), now));
    }

    private static boolean serves(List<Effect> effects, long now) {
        return effects.stream().anyMatch(e -> e instanceof Effect.Serving s && s.untilNanos()[SEGMENT] > now);
    }

    @Test
    @DisplayName("a primary that had no right itself when it was asked is asked again at once, not with the next beat")
    void aPrimaryThatHadNoRightIsAskedAgain() {
        assertThat(serves(answered(echo, -1, 2 * MILLI), 2 * MILLI)).isFalse();
        List<Long> again = requestComes(3 * MILLI);
        assertThat(again).hasSize(1);
        assertThat(serves(answered(again.get(0), MILLI, 4 * MILLI), 4 * MILLI)).isTrue();
    }

    @Test
    @DisplayName("however many requests wait, one question is under way; one that may be lost is asked again")
    void oneQuestionIsUnderWay() {
        assertThat(requestComes(2 * MILLI)).isEmpty();
        assertThat(requestComes(100 * MILLI)).isEmpty();
        List<Long> second = requestComes(130 * MILLI);
        assertThat(second).hasSize(1);
        assertThat(serves(answered(echo, -1, 131 * MILLI), 131 * MILLI)).isFalse();
        assertThat(requestComes(132 * MILLI)).as("the second is still under way").isEmpty();
        assertThat(serves(answered(second.get(0), 0, 133 * MILLI), 133 * MILLI)).isTrue();
    }
}
