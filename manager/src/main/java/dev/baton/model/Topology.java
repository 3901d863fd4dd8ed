package dev.baton.model;

import java.util.ArrayList;
import java.util.List;

/**
 * The segment table: who is a member, and who owns each segment. Immutable.
 *
 * @param number        its place in the total order
 * @param lineage       the founding, and the last {@value #STEPS} steps that went on without a majority, in order; of
 *                      two tables where neither {@link #continues} the other, both sides went on
 * @param members       all members, in order of joining
 * @param previousSeats seats of the table before this one, which must also agree by majority
 * @param segments      {@value #SEGMENTS} entries
 */
public record Topology(TableNumber number, List<Branch> lineage, List<Member> members, List<NodeId> previousSeats,
                       List<SegmentEntry> segments) {
    /** Fixed for the life of a cluster. */
    public static final int SEGMENTS = 256;
    /**
     * Steps without a majority that a table remembers. Each takes about 40 bytes, and a cluster that loses its majority
     * every night would gather them for ever. Whoever was away for longer than so many is simply behind.
     */
    public static final int STEPS = 8;

    public Topology {
        lineage = List.copyOf(lineage);
        members = List.copyOf(members);
        previousSeats = List.copyOf(previousSeats);
        segments = List.copyOf(segments);
        if (segments.size() != SEGMENTS) {
            throw new IllegalArgumentException("a table has " + SEGMENTS + " segments, not " + segments.size());
        }
        if (lineage.isEmpty() || lineage.size() > 1 + STEPS) {
            throw new IllegalArgumentException("a table has a founding and up to " + STEPS + " steps, not " + lineage);
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

    public Topology withSegments(List<SegmentEntry> others) {
        return new Topology(number, lineage, members, previousSeats, others);
    }

    /** This table as the first one after a step without a majority. */
    public Topology branched(Branch step) {
        List<Branch> longer = new ArrayList<>(lineage);
        if (longer.size() > STEPS) {
            longer.remove(1);
        }
        longer.add(step);
        return new Topology(number, longer, members, previousSeats, segments);
    }

    /**
     * True where this table was made from {@code other}, or both by the same steps; then their numbers tell the later.
     * {@code other} must have been in effect: one that was only proposed may have been passed over by a step that started
     * from the table before.
     */
    public boolean continues(Topology other) {
        int common = commonWith(other);
        if (common == 0) {
            return false;
        }
        if (lineage.size() > STEPS && other.number.compareTo(lineage.get(1).from()) <= 0) {
            return true;
        }
        return other.commonWith(this) == other.lineage.size()
                && (common == lineage.size() || other.number.compareTo(lineage.get(common).from()) <= 0);
    }

    /** Whether a table of that number led up to this one, as far as numbers tell: another side has some of its own. */
    public boolean follows(TableNumber other) {
        return other.compareTo(number) <= 0 && lineage.stream().allMatch(step ->
                other.compareTo(step.from()) <= 0 || other.epoch().compareTo(step.epoch()) >= 0);
    }

    /**
     * Where both sides went on: true where {@code other}'s left off because all its seats were dead, in a table older than
     * the last that this side had by majority. It could not know that others lived; what it began is void.
     */
    public boolean outlasted(Topology other) {
        int common = commonWith(other);
        int its = other.commonWith(this);
        return common > 0 && its < other.lineage.size() && !other.lineage.get(its).givenUp()
                && lastBefore(common).compareTo(other.lastBefore(its)) > 0;
    }

    /**
     * Where both sides went on, and neither {@link #outlasted} the other: whether this one has more seats. The first table
     * after a step still lists those who were given up, and counts for nothing.
     */
    public boolean outnumbers(Topology other) {
        return !continues(other) && !other.continues(this) && !outlasted(other) && !other.outlasted(this)
                && seatsGoingOn() > other.seatsGoingOn();
    }

    private int seatsGoingOn() {
        Branch last = lineage.get(lineage.size() - 1);
        long before = last.from().epoch().equals(number.epoch()) ? last.from().n() : 0;
        boolean first = lineage.size() > 1 && last.epoch().equals(number.epoch()) && number.n() == before + 1;
        return first ? 0 : seats().size();
    }

    /** How many of its steps lead up to the last one that the other has, too; 0 for another cluster. */
    private int commonWith(Topology other) {
        int common = lineage.size();
        while (common > 0 && !other.lineage.contains(lineage.get(common - 1))) {
            common--;
        }
        return common;
    }

    private TableNumber lastBefore(int step) {
        return step < lineage.size() ? lineage.get(step).from() : number;
    }

    @Override
    public String toString() {
        return "T" + number + members.stream().map(m -> m.node() + (m.leaving() ? "(leaving)" : "")).toList();
    }
}
