package dev.baton.access;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Up to which version the changes of a copy are durable, and who waits for more. At most one waiter per stay inside,
 * which bounds it.
 */
final class Acknowledgements {
    private record Wait(long version, Waiter waiter) {}

    /** Empty and immutable while nobody waits. Guarded by the monitor. */
    private List<Wait> waits = List.of();
    private volatile long durable;
    private Object failure;

    Acknowledgements(long durable) {
        this.durable = durable;
    }

    /** A waiter that is admitted once that version is durable; refused with the reason where that cannot be known. */
    Waiter until(long version) {
        Waiter waiter = new Waiter();
        Object failed;
        synchronized (this) {
            if (durable < version && failure == null) {
                if (waits.isEmpty()) {
                    waits = new ArrayList<>(2);
                }
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
        synchronized (this) {
            take(w -> w.waiter == waiter);
        }
    }

    void advance(long version) {
        List<Waiter> ready;
        synchronized (this) {
            durable = Math.max(durable, version);
            ready = take(w -> w.version <= durable);
        }
        Waiter.Outcome done = Waiter.Outcome.ADMITTED;
        ready.forEach(w -> w.decide(done));
    }

    /** Nothing more will become durable. What is durable stays so. */
    void fail(Object reason) {
        List<Waiter> all;
        synchronized (this) {
            if (failure == null) {
                failure = reason;
            }
            all = take(w -> true);
        }
        Waiter.Outcome failed = new Waiter.Outcome(TokenGate.NO_PASS, reason);
        all.forEach(w -> w.decide(failed));
    }

    private List<Waiter> take(Predicate<Wait> which) {
        if (waits.isEmpty()) {
            return List.of();
        }
        List<Waiter> taken = new ArrayList<>();
        waits.removeIf(w -> which.test(w) && taken.add(w.waiter));
        if (waits.isEmpty()) {
            waits = List.of();
        }
        return taken;
    }
}
