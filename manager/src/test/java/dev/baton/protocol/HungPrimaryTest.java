package dev.baton.protocol;

import static dev.baton.protocol.Tables.table;
import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.model.AttributeChange;
import dev.baton.model.Epoch;
import dev.baton.model.Location;
import dev.baton.model.NodeId;
import dev.baton.model.SegmentEntry;
import dev.baton.model.SessionDelta;
import dev.baton.model.SessionImage;
import dev.baton.model.SessionKey;
import dev.baton.model.SessionMeta;
import dev.baton.model.TableNumber;
import dev.baton.model.Topology;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Found by the simulator (seed 601233): a primary that acknowledges alone, and a backup. */
class HungPrimaryTest {
    private static final NodeId PRIMARY = new NodeId("n1", 1);
    private static final NodeId BACKUP = new NodeId("n2", 1);
    private static final SessionKey KEY = new SessionKey(SessionKey.applicationHash("shop"), "s1");
    private static final SessionImage IMAGE =
            SessionImage.of(new SessionMeta(1, 0, null, null, null), new TreeMap<>(Map.of("count", new byte[8])));

    private final CoreSettings settings = CoreSettings.defaults(1);
    private final NodeCore primary = CoreWindow.start(PRIMARY, Location.UNKNOWN, List.of(), settings, null);
    private final NodeCore backup = CoreWindow.start(BACKUP, Location.UNKNOWN, List.of(), settings, null);

    /** What happens at the primary; messages arrive at once, and those to the backup only while it is in reach. */
    private List<Effect> step(Input input, long now, boolean inReach) {
        List<Effect> effects = new ArrayList<>(primary.step(input, now));
        ArrayDeque<Effect> coming = new ArrayDeque<>(effects);
        while (inReach && !coming.isEmpty()) {
            if (coming.poll() instanceof Effect.Send said && said.to().equals(BACKUP)) {
                for (Effect e : backup.step(new Input.Received(PRIMARY, said.message()), now)) {
                    if (e instanceof Effect.Send answer && answer.to().equals(PRIMARY)) {
                        List<Effect> next = primary.step(new Input.Received(BACKUP, answer.message()), now);
                        effects.addAll(next);
                        coming.addAll(next);
                    }
                }
            }
        }
        return effects;
    }

    private List<Effect> commit(long base, long now, boolean inReach) {
        return step(new Input.Commit(KEY, new SessionDelta(base,
                List.of(new AttributeChange.Put("count", new byte[] {(byte) base})), null, 0), true), now, inReach);
    }

    @Test
    @DisplayName("B6: with acknowledge=primary a primary that hung acknowledges nothing alone: another may be primary by now")
    void noWordOfItsOwn() {
        TableNumber number = new TableNumber(new Epoch(1, PRIMARY), 5);
        List<NodeId> nodes = List.of(PRIMARY, BACKUP);
        Topology table = table(number, nodes, new SegmentEntry(1, PRIMARY, List.of(BACKUP), List.of(), 1));
        backup.step(new Input.ViewChanged(nodes), 0);
        backup.step(new Input.Received(PRIMARY, new Message.Effective(table)), 0);
        step(new Input.ViewChanged(nodes), 0, true);
        step(new Input.Received(BACKUP, new Message.Effective(table)), 0, true);
        step(new Input.Tick(), 1, true);
        assertThat(step(new Input.Create(KEY, IMAGE, 0), 2, true)).anyMatch(Effect.Created.class::isInstance);
        assertThat(commit(1, 3, false)).contains(new Effect.Committed(KEY, 2));

        long later = TimeUnit.SECONDS.toNanos(20);
        assertThat(commit(2, later, false)).noneMatch(Effect.Committed.class::isInstance);
        assertThat(step(new Input.Tick(), later + 1, true)).contains(new Effect.Committed(KEY, 3));
    }
}
