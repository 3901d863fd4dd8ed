package dev.baton.protocol;

import dev.baton.model.Branch;
import dev.baton.model.Location;
import dev.baton.model.Member;
import dev.baton.model.NodeId;
import dev.baton.model.SegmentEntry;
import dev.baton.model.TableNumber;
import dev.baton.model.Topology;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/** For tests around one core: the tables it hears of, and what it says. */
final class Tables {
    private Tables() {
    }

    /** Everybody is a member since the epoch's first table, and a seat; all segments are alike. */
    static Topology table(TableNumber number, List<NodeId> nodes, List<Branch> lineage, SegmentEntry entry) {
        TableNumber first = new TableNumber(number.epoch(), 1);
        return new Topology(number, lineage,
                nodes.stream().map(n -> new Member(n, Location.UNKNOWN, true, false, first)).toList(), nodes,
                Collections.nCopies(Topology.SEGMENTS, entry));
    }

    /** Of the cluster's first epoch. */
    static Topology table(TableNumber number, List<NodeId> nodes, SegmentEntry entry) {
        return table(number, nodes, List.of(Branch.founding(number.epoch())), entry);
    }

    static <M extends Message> Stream<M> sent(Class<M> type, List<Effect> effects) {
        return effects.stream().filter(Effect.Send.class::isInstance).map(e -> ((Effect.Send) e).message())
                .filter(type::isInstance).map(type::cast);
    }
}
