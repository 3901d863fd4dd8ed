package dev.baton.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.diff.AttributeDiff;
import dev.baton.model.AttributeChange;
import dev.baton.model.Fence;
import dev.baton.model.NodeId;
import dev.baton.model.SessionDelta;
import dev.baton.model.SessionImage;
import dev.baton.model.SessionKey;
import dev.baton.model.SessionMeta;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class BacklogTest {
    private static final NodeId NODE = new NodeId("n1", 1);
    private static final Fence FENCE = new Fence(1, 1);
    private static final SessionMeta META = new SessionMeta(0, 0, null, null, null);

    private final SegmentCopy primary = new SegmentCopy(0, new Shared());
    private final SegmentCopy backup = new SegmentCopy(0, new Shared());
    private final Backlog backlog = new Backlog(Guards.STRICT);
    private final SessionKey key = new SessionKey(1, "A1");
    private final byte[] big = new byte[1_000];

    BacklogTest() {
        primary.complete = true;
        backup.complete = true;
        TreeMap<String, byte[]> attributes = new TreeMap<>();
        attributes.put("big", big);
        attributes.put("fixed", new byte[50]);
        change(new Change.Created(key, SessionImage.of(META, attributes), NODE, FENCE, 1));
        catchUp();
    }

    private void change(Change change) {
        List<SessionKey> keys = Backlog.keys(change);
        List<StoredSession> before = new ArrayList<>();
        keys.forEach(k -> before.add(primary.get(k)));
        primary.apply(change, 0);
        primary.seq++;
        for (int i = 0; i < keys.size(); i++) {
            backlog.add(keys.get(i), before.get(i), change, primary.seq);
        }
    }

    private void delta(AttributeChange... changes) {
        change(new Change.Applied(key, FENCE, new SessionDelta(primary.get(key).version(), List.of(changes), null, 0)));
    }

    private AttributeChange edit(int at) {
        byte[] before = primary.get(key).image().attribute("big");
        byte[] after = before.clone();
        after[at]++;
        return AttributeDiff.between("big", before, after).orElseThrow();
    }

    /** What was sent, each list at once. */
    private List<List<Change>> catchUp() {
        List<List<Change>> sent = new ArrayList<>();
        while (!backlog.isEmpty()) {
            List<Change> together = backlog.take(primary, 0);
            together.forEach(c -> backup.apply(c, 0));
            sent.add(together);
        }
        assertThat(backup.keys()).isEqualTo(primary.keys());
        assertThat(backup.keys()).allSatisfy(key -> assertThat(backup.get(key)).isEqualTo(primary.get(key)));
        assertThat(backup.hash()).isEqualTo(primary.hash());
        return sent;
    }

    private static Change.Synced synced(List<List<Change>> sent) {
        assertThat(sent).hasSize(1);
        assertThat(sent.get(0)).hasSize(1).first().isInstanceOf(Change.Synced.class);
        return (Change.Synced) sent.get(0).get(0);
    }

    @Test
    @DisplayName("B2: one change is passed on as it is")
    void oneChange() {
        AttributeChange edit = edit(5);
        delta(edit);
        assertThat(catchUp()).singleElement().isEqualTo(List.of(new Change.Applied(key, FENCE,
                new SessionDelta(1, List.of(edit), null, 0))));
    }

    @Test
    @DisplayName("B2, B4: of several changes an attribute changed once keeps its patch, one changed often is compared")
    void severalChanges() {
        AttributeChange once = new AttributeChange.Put("once", new byte[10]);
        delta(edit(5), once);
        delta(edit(600));
        delta(edit(5), new AttributeChange.Put("short-lived", new byte[10]));
        delta(new AttributeChange.Remove("short-lived"));
        change(new Change.Granted(key, NODE, FENCE.next(2), 9, false));
        Change.Synced s = synced(catchUp());
        assertThat(s.base()).isEqualTo(1);
        assertThat(s.changes()).hasSize(2);
        assertThat(s.changes().get(0)).isInstanceOfSatisfying(AttributeChange.BinaryPatch.class,
                p -> assertThat(p.size()).as("two bytes of a thousand").isLessThan(40));
        assertThat(s.changes().get(1)).isSameAs(once);
    }

    @Test
    @DisplayName("B3: what the graph tells in fewer bytes travels as a patch of the graph")
    void byTheGraph() {
        Object first = item("chair", 99);
        Object second = item("table", 250);
        delta(new AttributeChange.Put("items", serialised(List.of(first, second))));
        catchUp();
        delta(new AttributeChange.Put("items", serialised(List.of(second))));
        delta(new AttributeChange.Put("items", serialised(List.of(second, first))));
        assertThat(synced(catchUp()).changes()).singleElement().isInstanceOf(AttributeChange.GraphPatch.class);
    }

    private static Object item(String name, long price) {
        LinkedHashMap<String, Object> item = new LinkedHashMap<>();
        item.put("name", name);
        item.put("price", price);
        item.put("tags", new ArrayList<>(List.of("x" + name, "y" + name)));
        return item;
    }

    private static byte[] serialised(List<?> branches) {
        java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
        try (java.io.ObjectOutputStream out = new java.io.ObjectOutputStream(bytes)) {
            out.writeObject(new ArrayList<>(branches));
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
        return bytes.toByteArray();
    }

    @Test
    @DisplayName("B2: what was changed and changed back is not sent")
    void changedBack() {
        delta(edit(5));
        delta(AttributeDiff.between("big", primary.get(key).image().attribute("big"), big).orElseThrow());
        assertThat(synced(catchUp()).changes()).isEmpty();
    }

    @Test
    @DisplayName("B2: versions made under more fences than are remembered leave primary and backup alike")
    void manyFences() {
        for (int i = 1; i < 20; i++) {
            Fence fence = new Fence(1, i + 1);
            change(new Change.Granted(key, NODE, fence, i, false));
            change(new Change.Applied(key, fence, new SessionDelta(i, List.of(edit(i)), null, 0)));
        }
        assertThat(synced(catchUp()).made()).hasSize(StoredSession.MAX_HISTORY);
    }

    @Test
    @DisplayName("I7: a session renamed twice and changed is sent with all its ids at once")
    void renamed() {
        delta(edit(1));
        change(new Change.Moved(key, "A2", FENCE.next(1), 2));
        change(new Change.Moved(new SessionKey(1, "A2"), "A3", FENCE.next(1).next(1), 3));
        assertThat(catchUp()).singleElement().satisfies(together -> assertThat(together).hasSize(3));
    }

    @Test
    @DisplayName("B2: a rename that happened alone is passed on as it is")
    void renamedOnly() {
        Change.Moved moved = new Change.Moved(key, "A2", FENCE.next(1), 2);
        change(moved);
        assertThat(catchUp()).isEqualTo(List.of(List.of(moved)));
    }

    @Test
    @DisplayName("B2: a session that came and went meanwhile is not sent")
    void cameAndWent() {
        SessionKey other = new SessionKey(1, "B1");
        change(new Change.Created(other, SessionImage.of(META, new TreeMap<>()), NODE, FENCE, 1));
        change(new Change.Buried(other, FENCE));
        change(new Change.Purged(List.of(other)));
        assertThat(catchUp()).isEqualTo(List.of(List.of()));
    }

    @Test
    @DisplayName("B2: what is contained in what was sent ends before the first change that is missing")
    void contained() {
        assertThat(backlog.contained(99)).isEqualTo(99);
        long seq = primary.seq;
        delta(edit(1));
        delta(edit(2));
        assertThat(backlog.contained(99)).isEqualTo(seq);
        backlog.touched(new Change.Touched(List.of(new Change.Touch(key, 0))), seq);
        assertThat(backlog.contained(99)).isEqualTo(seq - 1);
        assertThat(backlog.takeTouches(primary, 0)).as("the difference tells the age").isEmpty();
        assertThat(backlog.contained(99)).isEqualTo(seq);
    }
}
