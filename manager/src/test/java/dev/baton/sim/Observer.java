package dev.baton.sim;

import dev.baton.model.Fence;
import dev.baton.model.NodeId;
import dev.baton.model.SegmentEntry;
import dev.baton.model.SessionKey;
import dev.baton.model.TableNumber;
import dev.baton.model.Topology;
import dev.baton.protocol.CoreWindow;
import dev.baton.protocol.Effect;
import dev.baton.protocol.Input;
import dev.baton.protocol.Message;
import dev.baton.protocol.StoredSession;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Watches all cores from outside after every step: I5, I6, I9, I12, and which promises have lost every owner. Looks
 * closely at the segments that clients use only.
 */
final class Observer {
    private static final long QUIET = 8_000_000_000L;

    private record Place(int segment, long term) {}

    private record Point(int segment, long term, long seq) {}

    private record Copy(NodeId node, int segment) {}

    private record Waiting(NodeId primary, TableNumber table, long term, List<CoreWindow.Place> queue, Fence fence) {}

    private final Simulation sim;
    /** These maps are looked up only, never iterated. */
    private final Map<Place, NodeId> primaries = new HashMap<>();
    private final Map<Point, Long> hashes = new HashMap<>();
    private final Map<NodeId, Topology> acting = new HashMap<>();
    private final TreeMap<SessionKey, Waiting> queues = new TreeMap<>();
    private final TreeMap<NodeId, TableNumber> stored = new TreeMap<>();
    private final Map<Copy, Long> copies = new HashMap<>();
    private Topology newest;
    private long tableNanos;
    private long lifeNanos;
    private long[] lostAtTerm = new long[Topology.SEGMENTS];
    /** Terms at which segments were begun anew from the copy of one who owned them. */
    private long[] anewByOwner = new long[Topology.SEGMENTS];

    Observer(Simulation sim) {
        this.sim = sim;
    }

    /** The newest table known to be in effect, or null. */
    Topology newest() {
        return newest;
    }

    /** Nobody lived any more: a new cluster begins, and its numbers with it. */
    void founded() {
        primaries.clear();
        hashes.clear();
        acting.clear();
        queues.clear();
        stored.clear();
        copies.clear();
        newest = null;
        lostAtTerm = new long[Topology.SEGMENTS];
        anewByOwner = new long[Topology.SEGMENTS];
        for (int segment : sim.scenario().hotSegments) {
            sim.oracle().lost(segment, "a new cluster is founded");
        }
    }

    void started(SimNode node) {
        lifeChanged();
        sim.trace().line("--", () -> node.id() + " lives");
    }

    void ended(SimNode node) {
        lifeChanged();
        acting.remove(node.id());
        reviewLosses(node + " ended");
    }

    // ---- tables

    void stepped(SimNode node, Input input) {
        tables(node);
        for (int segment : sim.scenario().hotSegments) {
            watch(node, segment);
        }
        SessionKey key = keyOf(input);
        if (key != null) {
            watchQueue(node, key);
        }
        // Also a tick may move a queue on.
        for (Map.Entry<SessionKey, Waiting> e : queues.entrySet()) {
            if (!e.getValue().queue.isEmpty() && e.getValue().primary.equals(node.id()) && !e.getKey().equals(key)) {
                watchQueue(node, e.getKey());
            }
        }
    }

    private void tables(SimNode node) {
        TableNumber number = CoreWindow.storedTable(node.core());
        TableNumber before = stored.get(node.id());
        if (before == null || before.compareTo(number) < 0) {
            stored.put(node.id(), number);
        }
        Topology effective = node.core().effective();
        if (effective != null && acting.get(node.id()) != effective) {
            Topology own = acting.put(node.id(), effective);
            if (own != null && own.outlasted(effective)) {
                throw new InvariantViolated("I12", node + " goes over to " + effective + ", which is void by its own " + own);
            }
            actsBy(node, effective);
        }
    }

    /** Whether the segment was begun anew, as the node's table says, from the copy of an owner, though none was lost. */
    boolean anewByOwner(SimNode node, int segment) {
        tables(node);
        return anewByOwner[segment] == node.core().effective().segment(segment).created();
    }

    /**
     * Where nobody is left who knows of the cluster, whoever starts afterwards founds another. So does who never heard of
     * those who know, all between them being dead: that is the one case in which there are two until they meet.
     */
    private void requireNobodyKnew(SimNode founder, Topology table) {
        for (SimNode n : sim.nodes()) {
            Topology other = n.up() ? acting.get(n.id()) : null;
            if (other == null || sameCluster(other, table)) {
                continue;
            }
            if (!founder.met(n.id()) && !n.met(founder.id())) {
                sim.scenario().lineages = true;
                sim.oracle().twoTruths();
            } else if (!sim.scenario().lineages) {
                throw new InvariantViolated("I12", founder + " founds a cluster, " + n + " lives and acts by " + other);
            }
        }
    }

    /** A member that leaves in sight of one that stores, and stays, has handed over what it had. */
    void leaves(SimNode leaver) {
        Topology table = leaver.core().effective();
        if (table == null || table.member(leaver.id()) == null
                || table.segments().stream().noneMatch(e -> e.owns(leaver.id()))) {
            return;
        }
        for (SimNode n : sim.nodes()) {
            if (n != leaver && n.up() && leaver.view().contains(n.id()) && n.stores() && !n.process().leaving()) {
                throw new InvariantViolated("L5", leaver + " leaves with what it owns, " + n + " is there");
            }
        }
    }

    private static boolean sameCluster(Topology a, Topology b) {
        return a.lineage().get(0).equals(b.lineage().get(0));
    }

    /**
     * Whether this node acts by a table that is void: all the seats that it knew were dead, so it went on, and does not
     * know yet that others had gone on by majority. What it and its clients see is judged by nobody.
     */
    boolean aside(SimNode node) {
        Topology table = node.core().effective();
        return newest != null && table != null && newest.outlasted(table);
    }

    private void actsBy(SimNode node, Topology table) {
        if (aside(node)) {
            return;
        }
        if (sim.scenario().lineages && table.lineage().size() > 1) {
            sim.oracle().twoTruths();
        }
        if (newest != null && sameCluster(newest, table) && !table.continues(newest) && !newest.continues(table)) {
            // Nobody has a majority any more, and several go on from what is left.
            sim.scenario().lineages = true;
            sim.oracle().twoTruths();
        }
        if (newest != null && !sameCluster(newest, table)) {
            requireNobodyKnew(node, table);
            founded();
            acting.put(node.id(), table);
            sim.nodes().stream().filter(SimNode::up).forEach(n -> stored.put(n.id(), CoreWindow.storedTable(n.core())));
        }
        if (newest == null || table.number().compareTo(newest.number()) > 0) {
            if (!sim.scenario().lineages) {
                requireMajority(node, table, table.seats());
                requireMajority(node, table, table.previousSeats());
            }
            Topology before = newest;
            newest = table;
            tableNanos = sim.now();
            if (before != null) {
                compare(before, table);
            }
            reviewLosses("table " + table.number());
        }
    }

    private void requireMajority(SimNode node, Topology table, List<NodeId> seats) {
        int have = 0;
        int gone = 0;
        for (NodeId seat : seats) {
            TableNumber number = stored.get(seat);
            if (number != null && number.compareTo(table.number()) >= 0) {
                have++;
            } else if (sim.life(seat) == null) {
                gone++;
            }
        }
        boolean enough = seats.isEmpty() || 2 * have > seats.size() || have + gone == seats.size();
        if (!enough) {
            throw new InvariantViolated("I5", node + " acts by " + table + ", stored by " + have + " of " + seats);
        }
    }

    private void compare(Topology before, Topology after) {
        for (int segment : sim.scenario().hotSegments) {
            SegmentEntry was = before.segment(segment);
            SegmentEntry is = after.segment(segment);
            // From the copy of an owner, by a coordinator who could not know that it was one, nothing is lost.
            if (is.created() > was.created() && lostAtTerm[segment] < was.term() && !sim.scenario().lineages) {
                if (!was.owns(is.primary())) {
                    throw new InvariantViolated("I12", "segment " + segment + " begins anew at " + is + ", an owner of " + was + " lives");
                }
                anewByOwner[segment] = is.created();
            }
        }
    }

    private void reviewLosses(String why) {
        if (newest == null) {
            return;
        }
        for (int segment : sim.scenario().hotSegments) {
            SegmentEntry e = newest.segment(segment);
            boolean lost = sim.life(e.primary()) == null && e.backups().stream().allMatch(b -> sim.life(b) == null);
            if (lost && lostAtTerm[segment] < e.term()) {
                lostAtTerm[segment] = e.term();
                sim.oracle().lost(segment, why);
            }
        }
    }

    // ---- copies

    private void watch(SimNode node, int segment) {
        CoreWindow.CopyState c = CoreWindow.copy(node.core(), segment);
        if (sim.scenario().lineages) {
            return;
        }
        if (aside(node)) {
            copies.remove(new Copy(node.id(), segment));
            return;
        }
        if (c == null) {
            Long term = copies.remove(new Copy(node.id(), segment));
            if (term != null) {
                requireOthersHaveIt(node, segment, term);
            }
            return;
        }
        if (!c.exact()) {
            return;
        }
        copies.put(new Copy(node.id(), segment), c.term());
        Long before = hashes.putIfAbsent(new Point(segment, c.term(), c.seq()), c.hash());
        if (before != null && before != c.hash()) {
            throw new InvariantViolated("I6", node + "'s copy of segment " + segment + " at term " + c.term() + " number "
                    + c.seq() + " differs from another's: " + CoreWindow.sessions(node.core(), segment));
        }
    }

    /** A copy may only go when the table names enough others that have the data. */
    private void requireOthersHaveIt(SimNode node, int segment, long term) {
        Topology table = node.core().effective();
        SegmentEntry e = table.segment(segment);
        int wanted = Math.min(sim.scenario().settings.backups(), table.seats().size() - 1);
        if (e.lists(node.id()) || e.term() < term || e.backups().size() < wanted) {
            throw new InvariantViolated("I12", node + " dropped its copy of segment " + segment + " of term " + term
                    + " by " + e);
        }
    }

    void sent(NodeId from, NodeId to, List<Message> envelope) {
        for (Message m : envelope) {
            if (m instanceof Message.Attach x) {
                leads(from, x.segment(), x.term());
            } else if (m instanceof Message.Replicate x) {
                leads(from, x.segment(), x.term());
                x.told().forEach(told -> answered(from, told.answer()));
            } else {
                answered(from, m);
            }
        }
    }

    /** By the primary itself, or where it has a copy say so. */
    private void answered(NodeId primary, Message m) {
        if (m instanceof Message.Committed x && x.reason() == null) {
            requireEnoughInSync(primary, x.key());
        } else if (m instanceof Message.Grant x) {
            leads(primary, x.key().segment(), x.fence().term());
        }
    }

    /** By the table that the acknowledging primary acts by: later ones it cannot know. */
    private void requireEnoughInSync(NodeId primary, SessionKey key) {
        int inSync = acting.get(primary).segment(key.segment()).backups().size();
        if (inSync < sim.scenario().settings.minInSync()) {
            throw new InvariantViolated("I11", key + " acknowledged by " + primary + " with " + inSync + " backups in sync");
        }
    }

    private void leads(NodeId node, int segment, long term) {
        if (aside(sim.life(node))) {
            return;
        }
        NodeId other = primaries.putIfAbsent(new Place(segment, term), node);
        // A grant repeated by a later primary keeps its fence: only a lower claimant is wrong then.
        if (other != null && !other.equals(node) && !sim.scenario().lineages && sim.scenario().hot(segment)
                && leadsNow(node, segment) == term) {
            throw new InvariantViolated("I5", "segment " + segment + " term " + term + " has the primaries " + other + " and " + node);
        }
    }

    private long leadsNow(NodeId node, int segment) {
        SimNode n = sim.life(node);
        return n == null ? -1 : CoreWindow.leads(n.core(), segment);
    }

    // ---- queues

    private static SessionKey keyOf(Input input) {
        if (input instanceof Input.Received r) {
            Message m = r.message();
            return m instanceof Message.Acquire x ? x.key() : m instanceof Message.Release x ? x.key()
                    : m instanceof Message.Cancel x ? x.key() : m instanceof Message.Replicated ? null : null;
        }
        return input instanceof Input.Acquire x ? x.key() : input instanceof Input.Idle x ? x.key()
                : input instanceof Input.LastCommit x ? x.key() : null;
    }

    /** Nobody is granted while somebody who came before still waits. Judged where exactly one grant lies between. */
    private void watchQueue(SimNode node, SessionKey key) {
        long term = CoreWindow.leads(node.core(), key.segment());
        if (term < 0) {
            return;
        }
        StoredSession s = CoreWindow.stored(node.core(), key);
        if (s == null) {
            return;
        }
        List<CoreWindow.Place> now = CoreWindow.queue(node.core(), key);
        Waiting before = queues.put(key, new Waiting(node.id(), node.core().effective().number(), term, now,
                s.fence()));
        if (before == null || !before.primary.equals(node.id()) || before.term != term
                // Who was no member in between has lost its place.
                || !before.table.equals(node.core().effective().number())
                || before.fence.counter() + 1 != s.fence().counter() || s.holder() == null) {
            return;
        }
        int at = before.queue.stream().map(CoreWindow.Place::process).toList().indexOf(s.holder());
        for (int i = 0; i < at; i++) {
            // With another number it gave up and came again, which may be one step where messages were parked.
            if (now.contains(before.queue.get(i))) {
                throw new InvariantViolated("I9", key + " granted to " + s.holder() + " before " + before.queue.get(i)
                        + "; the queue was " + before.queue);
            }
        }
    }

    /** A waiter's time is up: that must not be for a token that lies idle while nothing went wrong for long. */
    void waitedInVain(SimNode waiter, SessionKey key) {
        long since = Math.max(Math.max(tableNanos, lifeNanos), sim.network().soundSince());
        if (newest == null || sim.oracle().blind() || aside(waiter) || since > sim.now() - QUIET) {
            return;
        }
        SimNode primary = sim.life(newest.segment(key.segment()).primary());
        StoredSession s = primary == null ? null : CoreWindow.stored(primary.core(), key);
        SimNode holder = s == null || s.holder() == null ? null : sim.life(s.holder());
        if (holder != null && holder.process().idleNanos(key) > QUIET) {
            throw new InvariantViolated("L1", waiter + " waited in vain for " + key + ", which lies idle at " + holder);
        }
    }

    /** A node started, ended, stood still or went on. */
    void lifeChanged() {
        lifeNanos = sim.now();
    }

    /** What a node says to people; only looked at for losses that must not be. */
    void noted(SimNode node, Effect.Note note) {
        sim.trace().line(node.name, () -> "  says: " + note.text());
    }

    // ---- at the end

    /** Why the cluster has not settled, or null: L2, L3, L4, L5. */
    String unsettled() {
        List<SimNode> up = new ArrayList<>();
        for (SimNode n : sim.nodes()) {
            if (n.up()) {
                up.add(n);
            }
        }
        if (up.stream().noneMatch(SimNode::stores)) {
            return null; // they wait for one that does
        }
        Topology table = null;
        for (SimNode n : up) {
            Topology t = n.core().effective();
            if (t == null || n.core().frozen()) {
                return "L5 " + n + (t == null ? " has no table" : " is frozen under " + t);
            }
            if (CoreWindow.storedTable(n.core()).compareTo(t.number()) > 0) {
                return "L5 " + n + " stored a table that is not in effect yet";
            }
            if (t.member(n.id()) == null) {
                return "L5 " + n + " is no member of " + t;
            }
            if (table != null && !table.number().equals(t.number())) {
                return "L5 tables " + table.number() + " and " + t.number() + " are both acted upon";
            }
            table = t;
        }
        if (table == null) {
            return null;
        }
        if (table.members().size() != up.size()) {
            return "L5 " + table + " lists others than those alive";
        }
        int stores = (int) up.stream().filter(SimNode::stores).count();
        int wanted = Math.min(sim.scenario().settings.backups(), stores - 1);
        for (int i = 0; i < Topology.SEGMENTS; i++) {
            SegmentEntry e = table.segment(i);
            if (sim.life(e.primary()) == null || e.backups().size() != wanted || !e.joining().isEmpty()
                    || !e.backups().stream().allMatch(b -> sim.life(b) != null)) {
                return "L2 segment " + i + " is " + e + ", wanted are " + wanted + " backups";
            }
        }
        for (SimNode n : up) {
            if (CoreWindow.uncommitted(n.core()) > 0 && wanted >= sim.scenario().settings.minInSync()) {
                return "L4 " + n + " has changes that are not acknowledged";
            }
            if (n.process().waiting() > 0) {
                return "L1 " + n + " has requests that wait";
            }
        }
        return differing(table);
    }

    private String differing(Topology table) {
        for (int segment : sim.scenario().hotSegments) {
            SegmentEntry e = table.segment(segment);
            var primary = CoreWindow.sessions(sim.life(e.primary()).core(), segment);
            for (var s : primary.entrySet()) {
                if (s.getValue().holder() != null && table.member(s.getValue().holder()) == null) {
                    return "L3 " + s.getKey() + " is held by " + s.getValue().holder() + ", no member of " + table;
                }
            }
            for (NodeId b : e.backups()) {
                if (!primary.equals(CoreWindow.sessions(sim.life(b).core(), segment))) {
                    return "I6 segment " + segment + " at " + b + " is not what it is at " + e.primary();
                }
            }
        }
        return null;
    }
}
