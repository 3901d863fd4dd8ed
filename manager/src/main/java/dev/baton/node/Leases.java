package dev.baton.node;

import dev.baton.access.Waiter;
import dev.baton.model.SessionKey;
import dev.baton.protocol.Denial;
import dev.baton.protocol.Input;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/** Until when this process may serve, by segment, and who waits for that. */
final class Leases {
    private static final long[] NOTHING = {};
    /** The core asks a node that does not answer again after an eighth of a second. */
    private static final long ASK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(150);
    private static final int MAX_WAITS = 10_000;

    private record Wait(int segment, Waiter waiter) {}

    private final Clock clock;
    private final EventLoop loop;
    private final TimerQueue timers;
    private final Membership membership;
    private final List<Wait> waits = new ArrayList<>();
    private boolean asking;
    private volatile long[] untilNanos = NOTHING;
    private volatile boolean ended;

    Leases(Clock clock, EventLoop loop, TimerQueue timers, Membership membership) {
        this.clock = clock;
        this.loop = loop;
        this.timers = timers;
        this.membership = membership;
    }

    /** Whether sessions of that segment may be served at this moment: one volatile read and the clock. */
    boolean valid(int segment) {
        long[] until = untilNanos;
        return until.length > segment && clock.nanos() < until[segment];
    }

    /** Whether nobody need wait for a lease: this node is cut off from the majority, and not just for a moment. */
    boolean hopeless() {
        return ended || membership.cutOff();
    }

    /** @throws SessionUnavailable where there will be no lease any more, since the node has come to its end */
    void mustRun(SessionKey key) {
        if (ended) {
            throw new Refusal(Denial.NOT_A_MEMBER, null).of(key);
        }
    }

    /** A waiter that ends once the lease is valid, or {@link #hopeless}; null where too many wait. */
    Waiter await(int segment) {
        Waiter waiter = new Waiter();
        synchronized (waits) {
            if (waits.size() >= MAX_WAITS) {
                return null;
            }
            waits.add(new Wait(segment, waiter));
        }
        if (hopeless() || valid(segment)) {
            wake();
        } else {
            ask();
        }
        return waiter;
    }

    void cancel(Waiter waiter) {
        synchronized (waits) {
            waits.removeIf(w -> w.waiter() == waiter);
        }
        waiter.cancel();
    }

    /** The core says until when. */
    void update(long[] until) {
        synchronized (waits) {
            untilNanos = ended ? NOTHING : until;
        }
        wake();
    }

    /** The node is out of the cluster: nothing may be served, and nobody waits. */
    void end() {
        ended = true;
        update(NOTHING);
    }

    private void wake() {
        List<Waiter> ready = new ArrayList<>();
        synchronized (waits) {
            waits.removeIf(w -> (hopeless() || valid(w.segment())) && ready.add(w.waiter()));
        }
        ready.forEach(Waiter::admit);
    }

    /** One question per segment, repeated while anybody waits: the answer may have been lost, or come too late. */
    private void ask() {
        TreeSet<Integer> segments = new TreeSet<>();
        boolean again;
        synchronized (waits) {
            waits.forEach(w -> segments.add(w.segment()));
            again = !segments.isEmpty() && !asking;
            asking |= again;
        }
        for (int segment : segments) {
            loop.offer(new Input.ConfirmLease(segment));
        }
        if (again) {
            timers.after(ASK_AGAIN_NANOS, () -> {
                synchronized (waits) {
                    asking = false;
                }
                wake();
                ask();
            });
        }
        loop.run();
    }
}
