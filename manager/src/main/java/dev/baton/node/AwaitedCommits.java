package dev.baton.node;

import dev.baton.access.AccessLog;
import dev.baton.access.Waiter;
import dev.baton.node.SessionUnavailable.Reason;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Changes whose acknowledgement no thread waits for. One sweep for all ends those that are overdue: a timer for each
 * would cost more than the acknowledgement. Any threads.
 */
final class AwaitedCommits {
    /** How much later than asked for a wait may end. */
    private static final long ROUND_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final Clock clock;
    private final TimerQueue timers;
    private final Executor helpers;
    private final Set<Commit> open = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean armed = new AtomicBoolean();
    private volatile boolean closed;

    AwaitedCommits(Clock clock, TimerQueue timers, Executor helpers) {
        this.clock = clock;
        this.timers = timers;
        this.helpers = helpers;
    }

    /** In {@link #open} until it has told its end. */
    private final class Commit implements Runnable {
        final AccessLog access;
        final Durability way;
        /** Null where no acknowledgement is waited for. */
        final Waiter waiter;
        final long dueNanos;
        final Consumer<SessionUnavailable> end;

        Commit(AccessLog access, Durability way, Waiter waiter, long dueNanos, Consumer<SessionUnavailable> end) {
            this.access = access;
            this.way = way;
            this.waiter = waiter;
            this.dueNanos = dueNanos;
            this.end = end;
        }

        /** The waiter is decided. What is left of the way, rarely anything, helpers go. */
        @Override
        public void run() {
            if (way.reached()) {
                end(null);
                return;
            }
            way.async(Math.max(0, dueNanos - clock.nanos()), timers, helpers).whenComplete((nothing, e) ->
                    end(e == null ? null : e instanceof SessionUnavailable why ? why : unknown(e.toString(), e)));
        }

        void end(SessionUnavailable why) {
            if (open.remove(this)) {
                end.accept(why);
            }
        }
    }

    /**
     * See {@link Application#whenDurable}.
     *
     * @param acknowledgement decided when there is one, or never will be; null where none is waited for
     */
    void await(AccessLog access, Durability way, Waiter acknowledgement, long timeoutNanos,
               Consumer<SessionUnavailable> end) {
        Commit commit = new Commit(access, way, acknowledgement, clock.nanos() + timeoutNanos, end);
        open.add(commit);
        if (closed) {
            commit.end(stopped());
        } else if (acknowledgement == null) {
            commit.run();
        } else {
            arm();
            acknowledgement.whenDecided(commit);
        }
    }

    private static SessionUnavailable stopped() {
        return unknown("the node stops", null);
    }

    private static SessionUnavailable unknown(String reason, Throwable cause) {
        return new SessionUnavailable(Reason.OUTCOME_UNKNOWN, "a change was not acknowledged (" + reason
                + "): it may be durable or not", cause);
    }

    private void arm() {
        if (!armed.get() && armed.compareAndSet(false, true)) {
            timers.after(ROUND_NANOS, this::sweep);
        }
    }

    private void sweep() {
        long now = clock.nanos();
        for (Commit commit : open) {
            if (commit.waiter != null && commit.dueNanos - now <= 0) {
                // Decides the waiter, if it was not, which brings run().
                commit.access.cancelDurable(commit.waiter);
            }
        }
        armed.set(false);
        if (!open.isEmpty()) {
            arm();
        }
    }

    /** The node stops: nothing is acknowledged any more. */
    void close() {
        closed = true;
        open.forEach(commit -> commit.end(stopped()));
    }
}
