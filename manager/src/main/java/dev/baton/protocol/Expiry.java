package dev.baton.protocol;

import dev.baton.model.Member;
import dev.baton.model.NodeId;
import dev.baton.model.SessionKey;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The primary's decision that sessions have been idle for too long, by ages on its own monotonic clock. A held session
 * is asked back first, since its holder may be using it; then the token goes to one member that has the application,
 * which runs the destroyed listeners and destroys it. Old tombstones go the same round, and deltas of idle sessions.
 */
final class Expiry {
    private static final int MAX_PER_SWEEP = 1_000;
    /** Whoever comes to a session after that gets its image. */
    private static final long RECENT_NANOS = TimeUnit.MINUTES.toNanos(1);

    private Expiry() {
    }

    /** @param sweptSeq number of the last change when this was done before */
    static void sweep(Step step, Directory directory, PrimarySegment segment, long promotedNanos, long sweptSeq) {
        List<SessionKey> purged = new ArrayList<>();
        boolean settled = segment.replication.everywhere(sweptSeq);
        int budget = MAX_PER_SWEEP;
        for (SessionKey key : new ArrayList<>(segment.copy.keys())) {
            StoredSession s = segment.copy.get(key);
            long idle = step.now - segment.copy.lastAccess(key, step.now);
            if (s.tombstone()) {
                if (settled && idle > step.settings.tombstoneNanos()) {
                    purged.add(key);
                }
            } else if (budget > 0 && expired(s, idle, step.now - promotedNanos)) {
                budget--;
                expire(directory, segment, key, s);
            } else if (idle > RECENT_NANOS) {
                segment.requests.forgetRecent(key);
            }
        }
        if (!purged.isEmpty()) {
            segment.replication.append(new Change.Purged(purged));
        }
    }

    /** How often accesses are reported: a twentieth of the interval, at least five seconds. */
    static long touchNanos(int maxInactiveSeconds) {
        return Math.max(TimeUnit.SECONDS.toNanos(5), TimeUnit.SECONDS.toNanos(maxInactiveSeconds) / 20);
    }

    /** One interval of touches is granted to accesses under way, and to what a former primary may not have passed on. */
    private static boolean expired(StoredSession s, long idleNanos, long primaryForNanos) {
        int seconds = s.image().meta().maxInactiveSeconds();
        return seconds > 0 && idleNanos > TimeUnit.SECONDS.toNanos(seconds) + touchNanos(seconds)
                && primaryForNanos > touchNanos(seconds);
    }

    private static void expire(Directory directory, PrimarySegment segment, SessionKey key, StoredSession s) {
        if (s.expiring()) {
            segment.requests.repeatExpiry(key, s);
            return;
        }
        if (s.holder() != null) {
            segment.requests.revokeIdle(key, s);
            return;
        }
        NodeId runner = runner(directory, key);
        if (runner == null) {
            segment.requests.bury(key, s);
        } else {
            segment.requests.grantForExpiry(key, runner);
        }
    }

    private static NodeId runner(Directory directory, SessionKey key) {
        for (Member m : directory.effective.members()) {
            Message.Hello hello = directory.hello(m.node());
            if (hello != null && hello.apps().stream().anyMatch(a -> a.hash() == key.application())) {
                return m.node();
            }
        }
        return null;
    }
}
