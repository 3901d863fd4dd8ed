package dev.baton.model;

/**
 * Which contents a copy of a session has: the version together with the fence under which that version was made.
 * A version number alone does not identify contents, since a fenced-off holder may have made one of the same number.
 */
public record Stamp(Fence fence, long version) {
    /** A process without any copy. */
    public static final Stamp NOTHING = new Stamp(Fence.NONE, 0);

    @Override
    public String toString() {
        return "v" + version + "@" + fence;
    }
}
