package dev.baton.protocol;

import dev.baton.model.Member;
import dev.baton.model.NodeId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Who should own a segment: rendezvous hashing (Thaler, Ravishankar: A name-based mapping scheme for rendezvous, 1996),
 * so that a join or leave moves as little as possible; backups stand as far from the copies chosen before them as the
 * known locations allow. A pure function of segment, candidates and number.
 */
final class Placement {
    private Placement() {
    }

    /** The first is the primary. Fewer than {@code copies} where there are fewer candidates. */
    static List<NodeId> owners(int segment, List<Member> candidates, int copies) {
        List<Member> ranked = new ArrayList<>(candidates);
        ranked.sort(Comparator.comparingLong((Member m) -> score(segment, m.node())).reversed()
                .thenComparing(Member::node));
        List<Member> chosen = new ArrayList<>();
        while (chosen.size() < copies && !ranked.isEmpty()) {
            Member best = null;
            int bestDistance = -1;
            for (Member m : ranked) {
                int distance = distance(m, chosen);
                if (distance > bestDistance) {
                    best = m;
                    bestDistance = distance;
                }
            }
            ranked.remove(best);
            chosen.add(best);
        }
        return chosen.stream().map(Member::node).toList();
    }

    private static int distance(Member candidate, List<Member> chosen) {
        int least = Integer.MAX_VALUE;
        for (Member c : chosen) {
            least = Math.min(least, candidate.location().distance(c.location()));
        }
        return least;
    }

    /** By name: a restarted node gets its segments back. Positive, so that the order is that of unsigned numbers. */
    private static long score(int segment, NodeId node) {
        long z = segment * 0x9e3779b97f4a7c15L;
        for (int i = 0; i < node.name().length(); i++) {
            z = (z ^ node.name().charAt(i)) * 0x100000001b3L;
            z ^= z >>> 29;
        }
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return (z ^ (z >>> 31)) >>> 1;
    }
}
