package dev.baton.node;

import dev.baton.model.Member;
import dev.baton.model.NodeId;
import dev.baton.model.Topology;
import dev.baton.protocol.Effect;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** Where this node stands in the cluster, for those who wait for it; what it takes over is told to people. */
final class Membership {
    /** A crash freezes the others for as long as its proof takes; a wait that may end by that goes on so long. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final NodeId self;
    private final Clock clock;
    private final NodeEvents events;
    private final CompletableFuture<Void> joined = new CompletableFuture<>();
    private final CompletableFuture<Void> left = new CompletableFuture<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition returned = lock.newCondition();
    private volatile Topology effective;
    private volatile boolean frozen;
    private volatile long frozenSinceNanos;

    Membership(NodeId self, Clock clock, NodeEvents events) {
        this.self = self;
        this.clock = clock;
        this.events = events;
    }

    /**
     * One call at a time.
     *
     * @param table    null before the first one, where no node in sight stores sessions
     * @param isFrozen no majority, nothing is served
     */
    void changed(Topology table, boolean isFrozen) {
        Topology before = effective;
        effective = table;
        if (isFrozen && !frozen) {
            frozenSinceNanos = clock.nanos();
        }
        frozen = isFrozen;
        if (listed() && !isFrozen) {
            joined.complete(null);
        }
        tell(before, table);
    }

    private void tell(Topology before, Topology now) {
        if (before != null && now != null) {
            for (Member member : before.members()) {
                int taken = now.member(member.node()) == null ? takenOver(member.node(), before, now) : 0;
                if (taken > 0) {
                    events.note(Effect.Level.INFO, "this node takes over " + taken + " segments of "
                            + member.node().name(), null);
                }
            }
        }
    }

    private int takenOver(NodeId gone, Topology before, Topology now) {
        int taken = 0;
        for (int s = 0; s < Topology.SEGMENTS; s++) {
            if (gone.equals(before.segment(s).primary()) && self.equals(now.segment(s).primary())) {
                taken++;
            }
        }
        return taken;
    }

    void refused(String text) {
        joined.completeExceptionally(new ClusterRefused(text));
    }

    void broken(Throwable cause) {
        joined.completeExceptionally(cause);
        left.complete(null);
    }

    void left() {
        left.complete(null);
    }

    CompletableFuture<Void> joined() {
        return joined;
    }

    CompletableFuture<Void> whenLeft() {
        return left;
    }

    Topology effective() {
        return effective;
    }

    boolean listed() {
        Topology table = effective;
        return table != null && table.member(self) != null;
    }

    boolean serving() {
        return listed() && !frozen;
    }

    /** Whether there is no table yet because nobody in sight stores sessions. */
    boolean waitsForStore() {
        return frozen && effective == null;
    }

    /** Whether no majority has been in sight for a while: who waits for it need not go on. */
    boolean cutOff() {
        return frozen && clock.nanos() - frozenSinceNanos > PATIENCE_NANOS;
    }

    void tokenReturned() {
        lock.lock();
        try {
            returned.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the condition holds, looking again whenever a token went back; false after the time-out. */
    boolean awaitReturned(BooleanSupplier done, long timeoutNanos) {
        long left = timeoutNanos;
        lock.lock();
        try {
            while (!done.getAsBoolean()) {
                if (left <= 0) {
                    return false;
                }
                // A little at a time: what the condition looks at may also change without a token coming back.
                long step = Math.min(left, TimeUnit.MILLISECONDS.toNanos(50));
                left -= step - Math.max(0, returned.awaitNanos(step));
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }
}
