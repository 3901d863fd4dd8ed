package dev.baton.model;

/**
 * One node as the segment table lists it.
 *
 * @param node     the node's life
 * @param location where it stands
 * @param store    whether it keeps segments, and so has a seat in the majority
 * @param leaving  it asked to leave: owns nothing new, is removed once it owns nothing
 * @param since    table by which it became a member; a member that finds another value here was out in between
 */
public record Member(NodeId node, Location location, boolean store, boolean leaving, TableNumber since) {
    public Member asLeaving() {
        return new Member(node, location, store, true, since);
    }
}
