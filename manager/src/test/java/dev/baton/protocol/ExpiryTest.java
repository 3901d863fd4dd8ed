package dev.baton.protocol;

import static dev.baton.protocol.Tables.sent;
import static dev.baton.protocol.Tables.table;
import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.model.Epoch;
import dev.baton.model.Fence;
import dev.baton.model.Location;
import dev.baton.model.NodeId;
import dev.baton.model.SegmentEntry;
import dev.baton.model.SessionImage;
import dev.baton.model.SessionKey;
import dev.baton.model.SessionMeta;
import dev.baton.model.Stamp;
import dev.baton.model.TableNumber;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A process that a session is given to for its listeners, which run when threads have time for them. */
class ExpiryTest {
    private static final NodeId PROCESS = new NodeId("n1", 1);
    private static final NodeId PRIMARY = new NodeId("n2", 1);
    private static final SessionKey KEY = new SessionKey(SessionKey.applicationHash("shop"), "s1");
    private static final Fence FENCE = new Fence(1, 1);
    private static final Fence NEXT = new Fence(1, 2);
    private static final SessionImage IMAGE = SessionImage.of(new SessionMeta(1, 1, null, null, null), new TreeMap<>());

    private final NodeCore core = CoreWindow.start(PROCESS, Location.UNKNOWN, List.of(), CoreSettings.defaults(1), null);

    @BeforeEach
    void isToExpire() {
        core.step(new Input.ViewChanged(List.of(PRIMARY, PROCESS)), 0);
        acts(5, List.of(PRIMARY, PROCESS));
        assertThat(hears(new Message.Grant(1, KEY, FENCE, new Stamp(FENCE, 1), new Content.Whole(IMAGE), 0, false, true)))
                .contains(new Effect.Expire(KEY, FENCE, new Stamp(FENCE, 1), IMAGE, 0));
        assertThat(core.expires(KEY, FENCE)).isTrue();
    }

    private List<Effect> hears(Message m) {
        return core.step(new Input.Received(PRIMARY, m), 0);
    }

    private void acts(long n, List<NodeId> members) {
        hears(new Message.Effective(table(new TableNumber(new Epoch(1, PRIMARY), n), members,
                new SegmentEntry(1, PRIMARY, List.of(), List.of(), 1))));
    }

    private List<Effect> expired(Fence fence) {
        return core.step(new Input.Expired(KEY, fence), 0);
    }

    @Test
    @DisplayName("protocol 9: it is destroyed when its listeners ran")
    void isDestroyed() {
        assertThat(sent(Message.Destroy.class, expired(FENCE))).singleElement()
                .satisfies(m -> assertThat(m.fence()).isEqualTo(FENCE));
    }

    @Test
    @DisplayName("protocol 9: not after this node was out of the cluster, and not a session that is in use here by then")
    void notWhenTheTokenIsVoid() {
        acts(6, List.of(PRIMARY));
        acts(7, List.of(PRIMARY, PROCESS));
        assertThat(core.expires(KEY, FENCE)).isFalse();
        assertThat(sent(Message.Destroy.class, expired(FENCE))).isEmpty();

        long rid = sent(Message.Acquire.class, core.step(new Input.Acquire(KEY, Stamp.NOTHING), 0)).findFirst()
                .orElseThrow().rid();
        hears(new Message.Grant(rid, KEY, NEXT, new Stamp(NEXT, 1), new Content.Whole(IMAGE), 0, false, false));
        assertThat(expired(FENCE)).isEmpty();
        assertThat(sent(Message.Destroy.class, core.step(new Input.Destroy(KEY), 0))).as("its user may").singleElement()
                .satisfies(m -> assertThat(m.fence()).isEqualTo(NEXT));
    }

    @Test
    @DisplayName("protocol 9: where this node was out of the cluster the listeners may have run: nobody else runs them again")
    void atMostOnce() {
        acts(6, List.of(PRIMARY));
        acts(7, List.of(PRIMARY, PROCESS));
        expired(FENCE);
        List<Effect> effects = hears(new Message.Grant(1, KEY, FENCE, new Stamp(FENCE, 1), new Content.Whole(IMAGE), 0, false, true));
        assertThat(effects).noneMatch(Effect.Expire.class::isInstance);
        assertThat(sent(Message.Release.class, effects)).isEmpty();
        assertThat(sent(Message.Destroy.class, effects)).singleElement().satisfies(m -> assertThat(m.fence()).isEqualTo(FENCE));
    }

    @Test
    @DisplayName("protocol 7: asked back for its idleness under an id it is about to get, a session is not given back unseen")
    void askedBackUnderItsNewId() {
        SessionKey used = new SessionKey(KEY.application(), "s2");
        SessionKey moved = new SessionKey(KEY.application(), "s3");
        long rid = sent(Message.Acquire.class, core.step(new Input.Acquire(used, Stamp.NOTHING), 0)).findFirst()
                .orElseThrow().rid();
        hears(new Message.Grant(rid, used, FENCE, new Stamp(FENCE, 1), new Content.Whole(IMAGE), 0, false, false));
        long asked = sent(Message.Rename.class, core.step(new Input.Rename(used, moved.id()), 0)).findFirst()
                .orElseThrow().rid();

        assertThat(hears(new Message.Revoke(moved, NEXT))).as("the answer, with the fence, is still to come").isEmpty();
        assertThat(hears(new Message.Renamed(asked, used, moved.id(), NEXT, null)))
                .contains(new Effect.Renamed(used, moved.id(), NEXT, null));
        assertThat(hears(new Message.Revoke(moved, NEXT))).contains(new Effect.CloseGate(moved));
    }
}
