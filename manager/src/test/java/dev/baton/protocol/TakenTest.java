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
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Found by the simulator (seed 911028): with {@code acknowledge=primary}, what a primary had acknowledged moved away. */
class TakenTest {
    private static final NodeId HOLDER = new NodeId("n1", 1);
    private static final NodeId PRIMARY = new NodeId("n2", 1);
    private static final NodeId BACKUP = new NodeId("n3", 1);
    private static final Epoch EPOCH = new Epoch(1, PRIMARY);
    private static final SessionKey KEY = new SessionKey(SessionKey.applicationHash("shop"), "s1");
    private static final Fence FENCE = new Fence(1, 1);

    private final NodeCore core = CoreWindow.start(HOLDER, Location.UNKNOWN, List.of(),
            CoreSettings.defaults(1), null);

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
        return hears(effective(n, entry));
    }

    private static Message effective(long n, SegmentEntry entry) {
        return new Message.Effective(table(new TableNumber(EPOCH, n), List.of(PRIMARY, HOLDER, BACKUP), entry));
    }

    private static SessionDelta delta(long base) {
        return new SessionDelta(base, List.of(new AttributeChange.Put("count", new byte[] {1})), null, 0);
    }

    private SessionDelta commit(long base) {
        SessionDelta delta = delta(base);
        assertThat(sent(Message.Commit.class, core.step(new Input.Commit(KEY, delta, true), 0)))
                .containsExactly(new Message.Commit(KEY, FENCE, List.of(delta), base == 1, true, 0));
        return delta;
    }

    @Test
    @DisplayName("B6: what the primary alone has is enough for the request, and goes to the next primary, too")
    void goesToTheNextPrimary() {
        SessionDelta delta = commit(1);
        assertThat(hears(new Message.Taken(KEY, FENCE, 2))).contains(new Effect.Committed(KEY, 2));

        List<Effect> effects = acts(6, new SegmentEntry(2, BACKUP, List.of(PRIMARY), List.of(), 1));
        assertThat(effects).contains(new Effect.Send(BACKUP, new Message.Commit(KEY, FENCE, List.of(delta), true, true, 1)));
    }

    @Test
    @DisplayName("B6 minInSync: the next primary hears what its predecessor took, keeps that, and refuses the rest")
    void theNextPrimaryKeepsWhatWasTaken() {
        SessionDelta first = commit(1);
        hears(new Message.Taken(KEY, FENCE, 2));
        SessionDelta second = commit(2);
        List<Effect> effects = acts(6, new SegmentEntry(2, BACKUP, List.of(), List.of(), 1));
        Message.Commit again = sent(Message.Commit.class, effects).findFirst().orElseThrow();
        assertThat(again).isEqualTo(new Message.Commit(KEY, FENCE, List.of(first, second), true, true, 1));
        assertThat(sent(Message.Release.class, core.step(new Input.Idle(KEY, 0), 0)))
                .containsExactly(new Message.Release(KEY, FENCE, again.deltas(), 1, 0));

        NodeCore next = primaryWithOneBackup();
        next.step(new Input.Received(HOLDER, effective(6, new SegmentEntry(1, PRIMARY, List.of(), List.of(), 1))), 0);
        assertThat(sent(Message.Committed.class, next.step(new Input.Received(HOLDER, again), 0)))
                .containsExactly(new Message.Committed(KEY, FENCE, 3, Denial.TOO_FEW_COPIES));
        assertThat(CoreWindow.stored(next, KEY).version()).isEqualTo(2);
    }

    @Test
    @DisplayName("B6: who waits for the backups does so at the next primary, too")
    void whoDidNotWishToHearEarly() {
        SessionDelta delta = delta(1);
        Message.Commit said = new Message.Commit(KEY, FENCE, List.of(delta), true, false, 0);
        assertThat(core.step(new Input.Commit(KEY, delta, false), 0)).contains(new Effect.Send(PRIMARY, said));
        assertThat(acts(6, new SegmentEntry(2, BACKUP, List.of(PRIMARY), List.of(), 1))).contains(new Effect.Send(BACKUP, said));
    }

    @Test
    @DisplayName("nor more bytes than travel together")
    void norLargeOnes() {
        for (long base = 1; base <= 2; base++) {
            core.step(new Input.Commit(KEY, large(base), true), 0);
        }
        assertThat(hears(new Message.Taken(KEY, FENCE, 3))).noneMatch(Effect.Committed.class::isInstance);
        hears(new Message.Committed(KEY, FENCE, 2, null));
        assertThat(hears(new Message.Taken(KEY, FENCE, 3))).contains(new Effect.Committed(KEY, 3));
    }

    @Test
    @DisplayName("what is more than one message takes is said again in several, and the token goes back behind them")
    void muchIsSaidInParts() {
        List<SessionDelta> deltas = LongStream.rangeClosed(1, 3).mapToObj(TakenTest::large).toList();
        deltas.forEach(d -> core.step(new Input.Commit(KEY, d, true), 0));
        assertThat(sent(Message.Commit.class, core.step(new Input.Tick(), TimeUnit.SECONDS.toNanos(10))))
                .isEqualTo(oneByOne(deltas, true));

        List<Effect> effects = core.step(new Input.Idle(KEY, 0), 0);
        assertThat(sent(Message.Commit.class, effects)).as("until the backups have it").isEqualTo(oneByOne(deltas, false));
        assertThat(sent(Message.Release.class, effects)).isEmpty();
        assertThat(sent(Message.Release.class, hears(new Message.Committed(KEY, FENCE, 2, null)))).isEmpty();
        assertThat(sent(Message.Release.class, hears(new Message.Committed(KEY, FENCE, 3, null))))
                .containsExactly(new Message.Release(KEY, FENCE, deltas.subList(2, 3), 0, 0));
        assertThat(hears(new Message.Released(KEY, FENCE, null))).contains(new Effect.Returned(KEY));
    }

    private static List<Message.Commit> oneByOne(List<SessionDelta> deltas, boolean early) {
        return deltas.stream().map(d -> new Message.Commit(KEY, FENCE, List.of(d), d.base() == 1, early, 0)).toList();
    }

    private static SessionDelta large(long base) {
        return new SessionDelta(base, List.of(new AttributeChange.Put("large", new byte[9_000_000])), null, 0);
    }

    @Test
    @DisplayName("minInSync: what was taken and is said again is not refused when the backup has gone")
    void takenIsNotUnconfirmed() {
        NodeCore primary = primaryWithOneBackup();
        Message.Commit commit = new Message.Commit(KEY, FENCE, List.of(delta(1)), true, true, 0);
        primary.step(new Input.Received(HOLDER, commit), 0);
        primary.step(new Input.Received(HOLDER, effective(6, new SegmentEntry(1, PRIMARY, List.of(), List.of(), 1))), 0);
        assertThat(CoreWindow.stored(primary, KEY).version()).isEqualTo(2);
        assertThat(sent(Message.Committed.class, primary.step(new Input.Received(HOLDER, commit), 0))).isEmpty();
    }

    @Test
    @DisplayName("minInSync: an id change behind what was taken is refused when the backup has gone, and the session goes on")
    void aNewIdDoesNotWaitForGood() {
        SessionDelta delta = commit(1);
        hears(new Message.Taken(KEY, FENCE, 2));
        assertThat(core.step(new Input.Rename(KEY, "s2"), 0)).isEmpty();
        Message.Commit again = sent(Message.Commit.class, core.step(new Input.Tick(), TimeUnit.SECONDS.toNanos(10)))
                .findFirst().orElseThrow();
        assertThat(again).isEqualTo(new Message.Commit(KEY, FENCE, List.of(delta), true, false, 1));

        NodeCore primary = primaryWithOneBackup();
        primary.step(new Input.Received(HOLDER, new Message.Commit(KEY, FENCE, List.of(delta), true, true, 0)), 0);
        primary.step(new Input.Received(HOLDER, effective(6, new SegmentEntry(1, PRIMARY, List.of(), List.of(), 1))), 0);
        Message.Committed refused = sent(Message.Committed.class, primary.step(new Input.Received(HOLDER, again), 0))
                .findFirst().orElseThrow();
        assertThat(hears(refused)).containsExactly(new Effect.TokenLost(KEY, Denial.UNCONFIRMED),
                new Effect.Renamed(KEY, "s2", null, Denial.UNCONFIRMED));
        assertThat(CoreWindow.stored(primary, KEY).version()).as("what was taken stays").isEqualTo(2);
    }

    /** With {@code minInSync} 1, and the session. */
    private static NodeCore primaryWithOneBackup() {
        NodeCore primary = CoreWindow.start(PRIMARY, Location.UNKNOWN, List.of(), CoreSettings.defaults(1).withMinInSync(1), null);
        primary.step(new Input.ViewChanged(List.of(PRIMARY, HOLDER, BACKUP)), 0);
        primary.step(new Input.Received(HOLDER, effective(5, new SegmentEntry(1, PRIMARY, List.of(BACKUP), List.of(), 1))), 0);
        int segment = KEY.segment();
        Message.Attach attach = sent(Message.Attach.class, primary.step(new Input.Tick(), TimeUnit.SECONDS.toNanos(10)))
                .filter(a -> a.segment() == segment).findFirst().orElseThrow();
        primary.step(new Input.Received(BACKUP, new Message.Attached(segment, 1, attach.stream(), Message.Match.EQUAL, 0)), 0);
        SessionImage image = SessionImage.of(new SessionMeta(1, 0, null, null, null), new TreeMap<>());
        primary.step(new Input.Received(HOLDER, new Message.Create(1, KEY, image, 0)), 0);
        return primary;
    }

    @Test
    @DisplayName("B6: a change whose predecessor was lost on its way is not refused; both are said again")
    void whatComesBeforeIsWaitedFor() {
        commit(1);
        commit(2);
        NodeCore primary = CoreWindow.start(PRIMARY, Location.UNKNOWN, List.of(), CoreSettings.defaults(1), null);
        primary.step(new Input.ViewChanged(List.of(PRIMARY, HOLDER)), 0);
        primary.step(new Input.Received(HOLDER, effective(5, new SegmentEntry(1, PRIMARY, List.of(), List.of(), 1))), 0);
        SessionImage image = SessionImage.of(new SessionMeta(1, 0, null, null, null), new TreeMap<>());
        primary.step(new Input.Received(HOLDER, new Message.Create(1, KEY, image, 0)), 0);

        assertThat(primary.step(new Input.Received(HOLDER,
                new Message.Commit(KEY, FENCE, List.of(delta(2)), false, true, 0)), 0)).isEmpty();
        List<Effect> again = core.step(new Input.Tick(), TimeUnit.SECONDS.toNanos(10));
        Message.Commit both = sent(Message.Commit.class, again).findFirst().orElseThrow();
        assertThat(sent(Message.Committed.class, primary.step(new Input.Received(HOLDER, both), 0)))
                .containsExactly(new Message.Committed(KEY, FENCE, 3, null));

        assertThat(sent(Message.Committed.class, primary.step(new Input.Received(HOLDER,
                new Message.Commit(KEY, FENCE, List.of(delta(4)), true, true, 0)), 0))).as("nothing else will come")
                .containsExactly(new Message.Committed(KEY, FENCE, 5, Denial.WRONG_BASE));
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
