package dev.baton.protocol;

import static dev.baton.protocol.Tables.sent;
import static dev.baton.protocol.Tables.table;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.baton.model.AttributeChange;
import dev.baton.model.Epoch;
import dev.baton.model.Fence;
import dev.baton.model.Location;
import dev.baton.model.NodeId;
import dev.baton.model.SegmentEntry;
import dev.baton.model.SessionDelta;
import dev.baton.model.SessionImage;
import dev.baton.model.SessionKey;
import dev.baton.model.SessionMeta;
import dev.baton.model.Stamp;
import dev.baton.model.TableNumber;
import dev.baton.model.Topology;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Found by the simulator (seed 100952 of a trial): every owner died, an old copy was promoted, and who asked first was
 * granted what that had, a moment before the session's living holder offered what had been acknowledged since.
 */
class OldCopyTest {
    private static final NodeId PRIMARY = new NodeId("n1", 1);
    private static final NodeId DEAD = new NodeId("n2", 1);
    private static final NodeId HOLDER = new NodeId("n3", 1);
    private static final NodeId OTHER = new NodeId("n4", 1);
    private static final Epoch EPOCH = new Epoch(1, PRIMARY);
    private static final SessionKey KEY = new SessionKey(SessionKey.applicationHash("shop"), "s1");
    private static final SessionImage OLD = SessionImage.of(new SessionMeta(1, 0, null, null, null), new TreeMap<>());
    private static final Message ACQUIRE = new Message.Acquire(3, KEY, Stamp.NOTHING);

    private final NodeCore core = CoreWindow.start(PRIMARY, Location.UNKNOWN, List.of(),
            CoreSettings.defaults(1), null);

    @BeforeEach
    void isPromotedWithAnOldCopy() {
        int segment = KEY.segment();
        core.step(new Input.ViewChanged(List.of(PRIMARY, DEAD, HOLDER, OTHER)), 0);
        acts(5, List.of(PRIMARY, DEAD, HOLDER, OTHER), new SegmentEntry(1, DEAD, List.of(),
                List.of(new SegmentEntry.Joiner(PRIMARY, new TableNumber(EPOCH, 5))), 1));
        hears(DEAD, new Message.Attach(segment, 1, 1, 1, 0, 0, 0, 0, new TableNumber(EPOCH, 5)));
        hears(DEAD, new Message.Replicate(segment, 1, 1, 1, 1, false, true,
                List.of(new Change.Created(KEY, OLD, OTHER, new Fence(1, 1), 1),
                        new Change.Freed(KEY, new Fence(1, 1))),
                List.of()));
        core.step(new Input.ProvenDead(DEAD), 0);
        acts(6, List.of(PRIMARY, HOLDER, OTHER), new SegmentEntry(2, PRIMARY, List.of(), List.of(), 2));
    }

    private void acts(long n, List<NodeId> members, SegmentEntry entry) {
        Topology table = table(new TableNumber(EPOCH, n), members, entry);
        hears(HOLDER, new Message.Effective(table));
    }

    private List<Effect> hears(NodeId from, Message m) {
        return core.step(new Input.Received(from, m), 0);
    }

    private List<Effect> afterSeconds(int seconds) {
        return core.step(new Input.Tick(), TimeUnit.SECONDS.toNanos(seconds));
    }

    @Test
    @DisplayName("I4: of a session in an old copy nobody gets the token before its holder could offer what it has")
    void theHolderHasIt() throws Exception {
        assertThat(sent(Message.Grant.class, hears(OTHER, ACQUIRE))).isEmpty();

        SessionDelta since = new SessionDelta(1, List.of(new AttributeChange.Put("count", new byte[] {1})), null, 0);
        Stamp newer = new Stamp(new Fence(1, 2), 2);
        List<Effect> effects = hears(HOLDER, new Message.Offer(5, KEY, newer.fence(), newer, OLD.apply(since), 0));
        assertThat(sent(Message.Grant.class, effects)).extracting(Message.Grant::rid, Message.Grant::contents)
                .containsExactly(tuple(5L, newer));
        assertThat(sent(Message.Revoke.class, afterSeconds(1))).hasSize(1);
    }

    @Test
    @DisplayName("protocol 3: where nobody offers more the session goes on from the old copy")
    void nobodyHasMore() {
        hears(OTHER, ACQUIRE);
        assertThat(sent(Message.Grant.class, afterSeconds(1))).isEmpty();
        assertThat(sent(Message.Grant.class, afterSeconds(3))).extracting(Message.Grant::rid).containsExactly(3L);
    }
}
