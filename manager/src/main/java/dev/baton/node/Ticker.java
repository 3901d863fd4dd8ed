package dev.baton.node;

import dev.baton.protocol.Input;

/** Wakes the core when it wants to be woken. */
final class Ticker {
    private final TimerQueue timers;
    private final EventLoop loop;
    private TimerQueue.Entry set;
    private long dueNanos;

    Ticker(TimerQueue timers, EventLoop loop) {
        this.timers = timers;
        this.loop = loop;
    }

    /** A later time than the one set needs no new timer: the core is woken early once and says again. */
    synchronized void wakeAt(long nanos) {
        if (nanos == Long.MAX_VALUE || set != null && dueNanos <= nanos) {
            return;
        }
        if (set != null) {
            set.cancel();
        }
        dueNanos = nanos;
        set = timers.at(nanos, this::tick);
    }

    private void tick() {
        synchronized (this) {
            set = null;
        }
        loop.give(new Input.Tick());
        loop.run();
    }
}
