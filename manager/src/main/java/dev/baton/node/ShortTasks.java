package dev.baton.node;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Tasks that are short mostly, done one after the other by few threads: to wake a thread for each, and to put it to sleep
 * again, costs more than a short task does. What they commit goes to the loop together, so that it shares messages.
 *
 * <p>Others must not wait for tasks that turn out to be long. One that is long already holds up nobody who comes then;
 * who waits behind one gets a thread of his own after two ticks, and where tasks are long on the average all do, for a
 * while. Any threads.
 */
final class ShortTasks {
    /** Tasks done before what they committed goes to the loop; so many waiting are worth another thread. */
    static final int SWEEP = 8;
    /** A task that takes longer is not short. */
    static final long SHORT_NANOS = TimeUnit.MICROSECONDS.toNanos(300);
    /** One that takes longer is hardly a short one that is kept from the processor. */
    static final long LONG_NANOS = TimeUnit.MILLISECONDS.toNanos(4);
    /** A task counts as no longer than that: now and then one is kept from the processor. */
    private static final long MOST_COUNTED_NANOS = 4 * SHORT_NANOS;
    static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();
    /** How often a thread looks again before it goes: the answers that bring the next tasks may just be arriving. */
    private static final int LINGER = 2;
    /** Tasks that the average is about. */
    private static final int AVERAGED = 32;

    private final Clock clock;
    private final TimerQueue timers;
    private final Executor helpers;
    private final Runnable loop;
    private final ConcurrentLinkedQueue<Task> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger size = new AtomicInteger();
    private final Set<Sweep> sweeps = ConcurrentHashMap.newKeySet();
    /** Sweeps that are not over, and those about to begin. */
    private final AtomicInteger active = new AtomicInteger();
    private final AtomicBoolean armed = new AtomicBoolean();
    private final ThreadLocal<Sweep> here = new ThreadLocal<>();
    /** Two threads may change it at the same time; then one of two tasks counts. */
    private volatile long averageNanos;
    private volatile long pausedUntilNanos;
    private volatile boolean closed;

    private record Task(Executor threads, Runnable action, Runnable refused) {
        void alone() {
            try {
                threads.execute(action);
            } catch (RejectedExecutionException e) {
                refused.run();
            }
        }
    }

    /** @param loop works off what was committed */
    ShortTasks(Clock clock, TimerQueue timers, Executor helpers, Runnable loop) {
        this.clock = clock;
        this.timers = timers;
        this.helpers = helpers;
        this.loop = loop;
        this.pausedUntilNanos = clock.nanos();
    }

    /** One thread at work. In {@link #sweeps} until it is over. */
    private final class Sweep implements Runnable {
        final AtomicBoolean over = new AtomicBoolean();
        volatile long startedNanos = clock.nanos();
        /** Tasks done; written by its thread. */
        volatile int done;
        volatile boolean deferred;
        /** By the timer's thread. */
        int doneAtTick = -1;

        @Override
        public void run() {
            Sweep sweep = this;
            while (sweep != null) {
                here.set(sweep);
                try {
                    sweep.work();
                } catch (RuntimeException | Error e) {
                    end(sweep);
                    spread();
                    throw e;
                } finally {
                    here.remove();
                    sweep.pass();
                }
                end(sweep);
                sweep = waiting.isEmpty() ? null : begin();
            }
        }

        private void work() {
            int unsent = 0;
            for (int looks = 0; looks <= LINGER && !over.get(); ) {
                Task task = poll();
                if (task == null) {
                    looks++;
                    Thread.yield();
                    continue;
                }
                looks = 0;
                // Whatever was to be interrupted is over.
                Thread.interrupted();
                startedNanos = clock.nanos();
                try {
                    task.action.run();
                } finally {
                    done++;
                }
                took(clock.nanos() - startedNanos);
                if (++unsent == SWEEP || size.get() == 0) {
                    pass();
                    unsent = 0;
                }
            }
        }

        /** What was committed in this thread goes. */
        void pass() {
            if (deferred) {
                deferred = false;
                loop.run();
            }
        }
    }

    /**
     * Runs the action soon, once: in a thread of the executor, or in that of another task.
     *
     * @param refused instead, where the executor takes no more
     */
    void add(Executor threads, Runnable action, Runnable refused) {
        Task task = new Task(threads, action, refused);
        long now = clock.nanos();
        if (closed || now - pausedUntilNanos < 0 || onlyLong(now)) {
            task.alone();
            return;
        }
        size.incrementAndGet();
        waiting.add(task);
        Sweep sweep = begin();
        if (sweep == null) {
            arm();
        } else {
            try {
                threads.execute(sweep);
            } catch (RejectedExecutionException e) {
                end(sweep);
                spread();
            }
        }
        if (closed) {
            spread();
        }
    }

    private boolean onlyLong(long now) {
        boolean any = false;
        for (Sweep sweep : sweeps) {
            if (now - sweep.startedNanos <= LONG_NANOS) {
                return false;
            }
            any = true;
        }
        return any;
    }

    /** Null where there are enough. */
    private Sweep begin() {
        int enough = Math.min(PROCESSORS, 1 + size.get() / SWEEP);
        for (int now = active.get(); now < enough; now = active.get()) {
            if (active.compareAndSet(now, now + 1)) {
                Sweep sweep = new Sweep();
                sweeps.add(sweep);
                return sweep;
            }
        }
        return null;
    }

    private void end(Sweep sweep) {
        if (sweep.over.compareAndSet(false, true)) {
            sweeps.remove(sweep);
            active.decrementAndGet();
        }
    }

    private Task poll() {
        Task task = waiting.poll();
        if (task != null) {
            size.decrementAndGet();
        }
        return task;
    }

    /** Who waits gets a thread of his own. */
    private void spread() {
        for (Task task; (task = poll()) != null; ) {
            task.alone();
        }
    }

    private void took(long nanos) {
        long average = averageNanos + (Math.min(nanos, MOST_COUNTED_NANOS) - averageNanos) / AVERAGED;
        averageNanos = average;
        if (average > SHORT_NANOS) {
            averageNanos = 0;
            pausedUntilNanos = clock.nanos() + PAUSE_NANOS;
            spread();
        }
    }

    /**
     * Whether the loop need not be run for what the calling thread has given it just now: others of its tasks follow,
     * and it will be.
     */
    boolean defers() {
        Sweep sweep = here.get();
        if (sweep == null || size.get() == 0) {
            return false;
        }
        sweep.deferred = true;
        arm();
        return true;
    }

    /** Before the calling thread waits for anything: what it has deferred goes. */
    void beforeWaiting() {
        Sweep sweep = here.get();
        if (sweep != null) {
            sweep.pass();
        }
    }

    private void arm() {
        if (!armed.get() && armed.compareAndSet(false, true)) {
            timers.after(TICK_NANOS, this::tick);
        }
    }

    private void tick() {
        try {
            for (Sweep sweep : sweeps) {
                if (sweep.done != sweep.doneAtTick) {
                    sweep.doneAtTick = sweep.done;
                } else if (size.get() > 0 || sweep.deferred) {
                    end(sweep);
                    spread();
                    helpers.execute(loop);
                }
            }
        } finally {
            armed.set(false);
            if (active.get() > 0) {
                arm();
            }
        }
    }

    /** There are no more ticks: from now on every task has a thread of its own. */
    void close() {
        closed = true;
        spread();
    }
}
