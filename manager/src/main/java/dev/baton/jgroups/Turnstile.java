package dev.baton.jgroups;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets one thread at a time do a piece of work without a lock: who asks while another is at it leaves at once, and
 * the other goes round again. Everything written before {@link #take} is visible to the round that follows it.
 */
final class Turnstile {
    private final AtomicInteger asked = new AtomicInteger();

    /** True: the caller must now call {@link #run}. False: somebody else will see to it. */
    boolean take() {
        return asked.getAndIncrement() == 0;
    }

    /** Only after {@link #take} said true. What the round throws goes to the caller; the turnstile is free then. */
    void run(Runnable round) {
        boolean done = false;
        try {
            int seen = asked.get();
            do {
                round.run();
                seen = asked.addAndGet(-seen);
            } while (seen != 0);
            done = true;
        } finally {
            if (!done) {
                asked.set(0);
            }
        }
    }

    /** Instead of {@link #run}, where the work could not be begun. */
    void giveUp() {
        asked.set(0);
    }
}
