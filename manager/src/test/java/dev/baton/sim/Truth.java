package dev.baton.sim;

import dev.baton.model.Fence;
import dev.baton.model.NodeId;
import dev.baton.model.SessionImage;
import dev.baton.model.SessionKey;
import dev.baton.model.Stamp;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One session as it really is: every version that anybody ever made, and what was promised about it to whom. */
final class Truth {
    /** A version: what it was made from, and its contents as the fold of all deltas up to it. */
    record Made(Stamp parent, SessionImage image) {}

    /** An id that is no more: what was granted above this fence under it is a ghost. */
    record Dead(SessionKey name, Fence at) {}

    final SessionKey firstKey;
    final int segment;
    final SessionImage first;
    final int maxInactiveSeconds;
    /** Looked up only, never iterated. */
    private final Map<Stamp, Made> made = new HashMap<>();
    private final List<Stamp> stamps = new ArrayList<>();
    private final Map<Fence, NodeId> holders = new HashMap<>();
    final List<Dead> dead = new ArrayList<>();

    boolean createdAcked;
    /** Newest version that somebody was told is safe. */
    Stamp acked;
    /** What was acknowledged when every owner failed: its holder may show it until its lease ends. */
    Stamp ackedBeforeLoss;
    /** Newest version that was once granted or returned: safe at the level of all backups, whatever commits ask for. */
    Stamp durable;
    /** The highest fence seen granted, and what came with it. */
    Fence topFence = Fence.NONE;
    Stamp topContents;
    /** Of the token that its process lost last, since it was no member any more. */
    Fence voidFence;
    /** The primary when something was acknowledged last. */
    NodeId takenBy;

    SessionKey candidate;
    Fence renameFence;
    boolean destroyTried;
    long destroyedAt = Long.MAX_VALUE;
    int destroyedEvents;
    long lastAccess;
    /** Counts how often every owner failed: promises made before do not bind any more. */
    int era;
    boolean everLost;

    Truth(SessionKey key, SessionImage first, long now) {
        this.firstKey = key;
        this.segment = key.segment();
        this.first = first;
        this.maxInactiveSeconds = first.meta().maxInactiveSeconds();
        this.lastAccess = now;
    }

    Made made(Stamp stamp) {
        Made m = made.get(stamp);
        if (m == null && stamp.version() == 1) {
            // The creator may never hear under which fence its session was born.
            m = new Made(Stamp.NOTHING, first);
            made.put(stamp, m);
            stamps.add(stamp);
        }
        return m;
    }

    /**
     * As {@link #made(Stamp)}; but a session that its holder brought back to a store that had lost it has the same
     * contents under another fence.
     */
    Made made(Stamp stamp, SessionImage image) {
        Made m = made(stamp);
        if (m == null && everLost) {
            for (Stamp s : stamps) {
                Made like = made.get(s);
                if (s.version() == stamp.version() && like.image().equals(image)) {
                    make(stamp, like.parent(), image);
                    return made.get(stamp);
                }
            }
        }
        return m;
    }

    void make(Stamp stamp, Stamp parent, SessionImage image) {
        if (made.putIfAbsent(stamp, new Made(parent, image)) != null) {
            throw new InvariantViolated("I2", firstKey + " " + stamp + " was made twice");
        }
        stamps.add(stamp);
    }

    /** The process of a fence, the first one that showed up with it. */
    NodeId holder(Fence fence, NodeId process) {
        NodeId before = holders.putIfAbsent(fence, process);
        return before == null ? process : before;
    }

    /** Null where nobody showed up with it. */
    NodeId holder(Fence fence) {
        return holders.get(fence);
    }

    /** Whether {@code late} contains {@code early}. */
    boolean contains(Stamp late, Stamp early) {
        if (early == null || early.version() == 0) {
            return true;
        }
        Stamp s = late;
        while (s.version() > early.version()) {
            s = made(s).parent();
        }
        return s.equals(early) || everLost && made(s).image().equals(made(early).image());
    }

    boolean destroyed() {
        return destroyedAt != Long.MAX_VALUE;
    }
}
