package dev.baton.access;

import java.util.ArrayDeque;

/**
 * Lets the requests of one session run one after the other, in the order of their coming ({@code threadLocks=session}).
 * A turn belongs to a stay, not to a thread.
 */
public final class TurnQueue {
    private final ArrayDeque<Waiter> waiting = new ArrayDeque<>();
    private final int maxWaiters;
    private boolean taken;

    public TurnQueue(int maxWaiters) {
        this.maxWaiters = maxWaiters;
    }

    /** @return decided at once where it is free; null where too many wait */
    public Waiter take() {
        Waiter waiter = new Waiter();
        synchronized (waiting) {
            if (taken) {
                if (waiting.size() >= maxWaiters) {
                    return null;
                }
                waiting.add(waiter);
                return waiter;
            }
            taken = true;
        }
        waiter.decide(Waiter.Outcome.ADMITTED);
        return waiter;
    }

    /** Gives up waiting. False where it has the turn: then {@link #end} must follow. */
    public boolean cancel(Waiter waiter) {
        if (!waiter.cancel()) {
            return false;
        }
        synchronized (waiting) {
            waiting.remove(waiter);
        }
        return true;
    }

    /** The turn is over; the next one has it. */
    public void end() {
        for (;;) {
            Waiter next;
            synchronized (waiting) {
                next = waiting.poll();
                if (next == null) {
                    taken = false;
                    return;
                }
            }
            if (next.decide(Waiter.Outcome.ADMITTED)) {
                return;
            }
        }
    }
}
