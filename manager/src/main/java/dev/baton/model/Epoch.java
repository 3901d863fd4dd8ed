package dev.baton.model;

/**
 * Number of one coordinator's reign. Carries the coordinator, so that two reigns never collide.
 */
public record Epoch(long number, NodeId coordinator) implements Comparable<Epoch> {
    /** Below every claimed epoch. */
    public static final Epoch NONE = new Epoch(0, new NodeId("-", 1));

    @Override
    public int compareTo(Epoch other) {
        int byNumber = Long.compare(number, other.number);
        return byNumber != 0 ? byNumber : coordinator.compareTo(other.coordinator);
    }

    @Override
    public String toString() {
        return number + "/" + coordinator;
    }
}
