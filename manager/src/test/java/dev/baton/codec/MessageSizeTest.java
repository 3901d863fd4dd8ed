package dev.baton.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.model.AttributeChange;
import dev.baton.model.Branch;
import dev.baton.model.BytePatch;
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
import dev.baton.protocol.Change;
import dev.baton.protocol.Content;
import dev.baton.protocol.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** How many bytes the envelopes of everyday take; a growth is a decision. */
class MessageSizeTest {
    private static final long APPLICATION = SessionKey.applicationHash("localhost/shop");
    private static final NodeId ONE = new NodeId("tomcat-1", 1_795_000_000_000L);
    private static final NodeId TWO = new NodeId("tomcat-2", 1_795_000_000_123L);
    private static final NodeId THREE = new NodeId("tomcat-3", 1_795_000_000_456L);
    private static final TableNumber NUMBER = new TableNumber(new Epoch(3, ONE), 12);
    private static final Fence FENCE = new Fence(5, 9);
    private static final SessionDelta COUNTER = new SessionDelta(1_234, List.of(new AttributeChange.BinaryPatch(
            "counter", new BytePatch(new byte[] {81, 81, (byte) 161, 1, 0, 2, 42}))), null, 0);

    static Stream<Arguments> everyday() {
        return Stream.of(
                Arguments.of("one counter written, to the backup", 60, List.of(replicate(1))),
                Arguments.of("16 counters written, to the backup", 825, replicates(16)),
                Arguments.of("its acknowledgement", 8, List.of(new Message.Replicated(200, 5, 1, 20_000))),
                Arguments.of("16 acknowledgements", 97, acknowledgements(16)),
                Arguments.of("one counter written, holder to primary", 51,
                        List.of(new Message.Commit(key(1), FENCE, List.of(COUNTER), true, false, 0))),
                Arguments.of("its acknowledgement", 32, List.of(new Message.Committed(key(1), FENCE, 1_235, null))),
                Arguments.of("the token asked for", 32,
                        List.of(new Message.Acquire(77, key(1), new Stamp(FENCE, 1_235)))),
                Arguments.of("the token asked back", 29, List.of(new Message.Revoke(key(1), FENCE))),
                Arguments.of("the token returned", 31, List.of(new Message.Release(key(1), FENCE, List.of(), 0, 0))),
                Arguments.of("the token granted, nothing to add", 37, List.of(new Message.Grant(77, key(1), FENCE,
                        new Stamp(FENCE, 1_235), new Content.Same(), 0, false, false))),
                Arguments.of("grant with its replication", 62, List.of(
                        new Message.Replicate(200, 5, 1, 20_000, 20_000, false, true,
                                List.of(new Change.Granted(key(1), TWO, FENCE, 77, false)), List.of()),
                        new Message.Revoke(key(1), FENCE))),
                Arguments.of("a beat", 23, List.of(new Message.Beat(1_234_567, NUMBER))),
                Arguments.of("a table of three nodes", 1_921, List.of(new Message.Store(table(), true))));
    }

    @ParameterizedTest(name = "{0}: {1} bytes")
    @MethodSource("everyday")
    void everydayEnvelopesAreSmall(String what, int bytes, List<Message> envelope) {
        assertThat(new MessageCodec().encode(envelope).length).as(what).isEqualTo(bytes);
    }

    private static SessionKey key(int n) {
        return new SessionKey(APPLICATION, String.format("%032X", 0x1234_5678_9abcL * n));
    }

    private static Message replicate(int n) {
        return new Message.Replicate(200, 5, 1, 20_000, 20_000, false, true,
                List.of(new Change.Applied(key(n), FENCE, COUNTER)), List.of());
    }

    private static List<Message> replicates(int count) {
        List<Message> messages = new ArrayList<>();
        for (int n = 1; n <= count; n++) {
            messages.add(replicate(n));
        }
        return messages;
    }

    private static List<Message> acknowledgements(int count) {
        List<Message> messages = new ArrayList<>();
        for (int n = 1; n <= count; n++) {
            messages.add(new Message.Replicated(n, 5, 1, 1_000));
        }
        return messages;
    }

    private static Topology table() {
        List<NodeId> nodes = List.of(ONE, TWO, THREE);
        List<Member> members = nodes.stream()
                .map(n -> new Member(n, new Location("", "", "host-" + n.name()), true, false, NUMBER)).toList();
        List<SegmentEntry> segments = new ArrayList<>();
        for (int i = 0; i < Topology.SEGMENTS; i++) {
            segments.add(new SegmentEntry(5, nodes.get(i % 3), List.of(nodes.get((i + 1) % 3)),
                    i % 4 == 0 ? List.of(new SegmentEntry.Joiner(nodes.get((i + 2) % 3), NUMBER))
                            : List.of(), 1));
        }
        return new Topology(NUMBER, List.of(Branch.founding(NUMBER.epoch())), members, nodes, segments);
    }
}
