package dev.baton.protocol;

import dev.baton.model.Epoch;
import dev.baton.model.NodeId;
import dev.baton.model.SegmentEntry;
import dev.baton.model.Topology;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * A seat's side of choosing tables: what it promised and what it stored. The scheme is single-decree Paxos (Lamport:
 * Paxos made simple, 2001) for one table after another: a promise of an epoch reports the newest table stored and
 * shuts out lower epochs.
 */
final class TableKeeper {
    private final Step step;
    private final Directory directory;
    private final Supplier<List<Message.CopyNumber>> copies;
    private final Consumer<Topology> adopt;

    private Epoch promised = Epoch.NONE;
    private Topology stored;

    TableKeeper(Step step, Directory directory, Supplier<List<Message.CopyNumber>> copies, Consumer<Topology> adopt) {
        this.step = step;
        this.directory = directory;
        this.copies = copies;
        this.adopt = adopt;
    }

    Epoch promised() {
        return promised;
    }

    Topology stored() {
        return stored;
    }

    void claim(NodeId from, Message.Claim claim) {
        if (claim.epoch().compareTo(promised) < 0) {
            step.send(from, new Message.Refused(claim.epoch(), promised));
            return;
        }
        if (directory.view().isEmpty() || !directory.view().get(0).equals(from)) {
            return; // it asks again; by then the views may agree
        }
        promised = claim.epoch();
        step.send(from, new Message.Promise(promised, stored, directory.effective, copies.get()));
    }

    void store(NodeId from, Message.Store store) {
        Topology table = store.table();
        if (table.number().epoch().compareTo(promised) < 0) {
            step.send(from, new Message.Refused(table.number().epoch(), promised));
            return;
        }
        if (loses(table)) {
            step.send(from, new Message.Effective(directory.effective));
            return;
        }
        if (stored == null || stored.number().compareTo(table.number()) < 0) {
            stored = table;
            promised = table.number().epoch();
            if (step.guards.actOnStored()) {
                adopt.accept(table);
            }
        }
        // A later table of the same epoch contains the decision for this one.
        if (stored.number().compareTo(table.number()) >= 0) {
            step.send(from, new Message.Stored(table.number()));
        }
    }

    /** A majority stored it: that can be learned from anybody. */
    void effective(NodeId from, Topology table) {
        if (loses(table)) {
            step.send(from, new Message.Effective(directory.effective));
            return;
        }
        if (table.number().epoch().compareTo(promised) >= 0
                && (stored == null || stored.number().compareTo(table.number()) < 0)) {
            stored = table;
            promised = table.number().epoch();
        }
        if (directory.effective == null
                || directory.effective.number().compareTo(table.number()) < 0 && !takesForOwner(table)) {
            adopt.accept(table);
        }
    }

    /**
     * Whether a table of another side, which does not have this node as a member, takes it for the owner of what it has
     * dropped on its own side. Its promise will tell what it still has, before it is a member again.
     */
    private boolean takesForOwner(Topology table) {
        if (table.member(step.self) != null || table.continues(directory.effective)) {
            return false;
        }
        Set<Integer> has = copies.get().stream().map(Message.CopyNumber::segment).collect(Collectors.toSet());
        for (int i = 0; i < Topology.SEGMENTS; i++) {
            SegmentEntry e = table.segment(i);
            if (e.primary().equals(step.self) && e.created() != e.term() && !has.contains(i)) {
                return true;
            }
        }
        return false;
    }

    /** Whether its side is not the one that goes on, as whoever coordinates both will find, too; it has to hear of that. */
    private boolean loses(Topology table) {
        Topology own = directory.effective;
        return own != null && (step.guards.majorityWins(own.outlasted(table)) || own.outnumbers(table));
    }
}
