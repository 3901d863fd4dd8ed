package dev.baton.access;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Somebody who waits to be let in, with or without a thread. Decided once: admitted, refused, or cancelled by
 * whoever waits, and the first decision stands.
 */
public final class Waiter {
    private final CompletableFuture<Outcome> decision = new CompletableFuture<>();

    /**
     * @param pass    to leave with, or {@link TokenGate#NO_PASS}
     * @param refusal why there is no pass, or null
     */
    public record Outcome(int pass, Object refusal) {
        static final Outcome ADMITTED = new Outcome(0, null);
        static final Outcome CANCELLED = new Outcome(TokenGate.NO_PASS, "cancelled");

        public boolean admitted() {
            return pass != TokenGate.NO_PASS;
        }
    }

    boolean decide(Outcome outcome) {
        return decision.complete(outcome);
    }

    /** Lets it go on. Only for waiters that belong to no gate. */
    public void admit() {
        decide(Outcome.ADMITTED);
    }

    /** Whether it was the waiter's end; false where it had been decided before. As {@link #admit}. */
    public boolean cancel() {
        return decide(Outcome.CANCELLED);
    }

    /** The decision, or null while there is none. */
    public Outcome outcome() {
        return decision.getNow(null);
    }

    /**
     * Parks until decided.
     *
     * @return the decision, or null after the time-out
     */
    public Outcome await(long timeoutNanos) throws InterruptedException {
        try {
            return decision.get(Math.max(0, timeoutNanos), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return decision.getNow(null);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Runs the action once decided, now if it is; in the thread that decides, which belongs to the cluster mostly: the
     * action must only hand on.
     */
    public void whenDecided(Runnable action) {
        decision.thenRun(action);
    }
}
