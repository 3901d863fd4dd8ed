package dev.baton.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.model.Epoch;
import dev.baton.model.NodeId;
import dev.baton.model.SessionDelta;
import dev.baton.model.SessionKey;
import dev.baton.model.TableNumber;
import dev.baton.model.Topology;
import dev.baton.protocol.Change;
import dev.baton.protocol.Content;
import dev.baton.protocol.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MessageCodecTest {
    private final MessageCodec codec = new MessageCodec();

    static Stream<Class<?>> everyMessage() {
        return Stream.of(Message.class.getPermittedSubclasses());
    }

    static Stream<Class<?>> everyChange() {
        return Stream.of(Change.class.getPermittedSubclasses());
    }

    static Stream<Class<?>> everyContent() {
        return Stream.of(Content.class.getPermittedSubclasses());
    }

    @ParameterizedTest
    @MethodSource("everyMessage")
    void everyMessageArrivesAsItWas(Class<? extends Message> type) throws Exception {
        RandomMessages random = new RandomMessages(new Random(1));
        for (int i = 0; i < 50; i++) {
            assertArrives(List.of(random.value(type)));
        }
    }

    @ParameterizedTest
    @MethodSource("everyChange")
    void everyReplicatedChangeArrivesAsItWas(Class<? extends Change> type) throws Exception {
        RandomMessages random = new RandomMessages(new Random(2));
        for (int i = 0; i < 50; i++) {
            assertArrives(List.of(new Message.Replicate(i, 1, 2, 3, 4, i % 2 == 0, i % 3 == 0,
                    List.of(random.value(type)), List.of())));
        }
    }

    @ParameterizedTest
    @MethodSource("everyContent")
    void everyContentArrivesAsItWas(Class<? extends Content> type) throws Exception {
        RandomMessages random = new RandomMessages(new Random(3));
        for (int i = 0; i < 50; i++) {
            Message.Grant grant = random.value(Message.Grant.class);
            assertArrives(List.of(new Message.Grant(grant.rid(), grant.key(), grant.fence(), grant.contents(),
                    random.value(type), grant.idleNanos(), grant.othersWait(), grant.expire())));
        }
    }

    @Test
    void envelopesWithManyMessagesThatNameTheSameThingsArriveAsTheyWere() throws Exception {
        Random random = new Random(4);
        RandomMessages messages = new RandomMessages(random);
        for (int i = 0; i < 200; i++) {
            List<Message> envelope = messages.envelope(12);
            envelope.addAll(envelope.subList(0, random.nextInt(envelope.size() + 1)).stream().toList());
            assertArrives(envelope);
        }
    }

    @Test
    void moreKeysThanAreRememberedArriveAsTheyWere() throws Exception {
        List<Message> envelope = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            envelope.add(new Message.Lookup(i, new SessionKey(i % 7, String.format("%032X", i * i % 41))));
        }
        assertArrives(envelope);
    }

    @Test
    void agesAreRoundedDownAndTheAgeOfARightToServeIsRoundedUp() throws Exception {
        SessionKey key = new SessionKey(1, "A");
        TableNumber number = new TableNumber(new Epoch(1, new NodeId("a", 1)), 1);
        Message meta = arrived(new Message.Meta(1, key, null, 1_999_999, null));
        assertThat(((Message.Meta) meta).idleNanos()).isEqualTo(1_000_000);
        Message negative = arrived(new Message.Meta(1, key, null, -5, null));
        assertThat(((Message.Meta) negative).idleNanos()).isZero();
        Message answer = arrived(new Message.BeatAnswer(1, number, 1_000_001));
        assertThat(((Message.BeatAnswer) answer).primaryAgeNanos()).isEqualTo(2_000_000);
        Message none = arrived(new Message.BeatAnswer(1, number, -1));
        assertThat(((Message.BeatAnswer) none).primaryAgeNanos()).isEqualTo(-1);
    }

    @Test
    void theEnvelopeMayStandAnywhereInAnArray() throws Exception {
        byte[] bytes = codec.encode(List.of(new Message.LeaveWanted()));
        byte[] wider = new byte[bytes.length + 7];
        System.arraycopy(bytes, 0, wider, 3, bytes.length);
        assertThat(codec.decode(wider, 3, bytes.length)).containsExactly(new Message.LeaveWanted());
    }

    @Test
    void anotherFormatIsRefusedByItsNumber() {
        assertThatThrownBy(() -> codec.decode(new byte[] {1, 60}, 0, 2))
                .isInstanceOf(MalformedMessage.class).hasMessage("format 1, this node speaks 2");
        assertThatThrownBy(() -> codec.decode(new byte[0], 0, 0)).isInstanceOf(MalformedMessage.class);
    }

    @Test
    void whatIsTooLongIsRefusedByTheWriterAndTheNextEnvelopeIsWhole() throws Exception {
        Message tooLong = new Message.Hello(new dev.baton.model.Location("s".repeat(301), "", ""), true, "", List.of());
        assertThatThrownBy(() -> codec.encode(List.of(tooLong)))
                .isInstanceOf(IllegalArgumentException.class).hasMessage("text has a length of 301, limit 300");
        assertArrives(List.of(new Message.LeaveWanted()));
    }

    @Test
    void theBufferOfALongEnvelopeIsGivenBackAndThatOfAShortOneKept() {
        Out out = new Out();
        out.bytes(new byte[50_000]);
        out.reset();
        assertThat(out.capacity()).isBetween(50_000, 1 << 16);
        out.bytes(new byte[300_000]);
        out.reset();
        assertThat(out.capacity()).isLessThan(50_000);
    }

    @Test
    void anEnvelopeWrittenMessageByMessageIsTheSameAndWhatWasGivenUpLeavesNoTrace() {
        RandomMessages random = new RandomMessages(new Random(6));
        List<Message> envelope = List.of(random.value(Message.Beat.class), random.value(Message.Hello.class),
                random.value(Message.Commit.class));
        codec.add(envelope.get(2));
        codec.reset();
        int length = 0;
        for (Message message : envelope) {
            length = codec.add(message);
        }
        assertThat(codec.take()).hasSize(length).isEqualTo(new MessageCodec().encode(envelope));
        assertThat(codec.encode(envelope)).hasSize(length);
    }

    @Test
    void twoChangesOfOneAttributeInADeltaAreRefused() {
        var put = new dev.baton.model.AttributeChange.Put("a", new byte[1]);
        var delta = new SessionDelta(1, List.of(put, put), null, 0);
        byte[] bytes = codec.encode(List.of(new Message.Commit(new SessionKey(1, "A"),
                new dev.baton.model.Fence(1, 1), List.of(delta), true, false, 0)));
        assertThatThrownBy(() -> codec.decode(bytes, 0, bytes.length))
                .isInstanceOf(MalformedMessage.class).hasMessageContaining("two changes of one attribute");
    }

    @Test
    void aPromiseNamesTheTableActedByOnceWhereItIsTheStoredOne() throws Exception {
        RandomMessages random = new RandomMessages(new Random(5));
        Topology stored = random.value(Topology.class);
        Topology effective = random.value(Topology.class);
        Message.Promise settled = new Message.Promise(new Epoch(1, new NodeId("a", 1)), stored, stored, List.of());
        Message.Promise between = new Message.Promise(settled.epoch(), stored, effective, List.of());

        assertArrives(List.of(settled));
        assertArrives(List.of(between));
        assertThat(codec.encode(List.of(settled))).hasSizeLessThan(codec.encode(List.of(between)).length * 2 / 3);
    }

    @Test
    void aLineageThatIsEmptyOrLongerThanKeptIsRefused() {
        Topology table = new RandomMessages(new Random(6)).value(Topology.class);
        Out out = new Out();
        TableForm.writeNumber(out, table.number());
        int before = out.toBytes().length;
        for (int count : new int[] {0, 2 + Topology.STEPS}) {
            byte[] bytes = codec.encode(List.of(new Message.Store(table, false)));
            bytes[2 + before] = (byte) count;
            assertThatThrownBy(() -> codec.decode(bytes, 0, bytes.length)).isInstanceOf(MalformedMessage.class)
                    .hasMessage("table with a lineage of " + count);
        }
    }

    private Message arrived(Message message) throws MalformedMessage {
        byte[] bytes = codec.encode(List.of(message));
        return codec.decode(bytes, 0, bytes.length).get(0);
    }

    private void assertArrives(List<Message> envelope) throws MalformedMessage {
        byte[] bytes = codec.encode(envelope);
        assertThat(Written.out(codec.decode(bytes, 0, bytes.length))).isEqualTo(Written.out(envelope));
    }
}
