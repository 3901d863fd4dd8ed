package dev.baton.access;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;

/**
 * The gate of one session in one process. Threads enter and leave without a lock; the node opens and closes it.
 *
 * <pre>
 *   CLOSED   no token; who comes waits, and may ask for the token
 *     → OPEN or CLOSING   by open: those who wait are let in
 *   OPEN     who comes enters
 *     → CLOSING or DRAINED   by close, depending on whether anybody is inside
 *     → DRAINED              by the last one to leave, where the token is given back eagerly
 *   CLOSING  those inside go on, who comes waits
 *     → DRAINED              by the last one to leave
 *   DRAINED  nobody is inside and nobody can enter; the one who made it so must tell the core (idle), nobody may ask
 *     → CLOSED               by idleGiven
 *   any      → CLOSED of the next generation, by breakOff: the token is void, those inside count no more
 * </pre>
 *
 * DRAINED is there so that "idle" always reaches the core before the next question for the token: in the other order
 * the core would take the question as answered by the token it is about to lose.
 *
 * <p>{@link #tryEnter}, {@link #await}, {@link #cancel} and {@link #leave} may be called by any thread at any time.
 * The others change what the token is, and must be called one at a time, in the order of the core's effects.
 */
public final class TokenGate {
    /** No pass: not inside. */
    public static final int NO_PASS = -1;
    /** Of a stay between the last one inside and giving the token back. */
    static final int LAST_PASS = -2;

    private static final int CLOSED = 0;
    private static final int DRAINED = 1;
    private static final int OPEN = 2;
    private static final int CLOSING = 3;

    private static final int PHASE_SHIFT = 30;
    private static final int GENERATION_SHIFT = 32;
    private static final long COUNT_MASK = (1L << PHASE_SHIFT) - 1;

    private static final AtomicLongFieldUpdater<TokenGate> WORD =
            AtomicLongFieldUpdater.newUpdater(TokenGate.class, "word");
    @SuppressWarnings("rawtypes")
    private static final AtomicReferenceFieldUpdater<TokenGate, Queue> QUEUE =
            AtomicReferenceFieldUpdater.newUpdater(TokenGate.class, Queue.class, "queue");
    private static final AtomicIntegerFieldUpdater<TokenGate> QUEUED =
            AtomicIntegerFieldUpdater.newUpdater(TokenGate.class, "queued");

    /** Generation (31 bits), phase (2 bits), number of those inside (30 bits). */
    private volatile long word;
    /** Null while nobody ever waited. */
    private volatile Queue<Waiter> queue;
    private volatile int queued;
    private final int maxWaiters;

    /** @param maxWaiters who may wait at the same time */
    public TokenGate(int maxWaiters) {
        this.maxWaiters = maxWaiters;
    }

    int maxWaiters() {
        return maxWaiters;
    }

    /**
     * Enters if the gate is open: one compare-and-set.
     *
     * @return the pass to leave with, or {@link #NO_PASS}
     */
    public int tryEnter() {
        for (;;) {
            long w = word;
            if (phase(w) != OPEN) {
                return NO_PASS;
            }
            if (WORD.compareAndSet(this, w, w + 1)) {
                return generation(w);
            }
        }
    }

    /**
     * One more place for somebody who is inside, also while the gate is closing.
     *
     * @return false where the pass is void
     */
    public boolean join(int pass) {
        for (;;) {
            long w = word;
            if (generation(w) != pass || count(w) == 0) {
                return false;
            }
            if (WORD.compareAndSet(this, w, w + 1)) {
                return true;
            }
        }
    }

    /**
     * Joins the queue. If the gate opened meanwhile the waiter is admitted on return.
     *
     * @return null where too many wait already
     */
    public Waiter await() {
        if (QUEUED.incrementAndGet(this) > maxWaiters) {
            QUEUED.decrementAndGet(this);
            return null;
        }
        Waiter waiter = new Waiter();
        if (queue == null) {
            QUEUE.compareAndSet(this, null, new ConcurrentLinkedQueue<>());
        }
        queue.add(waiter);
        // The opener may have looked into the queue just before; then nobody else lets this one in.
        int pass = tryEnter();
        if (pass == NO_PASS) {
            return waiter;
        }
        if (waiter.decide(new Waiter.Outcome(pass, null))) {
            remove(waiter);
            return waiter;
        }
        if (waiter.outcome().pass() == pass) {
            // Admitted by the opener as well: one of the two places goes back. The other is still counted, so this
            // cannot drain the gate.
            leave(pass, false);
            return waiter;
        }
        // Refused, or admitted to a generation that is over: the place just taken is the better answer.
        Waiter inside = new Waiter();
        inside.decide(new Waiter.Outcome(pass, null));
        return inside;
    }

    /** Gives up waiting. False where it was decided before: then the decision counts, and a pass must be left with. */
    public boolean cancel(Waiter waiter) {
        if (waiter.cancel()) {
            remove(waiter);
            return true;
        }
        return false;
    }

    /**
     * Leaves. A pass of a generation that is over has no effect.
     *
     * @param eager whether the gate closes behind the last one out of an open gate
     * @return true where the gate is DRAINED by this: the caller must tell the core, then call {@link #idleGiven}
     */
    public boolean leave(int pass, boolean eager) {
        for (;;) {
            long w = word;
            if (generation(w) != pass) {
                return false;
            }
            int inside = count(w);
            if (inside == 0) {
                throw new IllegalStateException("left more often than entered");
            }
            boolean drained = inside == 1 && (phase(w) == CLOSING || eager && phase(w) == OPEN);
            long next = drained ? word(pass, DRAINED, 0) : w - 1;
            if (WORD.compareAndSet(this, w, next)) {
                return drained;
            }
        }
    }

    /**
     * As {@link #leave}, for somebody who must be the only one inside, where the token goes back behind that one; else
     * nothing happens.
     *
     * @param eager as in {@link #leave}
     * @return true where the gate is DRAINED by this: as in {@link #leave}
     */
    public boolean leaveLast(int pass, boolean eager) {
        long w = word;
        boolean closes = phase(w) == CLOSING || eager && phase(w) == OPEN;
        return closes && generation(w) == pass && count(w) == 1 && WORD.compareAndSet(this, w, word(pass, DRAINED, 0));
    }

    /**
     * The token is here: lets in everybody who waits. No effect on a gate that is not CLOSED.
     *
     * @param closeBehind whether nobody may enter after those
     * @param eager       as in {@link #leave}
     * @return true where nobody was there to let in and the gate is DRAINED: as in {@link #leave}
     */
    public boolean open(boolean closeBehind, boolean eager) {
        long w = word;
        int pass = generation(w);
        // Counts one for itself while it lets the others in, so that the first of them cannot drain the gate.
        if (phase(w) != CLOSED || !WORD.compareAndSet(this, w, word(pass, closeBehind ? CLOSING : OPEN, 1))) {
            return false;
        }
        Waiter.Outcome admitted = new Waiter.Outcome(pass, null);
        for (int left = maxWaiters; left > 0; left--) {
            Waiter waiter = poll();
            if (waiter == null) {
                break;
            }
            WORD.incrementAndGet(this);
            if (!waiter.decide(admitted)) {
                WORD.decrementAndGet(this);
            }
        }
        return leave(pass, eager);
    }

    /**
     * Opens for one who enters by this, without a token of the store: for a session made here.
     *
     * @return the pass, or {@link #NO_PASS} where the gate is not CLOSED
     */
    public int openAndEnter() {
        long w = word;
        if (phase(w) != CLOSED || !WORD.compareAndSet(this, w, word(generation(w), OPEN, 1))) {
            return NO_PASS;
        }
        return generation(w);
    }

    /**
     * Nobody enters any more.
     *
     * @return true where nobody was inside and the gate is DRAINED by this: as in {@link #leave}
     */
    public boolean close() {
        for (;;) {
            long w = word;
            if (phase(w) != OPEN) {
                return false;
            }
            boolean drained = count(w) == 0;
            if (WORD.compareAndSet(this, w, word(generation(w), drained ? DRAINED : CLOSING, count(w)))) {
                return drained;
            }
        }
    }

    /**
     * Nobody enters any more, where nobody is inside: OPEN becomes DRAINED.
     *
     * @return true where it is DRAINED by this: as in {@link #leave}
     */
    public boolean closeUnused() {
        long w = word;
        return phase(w) == OPEN && count(w) == 0 && WORD.compareAndSet(this, w, word(generation(w), DRAINED, 0));
    }

    /** A token came that cannot be used: CLOSED becomes DRAINED, nobody is let in. */
    public boolean refuse() {
        long w = word;
        return phase(w) == CLOSED && WORD.compareAndSet(this, w, word(generation(w), DRAINED, 0));
    }

    /** The core has been told that the gate is idle: DRAINED becomes CLOSED. */
    public void idleGiven() {
        long w = word;
        if (phase(w) == DRAINED) {
            WORD.compareAndSet(this, w, word(generation(w), CLOSED, 0));
        }
    }

    /**
     * The token is void. Those inside stay where they are, but are not counted any more; those who wait go on
     * waiting.
     */
    public void breakOff() {
        for (;;) {
            long w = word;
            if (WORD.compareAndSet(this, w, word(generation(w) + 1 & Integer.MAX_VALUE, CLOSED, 0))) {
                return;
            }
        }
    }

    /** Refuses everybody who waits now. */
    public void refuseWaiters(Object reason) {
        Waiter.Outcome refused = new Waiter.Outcome(NO_PASS, reason);
        List<Waiter> waiters = new ArrayList<>();
        while (waiters.size() < maxWaiters) {
            Waiter waiter = poll();
            if (waiter == null) {
                break;
            }
            waiters.add(waiter);
        }
        waiters.forEach(w -> w.decide(refused));
    }

    public boolean hasWaiters() {
        Queue<Waiter> waiting = queue;
        return waiting != null && !waiting.isEmpty();
    }

    /** Whether the token is not here and may be asked for. */
    public boolean closed() {
        return phase(word) == CLOSED;
    }

    /** Whether the core is to be told that the gate is idle. */
    public boolean drained() {
        return phase(word) == DRAINED;
    }

    public boolean isOpen() {
        return phase(word) == OPEN;
    }

    public int inside() {
        return count(word);
    }

    /** Which passes count. */
    public int generation() {
        return generation(word);
    }

    private Waiter poll() {
        Queue<Waiter> waiting = queue;
        Waiter waiter = waiting == null ? null : waiting.poll();
        if (waiter != null) {
            QUEUED.decrementAndGet(this);
        }
        return waiter;
    }

    private void remove(Waiter waiter) {
        if (queue.remove(waiter)) {
            QUEUED.decrementAndGet(this);
        }
    }

    private static long word(int generation, int phase, int count) {
        return (long) generation << GENERATION_SHIFT | (long) phase << PHASE_SHIFT | count;
    }

    private static int generation(long word) {
        return (int) (word >>> GENERATION_SHIFT);
    }

    private static int phase(long word) {
        return (int) (word >>> PHASE_SHIFT) & 3;
    }

    private static int count(long word) {
        return (int) (word & COUNT_MASK);
    }
}
