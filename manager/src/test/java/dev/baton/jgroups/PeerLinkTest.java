package dev.baton.jgroups;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.codec.MalformedMessage;
import dev.baton.codec.MessageCodec;
import dev.baton.model.Fence;
import dev.baton.model.NodeId;
import dev.baton.model.Location;
import dev.baton.model.SessionKey;
import dev.baton.model.TableNumber;
import dev.baton.protocol.Message;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Two halves of a link against each other, over wires that the test holds in its hand. */
class PeerLinkTest {
    private final TrafficMeter meter = new TrafficMeter();
    private final Semaphore parking = new Semaphore(PeerReceiver.PARKING);
    private final List<Runnable> handedOver = new ArrayList<>();
    private final End a = new End("a");
    private final End b = new End("b");

    /** One node's half: what it gave to the wire, what it heard. */
    private final class End {
        final Deque<byte[]> wire = new ArrayDeque<>();
        final List<Message> heard = new ArrayList<>();
        final PeerSender sender;
        final PeerReceiver receiver;
        Message answer;

        End(String name) {
            sender = new PeerSender(name, (frame, introduced) -> {
                wire.add(frame);
                return true;
            }, handedOver::add, meter);
            receiver = new PeerReceiver(name, sender, messages -> {
                heard.addAll(messages);
                if (answer != null) {
                    sender.send(List.of(answer));
                }
            }, meter, parking);
        }

        /** Gives the next frame on the wire to the other end. */
        void deliver(End to) {
            byte[] frame = wire.remove();
            to.receiver.offer(frame, 0, frame.length);
        }
    }

    private void runHandedOver() {
        List<Runnable> now = List.copyOf(handedOver);
        handedOver.clear();
        now.forEach(Runnable::run);
    }

    /** Frames back and forth until nobody has anything to say. */
    private void settle() {
        for (int round = 0; round < 100_000; round++) {
            runHandedOver();
            if (!a.wire.isEmpty()) {
                a.deliver(b);
            } else if (!b.wire.isEmpty()) {
                b.deliver(a);
            } else if (handedOver.isEmpty()) {
                return;
            }
        }
        throw new AssertionError("still talking");
    }

    private void meet() {
        a.receiver.open(true);
        b.receiver.open(true);
        a.sender.send(List.of(beat(-1)));
        settle();
        b.sender.send(List.of(beat(-2)));
        settle();
        a.heard.clear();
        b.heard.clear();
    }

    @Test
    void theFirstMessageToANodeIsSentByAThreadOfTheTransportAndLaterOnesByTheCaller() {
        a.receiver.open(true);
        b.receiver.open(true);
        a.sender.send(List.of(beat(1)));
        assertThat(a.wire).isEmpty();
        assertThat(handedOver).hasSize(1);
        settle();
        a.sender.send(List.of(beat(2)));
        assertThat(handedOver).isEmpty();
        assertThat(a.wire).hasSize(1);
        settle();
        assertThat(b.heard).containsExactly(beat(1), beat(2));
    }

    @Test
    void aNodeThatLeftTheViewIsNotWaitedForByCallers() {
        meet();
        a.sender.out();
        a.sender.send(List.of(beat(1)));
        assertThat(a.wire).isEmpty();
        assertThat(handedOver).hasSize(1);
    }

    @Test
    void aLoneMessageLeavesAtOnceAndItsAnswerIsTheAcknowledgement() {
        meet();
        b.answer = beat(9);
        a.sender.send(List.of(beat(1)));
        assertThat(a.wire).hasSize(1);
        a.deliver(b);
        assertThat(b.wire).as("one frame: answer and acknowledgement").hasSize(1);
        b.deliver(a);
        assertThat(a.wire).as("nothing more to say").isEmpty();
        assertThat(a.heard).containsExactly(beat(9));
    }

    @Test
    void whatComesWhileFramesAreUnderWayLeavesTogether() {
        meet();
        for (int i = 0; i < 100; i++) {
            a.sender.send(List.of(beat(i)));
        }
        assertThat(a.wire).hasSize(PeerSender.STARTS);
        settle();
        assertThat(b.heard).hasSize(100).isEqualTo(LongStream.range(0, 100).mapToObj(PeerLinkTest::beat).toList());
        assertThat(meter.envelopesSent.sum()).as("2 to meet, 2 under way, the rest at once or nearly").isLessThan(8);
    }

    @Test
    void changesGatherUntilTheOtherNodeHasThoseUnderWay() {
        meet();
        a.sender.send(List.of(change(1)));
        a.sender.send(List.of(change(2)));
        a.sender.send(List.of(change(3)));
        assertThat(a.wire).hasSize(1);
        a.deliver(b);
        assertThat(b.wire).as("nothing to say, so it says that it has them").singleElement()
                .satisfies(frame -> assertThat(frame).hasSize(Frame.HEADER));
        b.deliver(a);
        assertThat(a.wire).hasSize(1);
        settle();
        assertThat(b.heard).containsExactly(change(1), change(2), change(3));
    }

    @Test
    void whatIsNoChangeLeavesAtOnceAndTakesTheChangesAlong() {
        meet();
        a.sender.send(List.of(change(1)));
        a.sender.send(List.of(change(2)));
        a.sender.send(List.of(beat(3)));
        assertThat(a.wire).hasSize(2);
        a.sender.send(List.of(beat(4)));
        assertThat(a.wire).as("no more than %d under way", PeerSender.STARTS).hasSize(2);
        settle();
        assertThat(b.heard).containsExactly(change(1), change(2), beat(3), beat(4));
    }

    @Test
    void aChangeThatBringsAnswersLeavesAtOnceAndIsNotAcknowledgedByItself() {
        meet();
        Message.Replicate first = replicate(1);
        Message.Replicate second = replicate(2);
        a.sender.send(List.of(first));
        a.sender.send(List.of(second));
        assertThat(a.wire).hasSize(2);
        a.deliver(b);
        assertThat(b.wire).isEmpty();
        a.deliver(b);
        assertThat(b.wire).as("every second frame is").hasSize(1);
        assertThat(b.heard).containsExactly(first, second);
    }

    @Test
    void changesThatCrossEachOtherHoldNobodyUp() {
        meet();
        b.answer = beat(9);
        a.sender.send(List.of(change(1)));
        b.sender.send(List.of(change(2)));
        a.sender.send(List.of(change(3)));
        b.sender.send(List.of(change(4)));
        a.deliver(b);
        b.answer = null;
        b.deliver(a);
        settle();
        assertThat(b.heard).containsExactly(change(1), change(3));
        assertThat(a.heard).containsExactly(change(2), change(4), beat(9));
    }

    @Test
    void whateverIsSaidInWhateverOrderArrivesWithoutTheClock() {
        meet();
        Random random = new Random(7);
        List<Message> toA = new ArrayList<>();
        List<Message> toB = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            Message message = random.nextInt(3) > 0 ? change(i) : beat(i);
            switch (random.nextInt(4)) {
                case 0 -> {
                    toB.add(message);
                    a.sender.send(List.of(message));
                }
                case 1 -> {
                    toA.add(message);
                    b.sender.send(List.of(message));
                }
                default -> {
                    End end = random.nextBoolean() ? a : b;
                    if (!end.wire.isEmpty()) {
                        end.deliver(end == a ? b : a);
                    }
                }
            }
        }
        settle();
        assertThat(b.heard).isEqualTo(toB);
        assertThat(a.heard).isEqualTo(toA);
    }

    @Test
    void whoHasNothingToAnswerAcknowledgesEverySecondFrame() {
        meet();
        a.sender.send(List.of(beat(1)));
        a.sender.send(List.of(beat(2)));
        a.deliver(b);
        assertThat(b.wire).isEmpty();
        a.deliver(b);
        assertThat(b.wire).singleElement().satisfies(frame -> assertThat(frame).hasSize(Frame.HEADER));
    }

    @Test
    void aMessageThatCannotBeWrittenIsLostAloneAndCounted() {
        meet();
        Message unwritable = new Message.Hello(Location.UNKNOWN, true, "y".repeat(100_000), List.of());
        a.sender.send(List.of(beat(1)));
        a.sender.send(List.of(change(2)));
        a.sender.send(List.of(beat(3), change(4)));
        a.sender.send(List.of(beat(5), unwritable, beat(6)));
        a.sender.send(List.of(change(7)));
        settle();
        assertThat(b.heard).containsExactly(beat(1), change(2), beat(3), change(4), beat(5), beat(6), change(7));
        assertThat(meter.dropped.sum()).isEqualTo(1);
        assertThat(a.sender.settled()).isTrue();
    }

    @Test
    void messagesAreNotPutTogetherWithoutAnEnd() {
        meet();
        a.sender.send(List.of(beat(1)));
        a.sender.send(List.of(beat(2)));
        long before = meter.envelopesSent.sum();
        List<Message> all = new ArrayList<>(List.of(beat(1), beat(2)));
        for (int i = 0; i < 10; i++) {
            List<Message> large = large(40); // a fifth of what fills an envelope
            all.addAll(large);
            a.sender.send(large);
        }
        settle();
        assertThat(b.heard).isEqualTo(all);
        assertThat(meter.envelopesSent.sum() - before).isEqualTo(2);
    }

    @Test
    void muchThatIsSaidAtOnceIsNotPutIntoOneEnvelope() {
        meet();
        long before = meter.envelopesSent.sum();
        List<Message> large = large(1_000); // five times what fills an envelope
        a.sender.send(large);
        a.sender.send(List.of(beat(1)));
        List<Message> all = new ArrayList<>(large);
        all.add(beat(1));
        settle();
        assertThat(b.heard).isEqualTo(all);
        assertThat(meter.envelopesSent.sum() - before).isEqualTo(5);
    }

    @Test
    void ofWhatIsSaidAtOnceToANodeThatStaysOutsideTheViewNothingIsKept() {
        meet();
        a.sender.out();
        a.sender.send(large(1_000));
        tickOutside(PeerSender.PATIENCE);
        assertThat(meter.dropped.sum()).as("what was in no envelope yet").isGreaterThan(500);
        a.wire.clear();
        a.sender.in();
        settle();
        assertThat(a.sender.settled()).isTrue();
        assertThat(b.heard).isEmpty();
    }

    @Test
    void aLongEnvelopeIsCutAndOnlyAWindowOfItIsUnderWay() {
        meet();
        List<Message> large = large(400);
        a.sender.send(large);
        assertThat(a.wire).hasSize(PeerSender.WINDOW)
                .allMatch(frame -> frame.length == Frame.HEADER + Frame.PIECE);
        settle();
        assertThat(b.heard).isEqualTo(large);
    }

    @Test
    void whenFramesAreLostTheClockAsksAndTheConversationGoesOn() {
        meet();
        a.sender.send(List.of(beat(1)));
        a.sender.send(List.of(beat(2)));
        a.sender.send(List.of(beat(3)));
        a.wire.clear(); // 1 and 2 are lost, 3 waits
        for (int tick = 0; tick < 4 && a.wire.isEmpty(); tick++) {
            a.sender.tick();
            runHandedOver();
        }
        settle();
        assertThat(b.heard).containsExactly(beat(3));
    }

    @Test
    void whoStaysOutsideTheViewIsAskedForAWhileAndThenLeftInPeace() {
        meet();
        a.sender.in();
        a.sender.send(large(400)); // of which a window is under way
        a.sender.out();
        a.sender.send(List.of(beat(1)));
        tickOutside(PeerSender.PATIENCE - 1);
        assertThat(a.wire).as("asked until now").hasSizeGreaterThan(PeerSender.WINDOW);
        tickOutside(1);
        a.wire.clear();
        long before = meter.dropped.sum();
        for (int i = 0; i < 1_000; i++) {
            a.sender.send(List.of(beat(2)));
            tickOutside(1);
        }
        assertThat(a.wire).as("whatever is said to it").isEmpty();
        assertThat(meter.dropped.sum()).isEqualTo(before + 1_000);
        a.sender.in();
        a.sender.send(List.of(beat(3)));
        settle();
        assertThat(b.heard).containsExactly(beat(3));
    }

    @Test
    void aNodeThatWasNeverInTheViewIsLeftInPeaceTooAndMetWhenItComes() {
        a.sender.send(List.of(beat(1)));
        tickOutside(PeerSender.PATIENCE);
        a.wire.clear(); // all that it was sent is lost
        a.sender.send(List.of(beat(2)));
        tickOutside(10);
        assertThat(a.wire).isEmpty();
        a.sender.in();
        meet();
        a.sender.send(List.of(beat(3)));
        settle();
        assertThat(b.heard).containsExactly(beat(3));
    }

    private void tickOutside(int ticks) {
        for (int tick = 0; tick < ticks; tick++) {
            a.sender.tick();
            runHandedOver();
        }
    }

    @Test
    void theBeginningOfAnEnvelopeIsForgottenWithTheNodeThatLeftTheView() {
        meet();
        a.sender.send(large(200));
        a.deliver(b);
        a.deliver(b);
        b.receiver.open(false);
        b.receiver.open(true);
        settle();
        assertThat(b.heard).isEmpty();
        assertThat(meter.unreadable.sum()).as("its rest makes no sense").isPositive();
    }

    @Test
    void anEnvelopeWithAHoleIsDroppedAndTheNextIsWhole() {
        meet();
        a.sender.send(large(200));
        a.deliver(b);
        a.wire.remove(); // the second piece
        settle();
        a.sender.send(List.of(beat(5)));
        for (int tick = 0; tick < 4; tick++) {
            a.sender.tick();
            settle();
        }
        assertThat(b.heard).containsExactly(beat(5));
        assertThat(meter.unreadable.sum()).isPositive();
    }

    @Test
    void anEnvelopeOfWhichAPieceCouldNotBeKeptIsNotPutTogetherWithoutIt() {
        meet();
        List<Message> large = new ArrayList<>();
        for (int i = 1_000; i < 1_100; i++) { // a quarter of a piece each: without one it would look whole
            large.add(new Message.Hello(Location.UNKNOWN, true, i + "y".repeat(Frame.PIECE / 4 - 16) + i, List.of()));
        }
        assertThat(new MessageCodec().encode(large)).hasSize(1 + 25 * Frame.PIECE);
        a.sender.send(large);
        a.deliver(b);
        byte[] piece = a.wire.remove();
        b.receiver.offer(Arrays.copyOf(piece, piece.length - 1), 0, piece.length); // throws, as where memory is short
        settle();
        assertThat(b.heard).isEmpty();
        assertThat(meter.unreadable.sum()).as("pieces of which the beginning is gone").isEqualTo(24);
        a.sender.send(List.of(beat(5)));
        settle();
        assertThat(b.heard).containsExactly(beat(5));
    }

    @Test
    void framesOfANodeOutsideTheViewWaitForTheView() {
        a.sender.send(List.of(beat(1)));
        runHandedOver();
        a.deliver(b);
        assertThat(b.heard).isEmpty();
        b.receiver.open(true);
        assertThat(b.heard).containsExactly(beat(1));
    }

    @Test
    void andAreDroppedWhenNoViewBringsIt() {
        a.sender.send(List.of(beat(1)));
        runHandedOver();
        a.deliver(b);
        for (int tick = 0; tick < PeerReceiver.PATIENCE; tick++) {
            b.receiver.tick();
        }
        b.receiver.open(true);
        assertThat(b.heard).isEmpty();
        assertThat(meter.unreadable.sum()).isEqualTo(1);
    }

    @Test
    void whatTheListenerThrowsHoldsUpNoLaterMessage() {
        List<Message> heard = new ArrayList<>();
        PeerReceiver receiver = new PeerReceiver("x", b.sender, messages -> {
            if (messages.contains(beat(1))) {
                throw new InternalError("as planned");
            }
            heard.addAll(messages);
        }, meter, parking);
        a.sender.send(List.of(beat(1)));
        runHandedOver();
        a.sender.send(List.of(beat(2)));
        runHandedOver();
        a.wire.forEach(frame -> receiver.offer(frame, 0, frame.length));
        receiver.open(true);
        assertThat(heard).containsExactly(beat(2));
    }

    @Test
    void strangersFillNoMemory() {
        byte[] frame = Frame.make(Frame.DATA | Frame.FIRST, 1, 0, new byte[Frame.PIECE], 0, Frame.PIECE);
        for (int i = 0; i < 10_000; i++) {
            b.receiver.offer(frame, 0, frame.length);
        }
        assertThat(meter.unreadable.sum()).isEqualTo(10_000 - PeerReceiver.WAITING);
    }

    @Test
    void norDoTheirFramesThatAreTooLong() {
        byte[] frame = Frame.make(Frame.DATA | Frame.FIRST, 1, 0, new byte[Frame.PIECE + 1], 0, Frame.PIECE + 1);
        b.receiver.offer(frame, 0, frame.length);
        assertThat(meter.unreadable.sum()).isEqualTo(1);
        assertThat(parking.availablePermits()).isEqualTo(PeerReceiver.PARKING);
    }

    @Test
    void allStrangersTogetherHaveTheSameRoomAndGiveItBack() {
        byte[] frame = Frame.make(Frame.DATA | Frame.FIRST, 1, 0, new byte[Frame.PIECE], 0, Frame.PIECE);
        List<PeerReceiver> strangers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            PeerReceiver stranger = new PeerReceiver("x" + i, b.sender, b.heard::addAll, meter, parking);
            strangers.add(stranger);
            for (int j = 0; j < PeerReceiver.WAITING; j++) {
                stranger.offer(frame, 0, frame.length);
            }
        }
        int parked = PeerReceiver.PARKING / frame.length;
        assertThat(meter.unreadable.sum()).isEqualTo(100 * PeerReceiver.WAITING - parked);
        b.receiver.open(true);
        byte[] envelope = new MessageCodec().encode(List.of(beat(1)));
        byte[] whole = Frame.make(Frame.DATA | Frame.FIRST | Frame.LAST, 1, 0, envelope, 0, envelope.length);
        b.receiver.offer(whole, 0, whole.length);
        assertThat(b.heard).as("from a member, which needs no room").containsExactly(beat(1));
        strangers.get(0).open(true);
        strangers.get(1).end();
        strangers.get(1).offer(whole, 0, whole.length);
        for (int tick = 0; tick < PeerReceiver.PATIENCE; tick++) {
            strangers.forEach(PeerReceiver::tick);
        }
        assertThat(parking.availablePermits()).isEqualTo(PeerReceiver.PARKING);
    }

    @Test
    void aQueueThatOnlyGrowsIsCut() {
        meet();
        for (int i = 0; i < PeerSender.QUEUE + 500; i++) {
            a.sender.send(List.of(beat(i)));
        }
        assertThat(meter.dropped.sum()).isEqualTo(500 - PeerSender.STARTS);
    }

    @Test
    void whatIsSaidTogetherIsTakenTogetherHoweverMuchItIs() {
        meet();
        List<Message> all = new ArrayList<>();
        for (int i = 0; i <= PeerSender.QUEUE; i++) {
            all.add(beat(i));
        }
        a.sender.send(all);
        settle();
        assertThat(b.heard).isEqualTo(all);
        assertThat(meter.dropped.sum()).isZero();
    }

    @Test
    void withoutAThreadToSendThemTheMessagesWaitForTheNextTick() throws MalformedMessage {
        Deque<Throwable> refusals = new ArrayDeque<>(List.of(new RejectedExecutionException("as planned"),
                new InternalError("no thread, as planned"), new RejectedExecutionException("as planned")));
        List<byte[]> frames = new ArrayList<>();
        PeerSender sender = new PeerSender("x", (frame, introduced) -> frames.add(frame), task -> {
            Throwable refusal = refusals.poll();
            if (refusal instanceof Error e) {
                throw e;
            }
            if (refusal != null) {
                throw (RuntimeException) refusal;
            }
            task.run();
        }, meter);
        sender.send(List.of(beat(1)));
        sender.send(List.of(beat(2), beat(3)));
        sender.tick();
        assertThat(frames).isEmpty();
        sender.tick();
        assertThat(frames).hasSize(1);
        assertThat(new MessageCodec().decode(frames.get(0), Frame.HEADER, frames.get(0).length - Frame.HEADER))
                .containsExactly(beat(1), beat(2), beat(3));
        assertThat(meter.dropped.sum()).isZero();
    }

    @Test
    void whatTheNetworkThrowsMeetsNoCallerAndTheNextMessageIsSent() {
        List<byte[]> frames = new ArrayList<>();
        PeerSender sender = new PeerSender("x", (frame, introduced) -> {
            frames.add(frame);
            if (frames.size() == 2) {
                throw new InternalError("as planned");
            }
            return true;
        }, Runnable::run, meter);
        sender.send(List.of(beat(1)));
        sender.confirmed(1);
        sender.send(List.of(beat(2)));
        sender.send(List.of(beat(3)));
        assertThat(frames).hasSize(3);
    }

    @Test
    void noBytesBringTheReceiverDown() {
        meet();
        Random random = new Random(11);
        for (int i = 0; i < 100_000; i++) {
            byte[] bytes = new byte[random.nextInt(40)];
            random.nextBytes(bytes);
            if (bytes.length > 0 && random.nextBoolean()) {
                bytes[0] = (byte) (Frame.VERSION | bytes[0] & 0x0F);
            }
            b.receiver.offer(bytes, 0, bytes.length);
            b.wire.clear();
        }
        assertThat(meter.unreadable.sum()).isPositive();
        byte[] envelope = new MessageCodec().encode(List.of(beat(77)));
        byte[] good = Frame.make(Frame.DATA | Frame.FIRST | Frame.LAST, 1, 0, envelope, 0, envelope.length);
        b.heard.clear();
        b.receiver.offer(good, 0, good.length);
        assertThat(b.heard).containsExactly(beat(77));
    }

    private static List<Message> large(int messages) {
        List<Message> large = new ArrayList<>();
        for (int i = 0; i < messages; i++) {
            large.add(new Message.Hello(Location.UNKNOWN, true, "y".repeat(5_000) + i, List.of()));
        }
        return large;
    }

    private static Message change(long number) {
        return new Message.Commit(new SessionKey(number, "id"), new Fence(1, 1), List.of(), true, false, 0);
    }

    private static Message.Replicate replicate(long first) {
        return new Message.Replicate(1, 1, 1, first, first, false, false, List.of(), List.of(new Message.Told(
                new NodeId("n3", 1), new Message.Committed(new SessionKey(first, "id"), new Fence(1, 1), 2, null))));
    }

    private static Message beat(long number) {
        return new Message.Beat(number, TableNumber.NONE);
    }
}
