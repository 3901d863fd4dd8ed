package dev.baton.node;

import dev.baton.access.Waiter;
import dev.baton.node.SessionUnavailable.Reason;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Something that goes on from wait to wait until it has its result: written once, gone through with a parked thread or
 * without one.
 */
abstract class Passage<T> {
    final Parts parts;
    private boolean late;
    private boolean crowded;
    private boolean interrupted;

    Passage(Parts parts) {
        this.parts = parts;
    }

    /**
     * Goes as far as it can.
     *
     * @return what to wait for, or null where it has come to its end
     * @throws SessionUnavailable as its end
     */
    abstract Waiter advance();

    /** Stops waiting for that one. What was decided before stays: the next {@link #advance} goes on from it. */
    abstract void giveUp(Waiter waiter);

    abstract T result();

    /** The result came, but nobody takes it any more. */
    abstract void drop(T result);

    /** Whether the time is over: {@link #advance} must not wait again, but may end well. */
    final boolean late() {
        return late;
    }

    /** For the text of the failure. */
    final String lateness() {
        return interrupted ? "interrupted" : crowded ? "too many threads wait" : late ? "timed out" : "no majority";
    }

    /**
     * Goes through with the calling thread.
     *
     * @param graceNanos wait so long before asking whether one may wait
     * @param waits      see {@link ApplicationEvents#waiting}
     */
    final T block(long timeoutNanos, long graceNanos, Supplier<Runnable> waits) {
        long start = parts.now();
        boolean grace = graceNanos > 0;
        Runnable end = null;
        try {
            Waiter w = advance();
            while (w != null) {
                if (!grace && end == null && !late) {
                    end = waits.get();
                    crowded = end == null;
                }
                long left = start + timeoutNanos - parts.now();
                long patience = grace ? Math.min(left, start + graceNanos - parts.now()) : left;
                if (crowded || !await(w, patience)) {
                    if (grace && patience < left && !interrupted) {
                        grace = false;
                        continue;
                    }
                    late = true;
                    giveUp(w);
                }
                w = advance();
            }
            return result();
        } catch (SessionUnavailable e) {
            // What becomes of a change that was sent stays unknown, whyever nobody waits for it.
            throw crowded && e.reason() != Reason.OUTCOME_UNKNOWN
                    ? new SessionUnavailable(Reason.OVERLOADED, e.getMessage(), e) : e;
        } finally {
            if (end != null) {
                end.run();
            }
        }
    }

    /**
     * Goes as far as it comes with the calling thread in that time, for {@link #block} to go on later.
     *
     * @param waits as there; where the thread must not wait it does not
     */
    final void begin(long timeoutNanos, Supplier<Runnable> waits) {
        long start = parts.now();
        Waiter w = advance();
        Runnable end = w == null ? null : waits.get();
        if (end == null) {
            return;
        }
        try {
            while (w != null && await(w, start + timeoutNanos - parts.now())) {
                w = advance();
            }
        } finally {
            end.run();
        }
    }

    private boolean await(Waiter waiter, long nanos) {
        // Somebody may be waiting for what this thread has put off.
        parts.shortTasks().beforeWaiting();
        try {
            return waiter.await(nanos) != null;
        } catch (InterruptedException e) {
            interrupted = true;
            Thread.currentThread().interrupt();
            return false;
        }
    }

    final CompletionStage<T> async(long timeoutNanos, TimerQueue timers, Executor helpers) {
        CompletableFuture<T> end = new CompletableFuture<>();
        Async driver = new Async(end, helpers);
        TimerQueue.Entry limit = timers.after(timeoutNanos, () -> helpers.execute(driver::expire));
        end.whenComplete((r, e) -> {
            limit.cancel();
            if (end.isCancelled()) {
                helpers.execute(driver::expire);
            }
        });
        helpers.execute(driver::go);
        return end;
    }

    private final class Async {
        private final CompletableFuture<T> end;
        private final Executor helpers;
        private Waiter current;
        private boolean over;

        Async(CompletableFuture<T> end, Executor helpers) {
            this.end = end;
            this.helpers = helpers;
        }

        void go() {
            T result;
            synchronized (this) {
                if (over) {
                    return;
                }
                try {
                    Waiter next = advance();
                    if (next != null) {
                        current = next;
                        next.whenDecided(() -> helpers.execute(this::go));
                        if (late || end.isDone()) {
                            expire(); // before this wait began
                        }
                        return;
                    }
                    over = true;
                    result = result();
                } catch (RuntimeException | Error e) { // whatever it is, somebody waits
                    over = true;
                    end.completeExceptionally(e);
                    return;
                }
            }
            if (!end.complete(result)) {
                drop(result);
            }
        }

        /** The time is over, or whoever waited has cancelled. */
        synchronized void expire() {
            late = true;
            if (current != null && !over) {
                // Decides the waiter, which brings go().
                giveUp(current);
            }
        }
    }
}
