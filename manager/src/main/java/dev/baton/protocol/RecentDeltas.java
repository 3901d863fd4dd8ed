package dev.baton.protocol;

import dev.baton.model.SessionDelta;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** The last few deltas of a session that several processes use, to bring their cached copies up. Bounded in bytes. */
final class RecentDeltas {
    private final ArrayDeque<SessionDelta> deltas = new ArrayDeque<>();
    private int bytes;

    void add(SessionDelta delta, int limit) {
        if (!deltas.isEmpty() && deltas.peekLast().version() != delta.base()) {
            deltas.clear();
            bytes = 0;
        }
        deltas.add(delta);
        bytes += delta.size();
        while (bytes > limit && !deltas.isEmpty()) {
            bytes -= deltas.poll().size();
        }
    }

    /** The steps from one version to another, or null where they are not all here. */
    List<SessionDelta> since(long from, long to) {
        List<SessionDelta> steps = new ArrayList<>();
        long at = from;
        for (SessionDelta d : deltas) {
            if (d.base() == at && at < to) {
                steps.add(d);
                at = d.version();
            }
        }
        return at == to ? steps : null;
    }
}
