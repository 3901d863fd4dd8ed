package dev.baton.protocol;

import dev.baton.model.SessionDelta;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;

/** The last few deltas of a session that several processes use, to bring their cached copies up. Bounded in bytes. */
final class RecentDeltas {
    /** What a small delta takes in memory beside what it takes on the wire. */
    private static final int OBJECTS = 256;

    private final ArrayDeque<SessionDelta> deltas = new ArrayDeque<>();
    private int bytes;

    void add(SessionDelta delta, int limit) {
        if (!deltas.isEmpty() && deltas.peekLast().version() != delta.base()) {
            deltas.clear();
            bytes = 0;
        }
        deltas.add(delta);
        bytes += bytes(delta);
        while (bytes > limit && !deltas.isEmpty()) {
            bytes -= bytes(deltas.poll());
        }
    }

    private static int bytes(SessionDelta delta) {
        return OBJECTS + delta.size();
    }

    /** The steps from one version to another, or null where they are not all here. */
    List<SessionDelta> since(long from, long to) {
        ArrayDeque<SessionDelta> steps = new ArrayDeque<>();
        long at = to;
        // From the newest: who asks lacks a few of many.
        for (Iterator<SessionDelta> newest = deltas.descendingIterator(); at > from && newest.hasNext();) {
            SessionDelta d = newest.next();
            if (d.version() == at) {
                steps.addFirst(d);
                at = d.base();
            }
        }
        return at == from ? List.copyOf(steps) : null;
    }
}
