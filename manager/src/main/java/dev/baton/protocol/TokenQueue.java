package dev.baton.protocol;

import dev.baton.model.NodeId;
import dev.baton.model.Stamp;
import java.util.ArrayList;
import java.util.List;

/** The processes that wait for one session's token, in the order they came. */
final class TokenQueue {
    record Waiter(NodeId process, long rid, Stamp cached) {}

    private final List<Waiter> waiters = new ArrayList<>();
    /** When the holder was last asked; {@link Long#MIN_VALUE}: not yet. */
    long revokedNanos = Long.MIN_VALUE;
    int revocations;

    /** A process waits once: a higher request number takes its former place, a lower one is late. */
    void add(Waiter waiter) {
        for (int i = 0; i < waiters.size(); i++) {
            if (waiters.get(i).process().equals(waiter.process())) {
                if (waiters.get(i).rid() < waiter.rid()) {
                    waiters.set(i, waiter);
                }
                return;
            }
        }
        waiters.add(waiter);
    }

    void cancel(NodeId process, long rid) {
        waiters.removeIf(w -> w.process().equals(process) && w.rid() <= rid);
    }

    Waiter poll(Guards guards) {
        return waiters.isEmpty() ? null : waiters.remove(guards.nextWaiter(waiters.size()));
    }

    List<Waiter> waiters() {
        return waiters;
    }

    boolean isEmpty() {
        return waiters.isEmpty();
    }

    int size() {
        return waiters.size();
    }
}
