package dev.baton.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.model.AttributeChange;
import dev.baton.model.Fence;
import dev.baton.model.NodeId;
import dev.baton.model.SessionDelta;
import dev.baton.model.SessionImage;
import dev.baton.model.SessionKey;
import dev.baton.model.SessionMeta;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A copy that is brought in several steps, while its segment changes: found by profile {@code IN_STEPS}. */
class CopyStreamTest {
    private static final NodeId HOLDER = new NodeId("n1", 1);
    private static final NodeId BACKUP = new NodeId("n2", 1);
    private static final Fence FENCE = new Fence(1, 1);
    private static final SessionKey FIRST = new SessionKey(1, "A1");
    private static final SessionKey MIDDLE = new SessionKey(1, "M1");
    private static final SessionKey LAST = new SessionKey(1, "Y1");
    private static final int ONE_SESSION = 1;
    private static final int EVERYTHING = 10_000;

    private final SegmentCopy primary = new SegmentCopy(0, new Shared());
    private final SegmentCopy backup = new SegmentCopy(0, new Shared());
    private final CopyStream stream = new CopyStream(BACKUP, 1, 0, null, Guards.STRICT);

    @BeforeEach
    void differ() {
        primary.complete = true;
        backup.complete = true;
        for (SessionKey key : List.of(FIRST, LAST)) {
            change(created(key));
        }
        backup.apply(created(LAST), 0);
        backup.beginStream(1, 1, primary.seq, false);
    }

    private static Change created(SessionKey key) {
        SessionImage image = SessionImage.of(new SessionMeta(0, 0, null, null, null), new TreeMap<>());
        return new Change.Created(key, image, HOLDER, FENCE, 1);
    }

    private void attached() {
        stream.attached(Message.Match.DIFFERENT, 0, Guards.STRICT, 0);
    }

    private void change(Change change) {
        List<SessionKey> keys = Backlog.keys(change);
        List<StoredSession> before = new ArrayList<>();
        keys.forEach(k -> before.add(primary.get(k)));
        primary.apply(change, 0);
        primary.seq++;
        stream.changed(change, keys, before, primary.seq);
    }

    private void count(SessionKey key) {
        long version = primary.get(key).version();
        AttributeChange put = new AttributeChange.Put("count", new byte[] {(byte) version});
        change(new Change.Applied(key, FENCE, new SessionDelta(version, List.of(put), null, 0)));
    }

    private void rename(SessionKey from, SessionKey to) {
        change(new Change.Moved(from, to.id(), primary.get(from).fence().next(1), 3));
    }

    /** Of changes a single one may be under way, so that others wait. */
    private void fill(int chunkBytes) {
        CoreSettings settings = CoreSettings.defaults(1).withWindowBytes(1).withChunkBytes(chunkBytes);
        stream.fill(primary, settings, Guards.STRICT, 0);
    }

    /** What has a position, in messages as small as can be. True where there was something. */
    private boolean deliver(Runnable afterEach) {
        List<Message> messages = stream.take(0, 1, false, 1, 0, true, List.of());
        for (Message m : messages) {
            Message.Replicate r = (Message.Replicate) m;
            r.changes().forEach(c -> backup.apply(c, 0));
            stream.acknowledged(r.first() + r.changes().size() - 1, 0);
            afterEach.run();
        }
        return !messages.isEmpty();
    }

    private void catchUp(Runnable afterEach) {
        do {
            fill(EVERYTHING);
        } while (deliver(afterEach));
        assertThat(stream.hasEverything()).isTrue();
        assertThat(backup.keys()).isEqualTo(primary.keys());
        assertThat(backup.keys()).allSatisfy(key -> assertThat(backup.get(key)).isEqualTo(primary.get(key)));
    }

    @Test
    @DisplayName("B5: after a copying that was interrupted no change is skipped, whatever its session's place in the order")
    void nothingIsSkippedWhenTheCopyingIsOver() {
        attached();
        fill(ONE_SESSION);
        stream.interrupt(2);
        assertThat(stream.attached(Message.Match.CONTINUED, 0, Guards.STRICT, 0)).isTrue();
        catchUp(() -> { });

        change(created(new SessionKey(1, "Z1")));
        assertThat(stream.has(primary.seq)).isFalse();
        catchUp(() -> { });
        count(new SessionKey(1, "Z1"));
        catchUp(() -> { });
    }

    @Test
    @DisplayName("B2: what is brought once more, for another id's sake, is not changed by what waited for the window")
    void whatIsBroughtOnceMoreNeedsNoDifference() {
        rename(LAST, MIDDLE);
        attached();
        fill(ONE_SESSION);
        deliver(() -> { });
        fill(ONE_SESSION);
        count(MIDDLE); // brought, with its former id, whose own turn is still to come
        count(MIDDLE);
        catchUp(() -> { });
    }

    @Test
    @DisplayName("protocol 7: a session renamed while it waits for being brought never has two living ids, nor none")
    void renamedWhileItWaits() {
        attached();
        fill(ONE_SESSION);
        rename(LAST, MIDDLE);
        catchUp(() -> assertThat(living(LAST) + living(MIDDLE)).isEqualTo(1));
    }

    private int living(SessionKey key) {
        return backup.get(key) == null || backup.get(key).tombstone() ? 0 : 1;
    }
}
