package dev.baton.access;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Owners that wait for each other in a circle, found when the last of them begins to wait: an edge leads from an owner
 * to everybody its claim has to wait for, over all tables of the process. The youngest one's claim is refused, so the
 * others go on.
 *
 * @param circle who waits for what, for people
 */
public record Deadlock(String circle) {
    /** More circles than that cannot close with one claim unless others come and go meanwhile. */
    private static final int MAX_CIRCLES = 1_000;

    /** One search at a time, so that of one circle two victims are not chosen. Taken before any table's monitor. */
    private static final Object SEARCH = new Object();

    /** The claim has begun to wait: breaks every circle that this closes. */
    static void breakAll(Claim start) {
        synchronized (SEARCH) {
            for (int i = 0; i < MAX_CIRCLES && start.waiter().outcome() == null; i++) {
                List<Claim> circle = circle(start);
                if (circle.isEmpty()) {
                    return;
                }
                if (!stands(circle)) {
                    continue;
                }
                Claim victim = circle.get(0);
                for (Claim each : circle) {
                    victim = each.owner().youngerThan(victim.owner()) ? each : victim;
                }
                victim.table().refuse(victim, new Deadlock(text(circle)));
            }
        }
    }

    /**
     * Tables are read one after the other, so an owner may have let go of one thing, and begun to wait for another, in
     * between. Now that all owners are known to wait, what stands in somebody's way does not go away any more.
     */
    private static boolean stands(List<Claim> circle) {
        for (int i = 0; i < circle.size(); i++) {
            Claim claim = circle.get(i);
            if (!claim.table().blockers(claim).contains(circle.get((i + 1) % circle.size()).owner())) {
                return false;
            }
        }
        return true;
    }

    /** A shortest one; empty where there is none. */
    private static List<Claim> circle(Claim start) {
        Map<LockOwner, Claim> reachedBy = new IdentityHashMap<>();
        Deque<Claim> ahead = new ArrayDeque<>(List.of(start));
        for (Claim claim = ahead.poll(); claim != null; claim = ahead.poll()) {
            for (LockOwner blocker : claim.table().blockers(claim)) {
                if (blocker == start.owner()) {
                    return back(claim, start, reachedBy);
                }
                if (reachedBy.putIfAbsent(blocker, claim) == null) {
                    ahead.addAll(blocker.waiting());
                }
            }
        }
        return List.of();
    }

    private static List<Claim> back(Claim last, Claim start, Map<LockOwner, Claim> reachedBy) {
        List<Claim> circle = new ArrayList<>(List.of(last));
        while (circle.get(0).owner() != start.owner()) {
            circle.add(0, reachedBy.get(circle.get(0).owner()));
        }
        return circle;
    }

    private static String text(List<Claim> circle) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < circle.size(); i++) {
            Claim claim = circle.get(i);
            text.append(i == 0 ? "" : "; ").append(claim.owner()).append(" waits for ").append(claim)
                    .append(", which is up to ").append(circle.get((i + 1) % circle.size()).owner());
        }
        return text.toString();
    }
}
