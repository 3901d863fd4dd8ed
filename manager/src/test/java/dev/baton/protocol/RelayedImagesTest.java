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
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A backup's process asks for many large sessions of a segment while the primary cannot answer. */
class RelayedImagesTest {
    private static final NodeId PRIMARY = new NodeId("n1", 1);
    private static final NodeId BACKUP = new NodeId("n2", 1);
    private static final int SEGMENT = 7;
    private static final List<SessionKey> KEYS = IntStream.range(0, 10_000)
            .mapToObj(i -> new SessionKey(SessionKey.applicationHash("shop"), "s" + i))
            .filter(key -> key.segment() == SEGMENT).limit(3).toList();
    private static final SessionImage LARGE = SessionImage.of(new SessionMeta(1, 0, null, null, null),
            new TreeMap<>(Map.of("large", new byte[300_000])));

    private final NodeCore core = CoreWindow.start(PRIMARY, Location.UNKNOWN, List.of(), CoreSettings.defaults(1), null);
    private long stream;
    private long rid;

    private List<Effect> hears(Message m) {
        return core.step(new Input.Received(BACKUP, m), 0);
    }

    /** The backup has what these effects send. */
    private List<Effect> applied(List<Effect> effects) {
        Message.Replicate last = sent(Message.Replicate.class, effects).reduce((a, b) -> b).orElseThrow();
        return hears(new Message.Replicated(SEGMENT, 1, stream, last.first() + last.changes().size() - 1));
    }

    @Test
    @DisplayName("the images that a copy is to give to its process have a bound: a message that is too long is never sent")
    void notAllInOneMessage() {
        core.step(new Input.ViewChanged(List.of(PRIMARY, BACKUP)), 0);
        hears(new Message.Effective(table(new TableNumber(new Epoch(1, PRIMARY), 5), List.of(PRIMARY, BACKUP),
                new SegmentEntry(1, PRIMARY, List.of(BACKUP), List.of(), 1))));
        stream = sent(Message.Attach.class, core.step(new Input.Tick(), 10_000_000_000L))
                .filter(a -> a.segment() == SEGMENT).findFirst().orElseThrow().stream();
        hears(new Message.Attached(SEGMENT, 1, stream, Message.Match.EQUAL, 0));
        for (SessionKey key : KEYS) {
            applied(hears(new Message.Create(++rid, key, LARGE, 0)));
            applied(hears(new Message.Release(key, new Fence(1, 1), List.of(), 0, 0)));
        }
        core.step(new Input.ViewChanged(List.of(PRIMARY)), 0);
        KEYS.forEach(key -> assertThat(hears(new Message.Acquire(++rid, key, Stamp.NOTHING))).isEmpty());

        core.step(new Input.ViewChanged(List.of(PRIMARY, BACKUP)), 0);
        List<Effect> effects = core.step(new Input.Tick(), 0);
        assertThat(sent(Message.Replicate.class, effects)).singleElement().satisfies(m -> {
            assertThat(m.changes()).hasSize(3);
            assertThat(m.told()).hasSize(1);
        });
        assertThat(sent(Message.Grant.class, applied(effects))).as("the others are the primary's to give").hasSize(2);
    }
}
