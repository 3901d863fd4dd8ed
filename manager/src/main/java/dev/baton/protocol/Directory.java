package dev.baton.protocol;

import dev.baton.model.NodeId;
import dev.baton.model.SessionKey;
import dev.baton.model.Topology;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a node knows of the others: the transport's view, who said hello, who is proven dead, forgotten, or out of
 * reach and since when. Views are hints; only proofs and given-up nodes enter the counting of majorities.
 */
final class Directory implements Quorum.Absence {
    private static final long DEFAULT_LOST_AFTER = 60_000_000_000L;
    private static final int MAX_REMEMBERED = 1_000;
    /** How long a process that had to ask again gets its answers from the primary itself. */
    private static final int RESENDS_ANSWERED_HERE = 10;

    private final Step step;
    private List<NodeId> view = List.of();
    private final TreeMap<NodeId, Message.Hello> hellos = new TreeMap<>();
    private final TreeSet<NodeId> dead = new TreeSet<>();
    private final TreeMap<String, NodeId> newestLife = new TreeMap<>();
    private final TreeSet<String> forgotten = new TreeSet<>();
    private final TreeMap<NodeId, Long> unreachableSince = new TreeMap<>();
    private final TreeMap<NodeId, Long> askedAgainNanos = new TreeMap<>();
    private long newsNanos;
    /** Everybody seen before this node knew of a table. */
    private final TreeSet<NodeId> met = new TreeSet<>();

    /** The effective table, or null. */
    Topology effective;

    /** No majority in sight: nothing is granted, no write completes, nothing is wiped. */
    boolean frozen = true;
    private long frozenSince;

    Directory(Step step) {
        this.step = step;
        seen(step.self);
    }

    List<NodeId> view() {
        return view;
    }

    boolean inView(NodeId node) {
        return view.contains(node);
    }

    boolean coordinating() {
        return !view.isEmpty() && view.get(0).equals(step.self);
    }

    /** Takes a view; the members that were not in the one before. */
    List<NodeId> view(List<NodeId> members) {
        List<NodeId> fresh = new ArrayList<>(members);
        fresh.removeAll(view);
        for (NodeId gone : view) {
            if (!members.contains(gone)) {
                unreachableSince.putIfAbsent(gone, step.now);
            }
        }
        view = List.copyOf(members);
        newsNanos = step.now;
        if (effective == null) {
            met.addAll(members);
        }
        for (NodeId m : members) {
            unreachableSince.remove(m);
            forgotten.remove(m.name());
            seen(m);
        }
        return fresh;
    }

    /**
     * A life of a name proves every former life dead, unless the transport still has both. Remembered for every name,
     * also of nodes that no table known here lists: a fresh coordinator learns of the table last.
     */
    void seen(NodeId node) {
        NodeId newest = newestLife.get(node.name());
        if (newest == null || node.supersedes(newest)) {
            if (newestLife.size() > MAX_REMEMBERED) {
                newestLife.values().removeIf(n -> !inView(n));
                hellos.keySet().removeIf(n -> !inView(n));
            }
            newestLife.put(node.name(), node);
        }
    }

    void hello(NodeId from, Message.Hello hello) {
        hellos.put(from, hello);
        seen(from);
    }

    Message.Hello hello(NodeId node) {
        return hellos.get(node);
    }

    /** A process repeats what was answered: what others say to it in this node's name may not reach it. */
    void askedAgain(NodeId process) {
        if (askedAgainNanos.size() > MAX_REMEMBERED) {
            askedAgainNanos.clear();
        }
        askedAgainNanos.put(process, step.now);
    }

    /** Whether an answer to that process may be left to a copy. */
    boolean hearsFromCopies(NodeId process) {
        Long asked = askedAgainNanos.get(process);
        return asked == null || step.now - asked > RESENDS_ANSWERED_HERE * step.settings.resendNanos();
    }

    /** True where that was news. */
    boolean provenDead(NodeId node) {
        if (inView(node) || node.equals(step.self)) {
            return false;
        }
        if (dead.size() > MAX_REMEMBERED) {
            dead.pollFirst();
        }
        return dead.add(node);
    }

    /**
     * An administrator says that the node of that name will not come back. Of one that is in reach that is a mistake:
     * kept in mind, it would give that node up, without proof, when a cable is cut some day.
     */
    void forget(String name) {
        if (view.stream().anyMatch(n -> n.name().equals(name))) {
            step.warn(name + " is in reach and is not forgotten");
        } else {
            forgotten.add(name);
        }
    }

    /** Somebody reachable told of a table: the last survivor's waiting starts again. */
    void news() {
        newsNanos = step.now;
    }

    @Override
    public boolean dead(NodeId node) {
        NodeId newest = newestLife.get(node.name());
        return dead.contains(node) || newest != null && newest.supersedes(node) && !inView(node);
    }

    @Override
    public boolean givenUp(NodeId node, int seats) {
        if (node.equals(step.self) || inView(node)) {
            return false;
        }
        if (forgotten.contains(node.name())) {
            return true;
        }
        long after = step.settings.lostAfterNanos();
        if (after < 0) {
            if (seats != 2) {
                return false;
            }
            after = DEFAULT_LOST_AFTER;
        }
        return step.now - unreachableSince.computeIfAbsent(node, n -> step.now) >= after;
    }

    @Override
    public boolean aloneLongEnough() {
        return step.now - newsNanos >= step.settings.aloneAfterNanos();
    }

    /** Proven dead or given up: nobody waits for its copies any more. */
    boolean lost(NodeId node) {
        return dead(node) || givenUp(node, effective == null ? 0 : effective.seats().size());
    }

    @Override
    public boolean storeInSight() {
        return view.stream().anyMatch(n -> hellos.containsKey(n) && hellos.get(n).store());
    }

    /** Everybody in sight has said that it keeps no segments. */
    boolean nobodyStores() {
        return !view.isEmpty() && view.stream().allMatch(n -> hellos.containsKey(n) && !hellos.get(n).store());
    }

    /** Nodes of a table that are neither in the view nor known to be dead. */
    List<NodeId> missing(Topology table) {
        TreeSet<NodeId> missing = new TreeSet<>();
        table.members().forEach(m -> missing.add(m.node()));
        missing.addAll(table.previousSeats());
        table.segments().forEach(s -> {
            missing.add(s.primary());
            missing.addAll(s.backups());
        });
        missing.removeIf(n -> inView(n) || dead(n) || n.equals(step.self));
        return new ArrayList<>(missing);
    }

    /** Looks again whether a majority is in sight; true where that changed. */
    boolean reviewFrozen() {
        boolean now = effective == null || !Quorum.present(effective.seats(), view, this, step.guards);
        if (now == frozen) {
            return false;
        }
        frozen = now;
        frozenSince = step.now;
        return true;
    }

    /** A crash freezes for as long as its proof takes; requests wait that long before they are refused. */
    boolean frozenForLong() {
        return frozen && step.now - frozenSince > 2 * step.settings.resendNanos();
    }

    /**
     * Whoever this fresh node ever saw, and does not know to be gone or to be as fresh: somebody among them may know of
     * a cluster, so that founding another must wait.
     */
    List<NodeId> mayKnowCluster(Collection<NodeId> fresh) {
        List<NodeId> unheard = new ArrayList<>(met);
        unheard.removeIf(n -> fresh.contains(n) || dead(n) || forgotten.contains(n.name()));
        return unheard;
    }

    /** Whether this fresh node ever saw somebody besides these fresh ones. */
    boolean metOthers(Collection<NodeId> fresh) {
        return !fresh.containsAll(met);
    }

    boolean member(NodeId node) {
        return effective != null && effective.member(node) != null;
    }

    /** The primary of a segment under the effective table, or null before there is one. */
    NodeId primary(int segment) {
        return effective == null ? null : effective.segment(segment).primary();
    }

    /** Before the first table nobody is asked; whoever needs the answer asks again. */
    void toPrimary(SessionKey key, Message m) {
        NodeId primary = primary(key.segment());
        if (primary != null) {
            step.send(primary, m);
        }
    }
}
