package dev.baton.protocol;

import dev.baton.model.Location;
import dev.baton.model.NodeId;
import dev.baton.model.SessionKey;
import dev.baton.model.TableNumber;
import java.util.List;
import java.util.TreeMap;

/** Lets the simulator look into a core, and start one with a planted bug. Changes nothing. */
public final class CoreWindow {
    private CoreWindow() {
    }

    /** @param bug null for none */
    public static NodeCore start(NodeId self, Location location, List<Message.App> apps, CoreSettings settings, Bug bug) {
        return start(self, location, true, apps, settings, bug);
    }

    /** @param store whether it keeps segments */
    public static NodeCore start(NodeId self, Location location, boolean store, List<Message.App> apps,
                                 CoreSettings settings, Bug bug) {
        return new NodeCore(self, location, store, apps, settings, bug == null ? Guards.STRICT : bug.guards());
    }

    /** Number, within a term, and hash of a copy. {@code exact}: it is the state at that number. */
    public record CopyState(long term, long seq, long hash, boolean exact, boolean primary) {}

    /** Null where the node has no copy of the segment. */
    public static CopyState copy(NodeCore core, int segment) {
        SegmentCopy c = core.segments().copy(segment);
        return c == null ? null
                : new CopyState(c.term, c.seq, c.hash(), c.complete && !c.between, core.segments().primary(segment) != null);
    }

    /** What the node stores of a session or tombstone, or null. */
    public static StoredSession stored(NodeCore core, SessionKey key) {
        SegmentCopy c = core.segments().copy(key.segment());
        return c == null ? null : c.get(key);
    }

    public static TreeMap<SessionKey, StoredSession> sessions(NodeCore core, int segment) {
        SegmentCopy c = core.segments().copy(segment);
        TreeMap<SessionKey, StoredSession> sessions = new TreeMap<>();
        if (c != null) {
            c.keys().forEach(key -> sessions.put(key, c.get(key)));
        }
        return sessions;
    }

    /** A place in a session's queue. */
    public record Place(NodeId process, long rid) {}

    /** Processes that wait for a token, as far as this node is the primary. */
    public static List<Place> queue(NodeCore core, SessionKey key) {
        PrimarySegment p = core.segments().primary(key.segment());
        return p == null ? List.of()
                : p.requests.queued(key).stream().map(w -> new Place(w.process(), w.rid())).toList();
    }

    /** The term the node serves the segment in as primary, or -1. */
    public static long leads(NodeCore core, int segment) {
        PrimarySegment p = core.segments().primary(segment);
        return p == null ? -1 : p.term;
    }

    /** The newest table this seat has stored. */
    public static TableNumber storedTable(NodeCore core) {
        return core.storedNumber();
    }

    public static int uncommitted(NodeCore core) {
        return core.tokens().uncommitted();
    }
}
