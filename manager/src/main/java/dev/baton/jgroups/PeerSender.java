package dev.baton.jgroups;

import dev.baton.codec.MessageCodec;
import dev.baton.protocol.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The outgoing half of the link to one node.
 *
 * <p><b>Group commit.</b> While changes are under way, further ones gather in the queue until the other node has
 * those; then all of them leave in one envelope, or before with the next message that is no change. A change that brings
 * answers, and whose acknowledgement has time, counts as none. An acknowledgement rides on whatever the other node
 * says, so in a conversation it costs nothing; where the other node has nothing to say it acknowledges changes at once,
 * and else every second frame. Nothing lingers: a lone message leaves at once.
 *
 * <p><b>Bounded.</b> An envelope longer than a frame is cut, and at most {@link #WINDOW} frames are ever under way.
 * They fit into the buffers of the sockets, so that a write does not block even where the other process stands
 * still. That matters: the writer may be the thread that reads another node's messages.
 *
 * <p><b>Who sends.</b> Once the other node has acknowledged something, the thread that brings a message; before, and
 * after it went out of the view or answered nothing for a while, a thread of the transport, since connecting to a host
 * that is switched off takes its time. Where there is no thread for it the messages wait for the next tick.
 *
 * <p>Acknowledgements only pace the sender; they promise nothing. Where frames were lost the clock's
 * {@link #tick} asks how far the other node is, and the answer opens the window again. A node outside the view cannot
 * answer, and may be dead: after a minute it is neither asked nor sent anything until it is in the view (again).
 *
 * <p>Any threads; one at a time behind the turnstile.
 */
final class PeerSender {
    /** Frames under way beyond which no new envelope is begun, whatever is in it. */
    static final int STARTS = 2;
    /** Frames under way beyond which the rest of an envelope waits. */
    static final int WINDOW = 4;
    /** Messages of one envelope, and bytes, beyond which nothing more is put into it. */
    static final int MESSAGES = 512;
    static final int FULL = 1 << 20;
    /**
     * Messages that may wait; what comes then is dropped. What is said at once is taken as a whole: it would be said
     * again as a whole, and never fit.
     */
    static final int QUEUE = 20_000;
    /** Ticks, a minute, that a node outside the view is asked and sent what is for it. */
    static final int PATIENCE = 240;
    /** Frames received without an acknowledgement sent. */
    static final int UNACKNOWLEDGED = 2;

    private static final Logger LOG = JarContext.logger(PeerSender.class);

    /** Gives a frame to the network. */
    interface Wire {
        /**
         * Must not throw.
         *
         * @param introduced the other node has answered, so it knows who sends
         * @return false where that is impossible now
         */
        boolean send(byte[] frame, boolean introduced);
    }

    private final String name;
    private final Wire wire;
    private final Executor threads;
    private final TrafficMeter meter;

    private final ConcurrentLinkedQueue<List<Message>> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger queued = new AtomicInteger();
    /** Lists in the queue with anything but changes. */
    private final AtomicInteger urgent = new AtomicInteger();
    private final Turnstile turnstile = new Turnstile();

    /** Behind the turnstile. */
    private final MessageCodec codec = new MessageCodec();
    /** Messages that could not be written into one envelope: each gets its own. Behind the turnstile. */
    private volatile List<Message> alone = List.of();
    /** What was said together with the envelope before, and did not fit into it any more. Behind the turnstile. */
    private volatile List<Message> rest = List.of();
    private volatile byte[] envelope;
    private int offset;
    private boolean changes;
    /** Number of the last frame with changes; behind the turnstile. */
    private int lastChanges;

    /** Number of the last frame sent; written behind the turnstile. */
    private volatile int sent;
    /** Number of the last of them that the other node is known to have, at most {@link #sent}. */
    private final AtomicInteger confirmed = new AtomicInteger();
    /** Whether the other node is known to read. */
    private volatile boolean answering;
    private volatile boolean questionDue;

    /** Number, modulo 256, of the last frame received from the other node, and of the last acknowledged to it. */
    private volatile int received;
    private volatile int acknowledged;
    private volatile boolean answerDue;

    /** Whether the want of a thread was told; it is told once. */
    private volatile boolean complained;

    private volatile boolean inView;
    /** Since the other node went out of the view, or was first heard of. */
    private volatile int ticksOutside;

    /** Only touched by {@link #tick}. */
    private int confirmedAtTick;
    private int ticksWithoutProgress;

    PeerSender(String name, Wire wire, Executor threads, TrafficMeter meter) {
        this.name = name;
        this.wire = wire;
        this.threads = threads;
        this.meter = meter;
    }

    void send(List<Message> messages) {
        if (isMute()) {
            meter.dropped.add(messages.size());
            return;
        }
        if (queued.getAndAdd(messages.size()) >= QUEUE) {
            queued.addAndGet(-messages.size());
            meter.dropped.add(messages.size());
            return;
        }
        if (isUrgent(messages)) {
            urgent.incrementAndGet();
        }
        queue.add(messages);
        pump();
    }

    private static boolean isUrgent(List<Message> messages) {
        return any(messages, false);
    }

    /** Whether one of them is a change, or one is none. */
    private static boolean any(List<Message> messages, boolean change) {
        for (Message m : messages) {
            if (isChange(m) == change) {
                return true;
            }
        }
        return false;
    }

    /** Not one that brings answers and is not acknowledged soon: it must not wait for a frame that only acknowledges. */
    private static boolean isChange(Message m) {
        return m instanceof Message.Replicate r && (r.awaited() || r.told().isEmpty()) || m instanceof Message.Commit;
    }

    /** Sends what may be sent. */
    void pump() {
        if (!turnstile.take()) {
            return;
        }
        if (answering) {
            turnstile.run(this::round);
            return;
        }
        try {
            threads.execute(() -> turnstile.run(this::round));
        } catch (RejectedExecutionException tooManyOrClosed) {
            turnstile.giveUp();
        } catch (Throwable e) { // the system may have no thread to give, which is an Error
            turnstile.giveUp();
            if (!complained) {
                complained = true;
                LOG.log(Level.WARNING, "No thread to send to " + name + ", tries again", e);
            }
        }
    }

    /** The other node has everything up to this number. The caller pumps afterwards. */
    void confirmed(int number) {
        int known;
        int news;
        do {
            known = confirmed.get();
            news = number - known & 0xFF;
            if (news > sent - known) {
                return; // an old one that was overtaken
            }
        } while (!confirmed.compareAndSet(known, known + news));
        answering = true;
    }

    /** A frame of that number has come; an acknowledgement will ride on the next frame, or go by itself if due. */
    void heard(int number, boolean asked) {
        received = number;
        if (asked || (number - acknowledged & 0xFF) >= UNACKNOWLEDGED) {
            answerDue = true;
        }
    }

    /** The other node is out of the view: it may not exist any more. What waits for it is forgotten. */
    void out() {
        inView = false;
        answering = false;
        dropQueue();
    }

    /** The other node is in the view, perhaps again or still: what was under way may have been lost meanwhile. */
    void in() {
        inView = true;
        ticksOutside = 0;
        if (sent != confirmed.get()) {
            questionDue = true;
            pump();
        }
    }

    /** Sends what waits and asks for the acknowledgement of it. */
    void flush() {
        if (!settled()) {
            questionDue = true;
            pump();
        }
    }

    /** Whether the other node has everything. */
    boolean settled() {
        return !hasMore() && sent == confirmed.get();
    }

    /** Whether there is anything that has not left. */
    private boolean hasMore() {
        return queued.get() > 0 || envelope != null || !alone.isEmpty() || !rest.isEmpty();
    }

    private boolean isMute() {
        return !inView && ticksOutside >= PATIENCE;
    }

    private void dropQueue() {
        for (List<Message> lost; (lost = queue.poll()) != null; ) {
            taken(lost);
            meter.dropped.add(lost.size());
        }
    }

    private void taken(List<Message> messages) {
        queued.addAndGet(-messages.size());
        if (isUrgent(messages)) {
            urgent.decrementAndGet();
        }
    }

    /** A quarter of a second has passed. One thread. */
    void tick() {
        ticksOutside = inView ? 0 : Math.min(ticksOutside + 1, PATIENCE);
        if (isMute()) {
            if (hasMore()) {
                pump(); // which forgets it
            }
            return;
        }
        int now = confirmed.get();
        if (sent == now && hasMore()) {
            pump();
        }
        boolean waiting = sent != now && hasMore();
        if (!waiting || now != confirmedAtTick) {
            confirmedAtTick = now;
            ticksWithoutProgress = 0;
            return;
        }
        if (++ticksWithoutProgress % 2 == 0) {
            answering = false;
            questionDue = true;
            pump();
        }
    }

    /** Must not throw: whoever sends may be anybody's thread. */
    private void round() {
        if (complained) {
            complained = false;
        }
        try {
            sendAll();
        } catch (Throwable e) {
            LOG.log(Level.SEVERE, "Sending to " + name + " failed, goes on with the next tick", e);
        }
    }

    private void sendAll() {
        if (isMute()) {
            forget();
            return;
        }
        while (true) {
            int known = confirmed.get();
            int underWay = sent - known;
            if (envelope == null && underWay < STARTS
                    && (lastChanges - known <= 0 || urgent.get() > 0 || !alone.isEmpty() || !rest.isEmpty())) {
                begin();
            }
            if (envelope == null || underWay >= WINDOW) {
                break;
            }
            sendPiece();
        }
        if (answerDue || questionDue) {
            sendBare();
        }
    }

    private void forget() {
        dropQueue();
        meter.dropped.add(alone.size() + rest.size());
        alone = List.of();
        rest = List.of();
        if (envelope != null) {
            envelope = null;
            meter.dropped.increment();
        }
    }

    private void begin() {
        while (envelope == null) {
            if (!alone.isEmpty()) {
                List<Message> next = alone.subList(0, 1);
                alone = alone.subList(1, alone.size());
                encode(next, false);
                continue;
            }
            List<Message> next = rest.isEmpty() ? poll() : rest;
            if (next == null) {
                return;
            }
            rest = List.of();
            encode(next, true);
        }
    }

    private List<Message> poll() {
        List<Message> next = queue.poll();
        if (next != null) {
            taken(next);
        }
        return next;
    }

    /** @param more whether those that wait behind them may go with them */
    private void encode(List<Message> first, boolean more) {
        List<Message> messages = first;
        byte[] bytes;
        try {
            int length = 0;
            for (int done = 0; ; ) {
                for (; done < messages.size() && length < FULL; done++) {
                    length = codec.add(messages.get(done));
                }
                if (done < messages.size()) {
                    List<Message> fitting = messages.subList(0, done);
                    rest = messages.subList(done, messages.size());
                    messages = fitting;
                    break;
                }
                List<Message> next = more && done < MESSAGES && length < FULL ? poll() : null;
                if (next == null) {
                    break;
                }
                if (messages == first) {
                    messages = new ArrayList<>(first);
                }
                messages.addAll(next);
            }
            bytes = codec.take();
        } catch (Throwable e) { // a limit of the wire form, or of the memory
            codec.reset();
            if (messages.size() > 1) {
                alone = messages;
                return;
            }
            meter.dropped.increment();
            LOG.log(Level.SEVERE, "A message to " + name + " cannot be written and is lost: "
                    + messages.get(0).getClass().getSimpleName(), e);
            return;
        }
        envelope = bytes;
        offset = 0;
        changes = any(messages, true);
        meter.envelopesSent.increment();
    }

    private void sendPiece() {
        int length = Math.min(Frame.PIECE, envelope.length - offset);
        boolean last = offset + length == envelope.length;
        int flags = Frame.DATA | (offset == 0 ? Frame.FIRST : 0) | (last ? Frame.LAST : 0)
                | (answering && !(last && changes) ? 0 : Frame.ASK);
        answerDue = false;
        int have = received;
        byte[] frame = Frame.make(flags, sent + 1, have, envelope, offset, length);
        acknowledged = have;
        offset += length;
        sent++;
        if (last) {
            envelope = null;
            lastChanges = changes ? sent : lastChanges;
        }
        give(frame);
    }

    private void sendBare() {
        boolean ask = questionDue;
        questionDue = false;
        answerDue = false;
        int have = received;
        byte[] frame = Frame.make(ask ? Frame.ASK : 0, sent, have, new byte[0], 0, 0);
        acknowledged = have;
        give(frame);
    }

    private void give(byte[] frame) {
        if (wire.send(frame, answering)) {
            meter.bytesSent.add(frame.length);
        } else {
            meter.dropped.increment();
        }
    }
}
