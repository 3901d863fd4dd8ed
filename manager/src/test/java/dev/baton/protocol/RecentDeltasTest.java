package dev.baton.protocol;

import static dev.baton.protocol.Tables.sent;
import static dev.baton.protocol.Tables.table;
import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Deltas of a session that several processes use. */
class RecentDeltasTest {
    private static final NodeId PRIMARY = new NodeId("n1", 1);
    private static final NodeId ONE = new NodeId("n2", 1);
    private static final NodeId OTHER = new NodeId("n3", 1);
    private static final SessionKey KEY = new SessionKey(SessionKey.applicationHash("shop"), "s1");
    private static final Stamp FIRST = new Stamp(new Fence(1, 1), 1);

    private final NodeCore primary = CoreWindow.start(PRIMARY, Location.UNKNOWN, List.of(), CoreSettings.defaults(1), null);
    private long now;
    private long rid;

    @BeforeEach
    void twoUseASession() {
        List<NodeId> members = List.of(PRIMARY, ONE, OTHER);
        primary.step(new Input.ViewChanged(members), now);
        hears(ONE, new Message.Effective(table(new TableNumber(new Epoch(1, PRIMARY), 5), members,
                new SegmentEntry(1, PRIMARY, List.of(), List.of(), 1))));
        SessionImage image = SessionImage.of(new SessionMeta(1, 0, null, null, null), new TreeMap<>());
        hears(ONE, new Message.Create(++rid, KEY, image, 0));
        release(ONE, 1);
        assertThat(granted(OTHER, Stamp.NOTHING)).isInstanceOf(Content.Whole.class);
        SessionDelta delta = new SessionDelta(1, List.of(new AttributeChange.Put("count", new byte[] {1})), null, 0);
        hears(OTHER, new Message.Commit(KEY, new Fence(1, 2), List.of(delta), true, false, 0));
        release(OTHER, 2);
    }

    private List<Effect> hears(NodeId from, Message m) {
        return primary.step(new Input.Received(from, m), now);
    }

    private void release(NodeId holder, long counter) {
        hears(holder, new Message.Release(KEY, new Fence(1, counter), List.of(), 0, Long.MAX_VALUE));
    }

    private Content granted(NodeId to, Stamp cached) {
        return sent(Message.Grant.class, hears(to, new Message.Acquire(++rid, KEY, cached))).findFirst().orElseThrow().content();
    }

    @Test
    @DisplayName("who has an older version gets the steps since")
    void stepsAreEnough() {
        assertThat(granted(ONE, FIRST)).isInstanceOf(Content.Deltas.class);
    }

    @Test
    @DisplayName("deltas of a session that nobody uses for a minute take no memory")
    void forgottenWhereIdle() {
        now = TimeUnit.SECONDS.toNanos(66);
        primary.step(new Input.Tick(), now);
        assertThat(granted(ONE, FIRST)).isInstanceOf(Content.Whole.class);
        release(ONE, 3);
        assertThat(granted(OTHER, new Stamp(new Fence(1, 2), 2))).isInstanceOf(Content.Same.class);
    }
}
