package dev.baton.node;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Runs actions when their time has come, on one daemon thread. Actions must be short and must not block. Without
 * {@link #start} there is no thread, and {@link #runDue} runs what is due, for whoever moves the time himself.
 */
final class TimerQueue {
    private final Clock clock;
    private final Consumer<Throwable> failed;
    private final PriorityQueue<Entry> entries = new PriorityQueue<>(
            Comparator.comparingLong((Entry e) -> e.dueNanos).thenComparingLong(e -> e.number));
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition earlier = lock.newCondition();
    /** Held by whoever runs actions. */
    private final ReentrantLock running = new ReentrantLock();
    private long numbers;
    private Thread thread;
    private boolean stopped;

    /** An action that can be called off. */
    final class Entry {
        private final long dueNanos;
        private final long number;
        private final Runnable action;

        private Entry(long dueNanos, long number, Runnable action) {
            this.dueNanos = dueNanos;
            this.number = number;
            this.action = action;
        }

        void cancel() {
            lock.lock();
            try {
                entries.remove(this);
            } finally {
                lock.unlock();
            }
        }
    }

    /**
     * Work that is done again and again, one round after the other: each begins so long after the one before began, or
     * where that one took longer, when it has ended. Of a round that throws the queue's owner is told, as of an action,
     * and the next one comes all the same. Any threads.
     */
    final class Rounds {
        private final long everyNanos;
        private final Executor thread;
        private final Runnable round;
        private volatile Entry next;
        private volatile boolean stopped;

        private Rounds(long everyNanos, Executor thread, Runnable round) {
            this.everyNanos = everyNanos;
            this.thread = thread;
            this.round = round;
        }

        /** The first round begins after that time. To be called once. */
        void start() {
            arm(clock.nanos());
        }

        private void arm(long lastNanos) {
            next = at(lastNanos + everyNanos, this::begin);
            if (stopped) {
                next.cancel();
            }
        }

        private void begin() {
            long beganNanos = clock.nanos();
            try {
                thread.execute(() -> run(beganNanos));
            } catch (RejectedExecutionException late) {
                stopped = true;
            } catch (OutOfMemoryError noThread) { // there may be one again by the next time
                arm(beganNanos);
                throw noThread;
            }
        }

        private void run(long beganNanos) {
            try {
                if (!stopped) {
                    round.run();
                }
            } catch (Throwable e) {
                tell(e);
            } finally {
                arm(beganNanos);
            }
        }

        /** No further round begins, and the queue knows of the work no more. One that has begun goes on. */
        void stop() {
            stopped = true;
            Entry armed = next;
            if (armed != null) {
                armed.cancel();
            }
        }
    }

    /** @param failed told of an action that threw; the others go on */
    TimerQueue(Clock clock, Consumer<Throwable> failed) {
        this.clock = clock;
        this.failed = failed;
    }

    void start(NodeThreads threads) {
        lock.lock();
        try {
            thread = threads.daemon("timer", this::loop);
        } finally {
            lock.unlock();
        }
    }

    /** Runs the action once, not before that time of the clock; never, where the queue is stopped before. */
    Entry at(long dueNanos, Runnable action) {
        lock.lock();
        try {
            Entry entry = new Entry(dueNanos, numbers++, action);
            if (!stopped) {
                entries.add(entry);
                if (entries.peek() == entry) {
                    earlier.signal();
                }
            }
            return entry;
        } finally {
            lock.unlock();
        }
    }

    Entry after(long delayNanos, Runnable action) {
        return at(clock.nanos() + delayNanos, action);
    }

    /**
     * Work to be done again and again, once it is {@linkplain Rounds#start started}.
     *
     * @param thread runs the rounds; they stop where it takes no more
     */
    Rounds rounds(long everyNanos, Executor thread, Runnable round) {
        return new Rounds(everyNanos, thread, round);
    }

    /**
     * Runs what is due now; what becomes due by that is left to the next call. Has been run when this returns, by
     * whomever.
     */
    void runDue() {
        running.lock();
        try {
            run(takeDue());
        } finally {
            running.unlock();
        }
    }

    private List<Entry> takeDue() {
        List<Entry> due = new ArrayList<>();
        lock.lock();
        try {
            long now = clock.nanos();
            while (!entries.isEmpty() && entries.peek().dueNanos <= now) {
                due.add(entries.poll());
            }
            return due;
        } finally {
            lock.unlock();
        }
    }

    private void run(List<Entry> due) {
        for (Entry e : due) {
            try {
                e.action.run();
            } catch (Throwable ex) { // a thread that cannot be started, too: this one is the node's only
                tell(ex);
            }
        }
    }

    /** Must not throw: there may be no memory to say that there is none. */
    private void tell(Throwable failure) {
        try {
            failed.accept(failure);
        } catch (Throwable untold) {
            // The actions go on.
        }
    }

    private void loop() {
        while (awaitDue()) {
            runDue();
        }
    }

    private boolean awaitDue() {
        lock.lock();
        try {
            while (!stopped) {
                long wait = entries.isEmpty() ? TimeUnit.HOURS.toNanos(1) : entries.peek().dueNanos - clock.nanos();
                if (wait <= 0) {
                    return true;
                }
                earlier.awaitNanos(wait);
            }
            return false;
        } catch (InterruptedException e) {
            return false;
        } finally {
            lock.unlock();
        }
    }

    void stop() {
        Thread running;
        lock.lock();
        try {
            stopped = true;
            entries.clear();
            earlier.signal();
            running = thread;
        } finally {
            lock.unlock();
        }
        if (running != null && running != Thread.currentThread()) {
            NodeThreads.join(running);
        }
    }
}
