package dev.baton.model;

import java.util.List;

/**
 * One row of the segment table.
 *
 * @param term    raised whenever the primary changes
 * @param primary node that serves the segment
 * @param backups in-sync backups: every one has all that was acknowledged
 * @param joining nodes that receive a copy
 * @param created term at which the segment was last begun anew, because it was new or every copy was lost: empty, or
 *                from what was left; a primary without a copy starts empty only then
 */
public record SegmentEntry(long term, NodeId primary, List<NodeId> backups, List<Joiner> joining, long created) {
    public SegmentEntry {
        backups = List.copyOf(backups);
        joining = List.copyOf(joining);
    }

    /** A node that receives a copy, and the table that first listed it, which tells this join from a former one. */
    public record Joiner(NodeId node, TableNumber since) {}

    public boolean owns(NodeId node) {
        return primary.equals(node) || backups.contains(node);
    }

    public boolean lists(NodeId node) {
        return owns(node) || joiner(node) != null;
    }

    /** The node's place among the joining, or null. */
    public Joiner joiner(NodeId node) {
        for (Joiner j : joining) {
            if (j.node().equals(node)) {
                return j;
            }
        }
        return null;
    }

    /** Served by that node from now on, in that term; the joining get their copies from it, once it lists them. */
    public SegmentEntry servedBy(NodeId successor, List<NodeId> others, long inTerm) {
        return new SegmentEntry(inTerm, successor, others, List.of(), created);
    }

    public SegmentEntry withBackups(List<NodeId> others) {
        return new SegmentEntry(term, primary, others, joining, created);
    }

    public SegmentEntry withJoining(List<Joiner> others) {
        return new SegmentEntry(term, primary, backups, others, created);
    }

    /** The same owners in a higher term, by the word of the primary, which has begun. */
    public SegmentEntry raisedTo(long higher) {
        return new SegmentEntry(higher, primary, backups, joining, created);
    }

    /** The same owners in another term. What its primary may not have begun yet is begun in that. */
    public SegmentEntry inTerm(long other) {
        return new SegmentEntry(other, primary, backups, joining, beginning() ? other : created);
    }

    /** Whether it was begun anew in this term by a primary that may not know it yet: a backup has it from that one. */
    public boolean beginning() {
        return term > 1 && created == term && backups.isEmpty();
    }

    @Override
    public String toString() {
        return "t" + term + " " + primary + " " + backups + (joining.isEmpty() ? "" : " joining " + joining);
    }
}
