package dev.baton.jgroups;

import dev.baton.codec.MalformedMessage;
import dev.baton.codec.MessageCodec;
import dev.baton.protocol.Message;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The incoming half of the link to one node: puts envelopes together and hands them on in order, one at a time, in
 * the thread that brought the last piece. Frames of a node that is not in the view are parked here, a few for a moment; the
 * beginning of an envelope, which may be large, does not wait for a node that may never come back.
 *
 * <p>Any threads; one at a time behind the turnstile.
 */
final class PeerReceiver {
    /** Frames that may wait. A node that plays by the rules has fewer under way. */
    static final int WAITING = 64;
    /** Bytes that the frames of all nodes outside the view may have together: anybody can pretend to be one. */
    static final int PARKING = 8 << 20;
    /** Ticks that frames wait for a view with their sender. */
    static final int PATIENCE = 20;

    private static final int COMPLAIN_EVERY = 1_000;

    private static final Logger LOG = JarContext.logger(PeerReceiver.class);

    /** A frame in the array that JGroups read it into. */
    private record Arrived(byte[] buffer, int offset, int length, boolean parked) {}

    private final String name;
    private final PeerSender sender;
    private final Consumer<List<Message>> listener;
    private final TrafficMeter meter;
    /** Bytes that may still be parked, shared by all receivers. */
    private final Semaphore parking;

    private final ConcurrentLinkedQueue<Arrived> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();
    private final Turnstile turnstile = new Turnstile();
    private volatile boolean open;
    private volatile boolean ended;
    private int patience = PATIENCE;

    /** Behind the turnstile: the beginning of an envelope, in an array that grows. */
    private final MessageCodec codec = new MessageCodec();
    private byte[] partial;
    private int partialLength;
    private int lastNumber;
    private long malformed;

    /** @param parking with {@link #PARKING} permits, the same for all nodes */
    PeerReceiver(String name, PeerSender sender, Consumer<List<Message>> listener, TrafficMeter meter,
                 Semaphore parking) {
        this.name = name;
        this.sender = sender;
        this.listener = listener;
        this.meter = meter;
        this.parking = parking;
    }

    /** The bytes are kept, not copied. */
    void offer(byte[] buffer, int offset, int length) {
        if (Frame.flags(buffer, offset, length) < 0 || !admit(new Arrived(buffer, offset, length, !open))) {
            meter.unreadable.increment();
            return;
        }
        if (ended) {
            drop();
        } else if (open) {
            work();
        }
    }

    private boolean admit(Arrived frame) {
        if (count.incrementAndGet() > WAITING || frame.parked && !parking.tryAcquire(frame.length)) {
            count.decrementAndGet();
            return false;
        }
        return waiting.add(frame);
    }

    /** The sender is in the view, perhaps as before, or not any more. */
    void open(boolean inView) {
        open = inView;
        work();
    }

    /** A quarter of a second has passed. One thread. */
    void tick() {
        if (open || waiting.isEmpty()) {
            patience = PATIENCE;
        } else if (--patience <= 0) {
            patience = PATIENCE;
            drop();
        }
    }

    /** Nobody will ask for this receiver again. */
    void end() {
        ended = true;
        drop();
    }

    private void drop() {
        int dropped = 0;
        while (next() != null) {
            dropped++;
        }
        meter.unreadable.add(dropped);
        LOG.fine(dropped + " frames of " + name + " dropped, which is not in the view");
    }

    /** Null where none waits. */
    private Arrived next() {
        Arrived frame = waiting.poll();
        if (frame != null) {
            count.decrementAndGet();
            if (frame.parked) {
                parking.release(frame.length);
            }
        }
        return frame;
    }

    private void work() {
        if (turnstile.take()) {
            turnstile.run(this::round);
        }
    }

    private void round() {
        for (Arrived frame; open && (frame = next()) != null; ) {
            try {
                take(frame);
            } catch (Throwable e) {
                partial = null; // this piece may be missing in it, and the next one follows by its number
                LOG.log(Level.SEVERE, "Messages of " + name + " could not be handled", e);
            }
            sender.pump();
        }
        if (!open) {
            partial = null;
        }
    }

    private void take(Arrived frame) {
        int flags = Frame.flags(frame.buffer, frame.offset, frame.length);
        meter.bytesReceived.add(frame.length);
        int number = frame.buffer[frame.offset + 1] & 0xFF;
        sender.confirmed(frame.buffer[frame.offset + 2] & 0xFF);
        sender.heard(number, (flags & Frame.ASK) != 0);
        if ((flags & Frame.DATA) == 0) {
            return;
        }
        boolean follows = number == (lastNumber + 1 & 0xFF);
        lastNumber = number;
        int offset = frame.offset + Frame.HEADER;
        int length = frame.length - Frame.HEADER;
        boolean first = (flags & Frame.FIRST) != 0;
        boolean last = (flags & Frame.LAST) != 0;
        if (first && last) {
            partial = null;
            deliver(frame.buffer, offset, length);
            return;
        }
        if (first) {
            partial = Arrays.copyOfRange(frame.buffer, offset, offset + Math.max(length, 2 * Frame.PIECE));
            partialLength = length;
            return;
        }
        if (partial == null || !follows || length > Frame.MAX_ENVELOPE - partialLength) {
            partial = null; // the rest of an envelope of which something is lost
            meter.unreadable.increment();
            return;
        }
        if (partial.length - partialLength < length) {
            partial = Arrays.copyOf(partial, Math.min(2 * partial.length, Frame.MAX_ENVELOPE));
        }
        System.arraycopy(frame.buffer, offset, partial, partialLength, length);
        partialLength += length;
        if (last) {
            byte[] whole = partial;
            partial = null;
            deliver(whole, 0, partialLength);
        }
    }

    private void deliver(byte[] buffer, int offset, int length) {
        List<Message> messages;
        try {
            messages = codec.decode(buffer, offset, length);
        } catch (MalformedMessage e) {
            meter.unreadable.increment();
            if (malformed++ % COMPLAIN_EVERY == 0) {
                LOG.warning("An envelope of " + name + " is not understood and dropped: " + e.getMessage() + " (number "
                        + malformed + " of it)");
            }
            return;
        }
        meter.envelopesReceived.increment();
        if (!messages.isEmpty()) {
            listener.accept(messages);
        }
    }
}
