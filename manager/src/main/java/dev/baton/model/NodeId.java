package dev.baton.model;

import java.util.Objects;

/**
 * One life of a named node. A restarted node has the same name and a higher incarnation, which proves the former
 * life ended.
 *
 * @param name        stable name chosen by the administrator, 1 to {@value #MAX_NAME} characters
 * @param incarnation number of this life, positive, ascending per name
 */
public record NodeId(String name, long incarnation) implements Comparable<NodeId> {
    /** Longest name accepted, in characters. */
    public static final int MAX_NAME = 100;

    public NodeId {
        Objects.requireNonNull(name, "name");
        if (name.isEmpty() || name.length() > MAX_NAME) {
            throw new IllegalArgumentException("node name must have 1 to " + MAX_NAME + " characters, has " + name.length());
        }
        if (incarnation <= 0) {
            throw new IllegalArgumentException("incarnation must be positive, is " + incarnation);
        }
    }

    /** A name that may be too long, made to fit; two that differ stay different. */
    public static String fitting(String name) {
        return name.length() <= MAX_NAME ? name
                : name.substring(0, MAX_NAME - 9) + String.format("-%08x", name.hashCode());
    }

    /** True where this is a later life of the same name, so that {@code other} is known to be dead. */
    public boolean supersedes(NodeId other) {
        return name.equals(other.name) && incarnation > other.incarnation;
    }

    @Override
    public int compareTo(NodeId other) {
        int byName = name.compareTo(other.name);
        return byName != 0 ? byName : Long.compare(incarnation, other.incarnation);
    }

    @Override
    public String toString() {
        return name + "#" + incarnation;
    }
}
