package dev.baton.protocol;

import dev.baton.model.Epoch;
import dev.baton.model.NodeId;
import dev.baton.model.Topology;
import java.util.function.Consumer;

/**
 * A seat's side of choosing tables: what it promised and what it stored. The scheme is single-decree Paxos (Lamport:
 * Paxos made simple, 2001) for one table after another: a promise of an epoch reports the newest table stored and
 * shuts out lower epochs.
 */
final class TableKeeper {
    private final Step step;
    private final Directory directory;
    private final Segments segments;
    private final Consumer<Topology> adopt;

    private Epoch promised = Epoch.NONE;
    private Topology stored;

    TableKeeper(Step step, Directory directory, Segments segments, Consumer<Topology> adopt) {
        this.step = step;
        this.directory = directory;
        this.segments = segments;
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
        step.send(from, new Message.Promise(promised, stored, directory.effective, segments.copyNumbers()));
    }

    void store(NodeId from, Message.Store store) {
        Topology table = store.table();
        if (table.number().epoch().compareTo(promised) < 0) {
            step.send(from, new Message.Refused(table.number().epoch(), promised));
            return;
        }
        if (!store.asked() && loses(table)) {
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
        Topology own = directory.effective;
        if (own != null && own.number().compareTo(table.number()) >= 0) {
            return;
        }
        if (own == null || table.continues(own)) {
            adopt.accept(table);
        } else {
            changeSides(table);
        }
    }

    /**
     * Goes over to another side, unless this node has promised a later reign: what it told must stay true. Where that table
     * has it as the primary of what it has not, it gives the reign up by promising a later one of its own, which nobody
     * claims. Whoever leads hears of it, and asks everybody anew.
     */
    private void changeSides(Topology table) {
        Epoch reign = table.number().epoch();
        if (segments.lacks(table) && promised.compareTo(reign) <= 0) {
            promised = new Epoch(reign.number() + 1, step.self);
        }
        if (reign.compareTo(promised) >= 0) {
            adopt.accept(table);
        } else if (!directory.view().isEmpty()) {
            step.send(directory.view().get(0), new Message.Refused(reign, promised));
        }
    }

    /**
     * Whether its side is not the one that goes on, as whoever coordinates both will find, too; it has to hear of that.
     * What a reign decided is not doubted again once something of it is stored here.
     */
    private boolean loses(Topology table) {
        Topology own = directory.effective;
        boolean decided = stored != null && stored.number().epoch().equals(table.number().epoch());
        return own != null && !decided && (step.guards.majorityWins(own.outlasted(table)) || own.outnumbers(table));
    }
}
