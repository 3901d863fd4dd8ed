package dev.baton.protocol;

import dev.baton.model.AttributeChange;
import dev.baton.model.Fence;
import dev.baton.model.NodeId;
import dev.baton.model.SessionDelta;
import dev.baton.model.SessionImage;
import dev.baton.model.SessionKey;
import dev.baton.model.SessionMeta;
import dev.baton.model.Stamp;
import java.util.List;

/** One replicated change of a segment: the primary decides it, then primary and backups apply it alike. */
public sealed interface Change {
    /** A token was granted. {@code expire}: only to run the destroyed listeners. */
    record Granted(SessionKey key, NodeId holder, Fence fence, long rid, boolean expire) implements Change {}

    /** The token went back to the store. */
    record Freed(SessionKey key, Fence fence) implements Change {}

    /** A delta made under {@code fence}. */
    record Applied(SessionKey key, Fence fence, SessionDelta delta) implements Change {}

    /**
     * What several changes of a session come to, for a copy that has none of them: made by comparing the primary state
     * with the one that the copy has.
     *
     * @param base    version that the copy has
     * @param changes from there to the present contents, each name at most once
     * @param meta    the new metadata, or null where they did not change
     * @param made    the last versions made under fences since, ascending; the last one is the present contents
     */
    record Synced(SessionKey key, long base, List<AttributeChange> changes, SessionMeta meta, List<Stamp> made,
                  Fence fence, NodeId holder, long rid, boolean expiring, long idleNanos) implements Change {
        public Synced {
            changes = List.copyOf(changes);
            made = List.copyOf(made);
        }
    }

    /** A session was created, held by its creator. Its image is version 1. */
    record Created(SessionKey key, SessionImage image, NodeId holder, Fence fence, long rid) implements Change {}

    /** A session was destroyed; a tombstone stays. */
    record Buried(SessionKey key, Fence fence) implements Change {}

    /** A session goes on under a new id of the same segment; a tombstone stays under the old one. */
    record Moved(SessionKey key, String newId, Fence fence, long rid) implements Change {}

    /** Sessions were accessed; ages at the moment of sending. */
    record Touched(List<Touch> touches) implements Change {
        public Touched {
            touches = List.copyOf(touches);
        }
    }

    /** Tombstones that nobody can need any more are gone. */
    record Purged(List<SessionKey> keys) implements Change {
        public Purged {
            keys = List.copyOf(keys);
        }
    }

    /** The whole state of one session or tombstone, for a copy that is being built or mended. */
    record Copied(SessionKey key, StoredSession session, long idleNanos) implements Change {}

    /** Every session was copied; whatever this stream did not bring is no part of the segment. */
    record CopyComplete() implements Change {}

    /** The last access of a session. */
    record Touch(SessionKey key, long ageNanos) {}
}
