package dev.baton.node;

import java.util.concurrent.atomic.AtomicLong;

/** Stands still until the test moves it. */
final class ManualClock implements Clock {
    private final AtomicLong now;

    ManualClock(long nanos) {
        now = new AtomicLong(nanos);
    }

    void set(long nanos) {
        now.set(nanos);
    }

    void move(long nanos) {
        now.addAndGet(nanos);
    }

    @Override
    public long nanos() {
        return now.get();
    }

    @Override
    public long wallMillis() {
        return 0;
    }
}
