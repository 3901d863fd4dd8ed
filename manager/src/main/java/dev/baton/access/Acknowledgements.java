package dev.baton.access;

import java.util.ArrayList;
import java.util.List;

/**
 * Up to which version the changes of a copy are durable, and who waits for more. At most one waiter per stay inside,
 * which bounds it.
 */
final class Acknowledgements {
    private record Wait(long version, Waiter waiter) {}

    private final List<Wait> waits = new ArrayList<>();
    private volatile long durable;
    private Object failure;

    Acknowledgements(long durable) {
        this.durable = durable;
    }

    /** A waiter that is admitted once that version is durable; refused with the reason where that cannot be known. */
    Waiter until(long version) {
        Waiter waiter = new Waiter();
        Object failed;
        synchronized (waits) {
            if (durable < version && failure == null) {
                waits.add(new Wait(version, waiter));
                return waiter;
            }
            failed = durable >= version ? null : failure;
        }
        waiter.decide(failed == null ? Waiter.Outcome.ADMITTED : new Waiter.Outcome(TokenGate.NO_PASS, failed));
        return waiter;
    }

    boolean has(long version) {
        return durable >= version;
    }

    void cancel(Waiter waiter) {
        waiter.cancel();
        synchronized (waits) {
            waits.removeIf(w -> w.waiter == waiter);
        }
    }

    void advance(long version) {
        List<Waiter> ready = new ArrayList<>();
        synchronized (waits) {
            durable = Math.max(durable, version);
            waits.removeIf(w -> w.version <= durable && ready.add(w.waiter));
        }
        Waiter.Outcome done = Waiter.Outcome.ADMITTED;
        ready.forEach(w -> w.decide(done));
    }

    /** Nothing more will become durable. What is durable stays so. */
    void fail(Object reason) {
        List<Waiter> all = new ArrayList<>();
        synchronized (waits) {
            if (failure == null) {
                failure = reason;
            }
            waits.removeIf(w -> all.add(w.waiter));
        }
        Waiter.Outcome failed = new Waiter.Outcome(TokenGate.NO_PASS, reason);
        all.forEach(w -> w.decide(failed));
    }
}
