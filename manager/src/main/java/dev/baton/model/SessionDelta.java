package dev.baton.model;

import java.util.List;

/**
 * The step of a session from one version to the next.
 *
 * @param base     the version it applies to; it makes {@code base + 1}
 * @param changes  changed attributes, each name at most once
 * @param meta     the new metadata, or null where they did not change
 * @param ageNanos time since the session was last accessed, at the moment of sending
 */
public record SessionDelta(long base, List<AttributeChange> changes, SessionMeta meta, long ageNanos) {
    public SessionDelta {
        changes = List.copyOf(changes);
    }

    public long version() {
        return base + 1;
    }

    /** Rough size on the wire, in bytes. */
    public int size() {
        int sum = 24 + (meta == null ? 0 : 32 + length(meta.principal()) + length(meta.notes()));
        for (AttributeChange c : changes) {
            sum += c.size();
        }
        return sum;
    }

    private static int length(byte[] bytes) {
        return bytes == null ? 0 : bytes.length;
    }
}
