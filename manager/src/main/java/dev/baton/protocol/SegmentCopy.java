package dev.baton.protocol;

import dev.baton.model.Fence;
import dev.baton.model.MalformedPatch;
import dev.baton.model.SessionDelta;
import dev.baton.model.SessionImage;
import dev.baton.model.SessionKey;
import dev.baton.model.Stamp;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One copy of a segment, primary or backup. Every copy is changed by {@link #apply} only, so that copies that took the
 * same changes are equal; {@link #hash} is a running hash of who holds what at which version.
 */
final class SegmentCopy {
    final int index;
    /** Term of the primary this copy follows (or is). */
    long term;
    /** Number of the last change in it, within the term. */
    long seq;
    /** False while a stream still brings sessions. What was acknowledged is in it all the same. */
    boolean complete;
    /** As backup: the stream being followed, the one that its positions count from, and the position applied. */
    long stream = -1;
    long origin = -1;
    long position;
    /** It contains what came after {@link #seq} in part. */
    boolean between;
    boolean attachedEqual;

    /** What is stored of a session, and when it was last accessed, or buried, on the local clock. */
    private static final class Slot {
        StoredSession session;
        long accessedNanos = NEVER;
    }

    private static final long NEVER = Long.MIN_VALUE;

    private final TreeMap<SessionKey, Slot> slots = new TreeMap<>();
    private final TreeSet<SessionKey> brought = new TreeSet<>();
    private final Shared shared;
    private long hash;
    private long bytes;

    SegmentCopy(int index, Shared shared) {
        this.index = index;
        this.shared = shared;
    }

    StoredSession get(SessionKey key) {
        Slot slot = slots.get(key);
        return slot == null ? null : slot.session;
    }

    /** Of sessions and tombstones, ascending. Not to be changed by the caller. */
    NavigableSet<SessionKey> keys() {
        return slots.navigableKeySet();
    }

    long hash() {
        return hash;
    }

    long bytes() {
        return bytes;
    }

    /** When the session was last accessed, or buried, on the local clock. */
    long lastAccess(SessionKey key, long now) {
        Slot slot = slots.get(key);
        return slot == null || slot.accessedNanos == NEVER ? now : slot.accessedNanos;
    }

    long idle(SessionKey key, long now) {
        return Math.max(0, now - lastAccess(key, now));
    }

    /** A stream that brings the sessions begins; those that are here stay until they are replaced. */
    void beginStream(long newTerm, long newStream, long atSeq, boolean equal) {
        term = newTerm;
        stream = newStream;
        origin = newStream;
        seq = atSeq;
        between = false;
        position = 0;
        complete = equal;
        attachedEqual = equal;
        brought.clear();
    }

    void apply(Change change, long now) {
        if (change instanceof Change.Applied c) {
            try {
                applyDelta(c, now);
            } catch (MalformedPatch e) {
                // The primary applied it before it decided, and copies are equal.
                throw new InvariantBroken("a decided delta does not apply: " + e.getMessage());
            }
        } else if (change instanceof Change.Synced c) {
            sync(c, now);
        } else if (change instanceof Change.Granted c) {
            StoredSession s = live(c.key(), change);
            put(c.key(), new StoredSession(s.image(), s.contents(), c.fence(), c.holder(), c.rid(), c.expire(),
                    s.history(), null));
        } else if (change instanceof Change.Freed c) {
            StoredSession s = live(c.key(), change);
            put(c.key(), new StoredSession(s.image(), s.contents(), s.fence(), null, s.rid(), false, s.history(), null));
        } else if (change instanceof Change.Created c) {
            Stamp first = new Stamp(c.fence(), 1);
            put(c.key(), new StoredSession(c.image(), first, c.fence(), c.holder(), c.rid(), false, List.of(first), null));
            accessed(c.key(), now);
        } else if (change instanceof Change.Buried c) {
            StoredSession s = live(c.key(), change);
            put(c.key(), tombstone(s, c.fence(), null));
            slots.get(c.key()).accessedNanos = now;
        } else if (change instanceof Change.Moved c) {
            StoredSession s = live(c.key(), change);
            SessionKey moved = new SessionKey(c.key().application(), c.newId());
            put(moved, new StoredSession(s.image(), s.contents(), c.fence(), s.holder(), c.rid(), false, s.history(), null));
            accessed(moved, lastAccess(c.key(), now));
            put(c.key(), tombstone(s, s.fence(), c.newId()));
            slots.get(c.key()).accessedNanos = now;
        } else if (change instanceof Change.Touched c) {
            for (Change.Touch t : c.touches()) {
                StoredSession s = get(t.key());
                if (s != null && !s.tombstone()) {
                    accessed(t.key(), now - t.ageNanos());
                }
            }
        } else if (change instanceof Change.Purged c) {
            c.keys().forEach(this::remove);
        } else if (change instanceof Change.Copied c) {
            put(c.key(), c.session());
            slots.get(c.key()).accessedNanos = now - c.idleNanos();
            brought.add(c.key());
        } else if (change instanceof Change.CopyComplete) {
            // A session that a change brought after its place in the stream had passed is known to be in the segment.
            new ArrayList<>(slots.keySet()).stream().filter(k -> !brought.contains(k)).forEach(this::remove);
            brought.clear();
            complete = true;
        }
    }

    /** @throws MalformedPatch where the delta does not fit; nothing was changed */
    void applyDelta(Change.Applied c, long now) throws MalformedPatch {
        StoredSession s = live(c.key(), c);
        SessionImage image = s.image().apply(c.delta());
        Stamp stamp = new Stamp(c.fence().equals(s.fence()) ? s.fence() : c.fence(), c.delta().version());
        put(c.key(), new StoredSession(image, stamp, s.fence(), s.holder(), s.rid(), s.expiring(),
                made(s.history(), stamp), null));
        accessed(c.key(), now - c.delta().ageNanos());
    }

    private void sync(Change.Synced c, long now) {
        StoredSession s = live(c.key(), c);
        if (s.version() != c.base()) {
            throw new InvariantBroken("a difference to version " + c.base() + " came to version " + s.version() + " of " + c.key());
        }
        List<Stamp> history = s.history();
        for (Stamp stamp : c.made()) {
            history = made(history, stamp);
        }
        SessionImage image;
        try {
            image = s.image().apply(new SessionDelta(c.base(), c.changes(), c.meta(), c.idleNanos()));
        } catch (MalformedPatch e) {
            throw new InvariantBroken("a difference does not apply: " + e.getMessage());
        }
        put(c.key(), new StoredSession(image, history.get(history.size() - 1), c.fence(), c.holder(), c.rid(),
                c.expiring(), history, null));
        accessed(c.key(), now - c.idleNanos());
    }

    /** During a stream, whatever changes after it was brought, or is new, belongs to the segment. */
    private void put(SessionKey key, StoredSession given) {
        Slot slot = slots.computeIfAbsent(key, k -> new Slot());
        StoredSession before = slot.session;
        StoredSession session = shared.of(given, before);
        slot.session = session;
        if (before != null) {
            hash -= hash(key, before);
        }
        hash += hash(key, session);
        bytes += growth(before, session);
        if (!complete) {
            brought.add(key);
        }
    }

    private void remove(SessionKey key) {
        Slot slot = slots.remove(key);
        StoredSession before = slot == null ? null : slot.session;
        brought.remove(key);
        if (before != null) {
            hash -= hash(key, before);
            bytes -= size(before);
        }
    }

    /** Last access only moves forward. */
    private void accessed(SessionKey key, long at) {
        Slot slot = slots.get(key);
        slot.accessedNanos = slot.accessedNanos == NEVER ? at : Math.max(slot.accessedNanos, at);
    }

    private StoredSession live(SessionKey key, Change change) {
        StoredSession s = get(key);
        if (s == null || s.tombstone()) {
            throw new InvariantBroken("segment " + index + " has no live " + key + " for " + change.getClass().getSimpleName());
        }
        return s;
    }

    private static StoredSession tombstone(StoredSession s, Fence fence, String movedTo) {
        return new StoredSession(null, s.contents(), fence, null, s.rid(), false, s.history(), movedTo);
    }

    private static List<Stamp> made(List<Stamp> history, Stamp stamp) {
        List<Stamp> next = new ArrayList<>(history);
        if (!next.isEmpty() && next.get(next.size() - 1).fence().equals(stamp.fence())) {
            next.remove(next.size() - 1);
        }
        next.add(stamp);
        if (next.size() > StoredSession.MAX_HISTORY) {
            next.remove(0);
        }
        return next;
    }

    private static int growth(StoredSession before, StoredSession now) {
        return before == null || before.tombstone() || now.tombstone() ? size(now) - (before == null ? 0 : size(before))
                : now.image().growth(before.image());
    }

    private static int size(StoredSession s) {
        return 200 + (s.tombstone() ? 0 : s.image().size());
    }

    /** Contents stamp, fence and holder identify the state: a stamp stands for its contents. */
    private static long hash(SessionKey key, StoredSession s) {
        long h = key.application() * 31 + key.id().hashCode();
        h = mix(h + s.contents().version());
        h = mix(h + s.contents().fence().term() * 31 + s.contents().fence().counter());
        h = mix(h + s.fence().term() * 31 + s.fence().counter());
        h = mix(h + (s.holder() == null ? 0 : s.holder().name().hashCode() * 31L + s.holder().incarnation()));
        h = mix(h + (s.tombstone() ? 1 : 0) + (s.movedTo() == null ? 0 : s.movedTo().hashCode() * 4L)
                + (s.expiring() ? 2 : 0));
        return h;
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
