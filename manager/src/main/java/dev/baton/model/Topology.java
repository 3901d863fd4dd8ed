package dev.baton.model;

import java.util.List;

/**
 * The segment table: who is a member, and who owns each segment. Immutable.
 *
 * @param number        its place in the total order
 * @param lineage       epochs of the steps that went on without a majority (lostAfter, forget, all others dead), in
 *                      order; of two tables where neither {@link #continues} the other, both sides went on
 * @param members       all members, in order of joining
 * @param previousSeats seats of the table before this one, which must also agree by majority
 * @param segments      {@value #SEGMENTS} entries
 */
public record Topology(TableNumber number, List<Epoch> lineage, List<Member> members, List<NodeId> previousSeats,
                       List<SegmentEntry> segments) {
    /** Fixed for the life of a cluster. */
    public static final int SEGMENTS = 256;

    public Topology {
        lineage = List.copyOf(lineage);
        members = List.copyOf(members);
        previousSeats = List.copyOf(previousSeats);
        segments = List.copyOf(segments);
        if (segments.size() != SEGMENTS) {
            throw new IllegalArgumentException("a table has " + SEGMENTS + " segments, not " + segments.size());
        }
    }

    public SegmentEntry segment(int index) {
        return segments.get(index);
    }

    /** The member with exactly this life, or null. */
    public Member member(NodeId node) {
        for (Member m : members) {
            if (m.node().equals(node)) {
                return m;
            }
        }
        return null;
    }

    /** The nodes whose majority decides. */
    public List<NodeId> seats() {
        return members.stream().filter(Member::store).map(Member::node).toList();
    }

    public Topology withNumber(TableNumber other) {
        return new Topology(other, lineage, members, previousSeats, segments);
    }

    /**
     * True where this table was made from {@code other} or by the same steps. Whoever took such a step did not know of
     * tables of later epochs that lack it: their side went on as well.
     */
    public boolean continues(Topology other) {
        int shared = other.lineage.size();
        return lineage.size() >= shared && lineage.subList(0, shared).equals(other.lineage)
                && (lineage.size() == shared || other.number.epoch().compareTo(lineage.get(shared)) <= 0);
    }

    @Override
    public String toString() {
        return "T" + number + members.stream().map(m -> m.node() + (m.leaving() ? "(leaving)" : "")).toList();
    }
}
