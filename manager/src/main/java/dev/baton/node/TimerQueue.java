package dev.baton.node;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
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
                failed.accept(ex);
            }
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
