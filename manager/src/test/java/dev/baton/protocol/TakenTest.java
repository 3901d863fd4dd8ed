package dev.baton.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.model.AttributeChange;
import dev.baton.model.Branch;
import dev.baton.model.Epoch;
import dev.baton.model.Fence;
import dev.baton.model.Location;
import dev.baton.model.Member;
import dev.baton.model.NodeId;
import dev.baton.model.SegmentEntry;
import dev.baton.model.SessionDelta;
import dev.baton.model.SessionKey;
import dev.baton.model.Stamp;
import dev.baton.model.TableNumber;
import dev.baton.model.Topology;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Found by the simulator (seed 911028): with {@code acknowledge=primary}, what a primary had acknowledged moved away. */
class TakenTest {
    private static final NodeId HOLDER = new NodeId("n1", 1);
    private static final NodeId PRIMARY = new NodeId("n2", 1);
    private static final NodeId BACKUP = new NodeId("n3", 1);
    private static final Location HERE = new Location("", "", "");
    private static final Epoch EPOCH = new Epoch(1, PRIMARY);
    private static final SessionKey KEY = new SessionKey(SessionKey.applicationHash("shop"), "s1");
    private static final Fence FENCE = new Fence(1, 1);

    private final NodeCore core = CoreWindow.start(HOLDER, HERE, List.of(),
            CoreSettings.defaults(1).withAckByPrimary(true), null);

    @BeforeEach
    void holdsTheToken() {
        core.step(new Input.ViewChanged(List.of(PRIMARY, HOLDER, BACKUP)), 0);
        acts(5, new SegmentEntry(1, PRIMARY, List.of(BACKUP), List.of(), 1));
        long rid = sent(Message.Acquire.class, core.step(new Input.Acquire(KEY, Stamp.NOTHING), 0)).findFirst().orElseThrow().rid();
        hears(new Message.Grant(rid, KEY, FENCE, new Stamp(FENCE, 1), new Content.Same(), 0, false, false));
    }

    private List<Effect> hears(Message m) {
        return core.step(new Input.Received(PRIMARY, m), 0);
    }

    private List<Effect> acts(long n, SegmentEntry entry) {
        TableNumber number = new TableNumber(EPOCH, n);
        List<NodeId> nodes = List.of(PRIMARY, HOLDER, BACKUP);
        return hears(new Message.Effective(new Topology(number, List.of(Branch.founding(EPOCH)),
                nodes.stream().map(node -> new Member(node, HERE, true, false, new TableNumber(EPOCH, 1))).toList(), nodes,
                Collections.nCopies(Topology.SEGMENTS, entry))));
    }

    private SessionDelta commit(long base) {
        SessionDelta delta = new SessionDelta(base, List.of(new AttributeChange.Put("count", new byte[] {1})), null, 0);
        assertThat(sent(Message.Commit.class, core.step(new Input.Commit(KEY, delta), 0))).singleElement()
                .matches(Message.Commit::early);
        return delta;
    }

    private static <M extends Message> Stream<M> sent(Class<M> type, List<Effect> effects) {
        return effects.stream().filter(Effect.Send.class::isInstance).map(e -> ((Effect.Send) e).message())
                .filter(type::isInstance).map(type::cast);
    }

    @Test
    @DisplayName("B6: what the primary alone has is enough for the request, and goes to the next primary, too")
    void goesToTheNextPrimary() {
        SessionDelta delta = commit(1);
        assertThat(hears(new Message.Taken(KEY, FENCE, 2))).contains(new Effect.Committed(KEY, 2));

        List<Effect> effects = acts(6, new SegmentEntry(2, BACKUP, List.of(PRIMARY), List.of(), 1));
        assertThat(effects).contains(new Effect.Send(BACKUP, new Message.Commit(KEY, FENCE, List.of(delta), true)));
    }

    @Test
    @DisplayName("B6: what is durable is not said again")
    void durableIsForgotten() {
        commit(1);
        hears(new Message.Taken(KEY, FENCE, 2));
        hears(new Message.Committed(KEY, FENCE, 2, null));
        assertThat(sent(Message.Commit.class, acts(6, new SegmentEntry(2, BACKUP, List.of(PRIMARY), List.of(), 1)))).isEmpty();
    }

    @Test
    @DisplayName("behind slow copies requests wait, rather than that the holder keeps ever more")
    void notWithoutBound() {
        for (long base = 1; base <= 64; base++) {
            commit(base);
            assertThat(hears(new Message.Taken(KEY, FENCE, base + 1))).contains(new Effect.Committed(KEY, base + 1));
        }
        commit(65);
        assertThat(hears(new Message.Taken(KEY, FENCE, 66))).noneMatch(Effect.Committed.class::isInstance);
        assertThat(hears(new Message.Committed(KEY, FENCE, 66, null))).contains(new Effect.Committed(KEY, 66));
    }
}
