package dev.baton.node;

import dev.baton.access.ClientStates;
import dev.baton.model.NodeId;
import dev.baton.model.SessionKey;
import dev.baton.model.Topology;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Supplier;

/** Draws ids for new sessions. */
final class IdDraw {
    private static final int TRIES_PER_SEAT = 20;
    /** A chance of 255/256 to fail, 10,000 times: 10⁻¹⁷. */
    private static final int TRIES_FOR_SEGMENT = 10_000;
    private static final int REMEMBERED = 100;

    private final long application;
    private final NodeId self;
    private final boolean local;
    private final ClientStates states;
    /** Ids handed out last. Candidates are random; this catches a generator that is not. */
    private final Set<String> recent = new LinkedHashSet<>();

    IdDraw(long application, NodeId self, boolean local, ClientStates states) {
        this.application = application;
        this.self = self;
        this.local = local;
        this.states = states;
    }

    String draw(Supplier<String> candidates, Topology table) {
        int tries = local && table != null && table.seats().contains(self) ? TRIES_PER_SEAT * table.seats().size() : 1;
        String any = null;
        for (int i = 0; i < tries; i++) {
            String id = candidates.get();
            SessionKey key = new SessionKey(application, id);
            if (states.existing(id) != null || isRecent(id)) {
                continue;
            }
            any = id;
            if (tries == 1 || self.equals(table.segment(key.segment()).primary())) {
                break;
            }
        }
        return handOut(any);
    }

    /** One of the same segment as another. */
    String drawBeside(SessionKey other, Supplier<String> candidates) {
        for (int i = 0; i < TRIES_FOR_SEGMENT; i++) {
            String id = candidates.get();
            if (new SessionKey(application, id).segment() == other.segment() && states.existing(id) == null
                    && !isRecent(id)) {
                return handOut(id);
            }
        }
        return handOut(null);
    }

    private boolean isRecent(String id) {
        synchronized (recent) {
            return recent.contains(id);
        }
    }

    private String handOut(String id) {
        synchronized (recent) {
            if (id == null || !recent.add(id)) {
                throw new IllegalStateException("the session id generator gives no id that is new and fits");
            }
            if (recent.size() > REMEMBERED) {
                recent.remove(recent.iterator().next());
            }
        }
        return id;
    }
}
