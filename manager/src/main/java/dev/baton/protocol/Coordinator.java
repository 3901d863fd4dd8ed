package dev.baton.protocol;

import dev.baton.model.Branch;
import dev.baton.model.Epoch;
import dev.baton.model.NodeId;
import dev.baton.model.SegmentEntry;
import dev.baton.model.TableNumber;
import dev.baton.model.Topology;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes segment tables while this node is the first of its view.
 *
 * <p>States: IDLE (another coordinates) → CLAIMING (asks for promises of an epoch) → LEADING (proposes tables, one
 * after the other). A view in which another is first leads to IDLE from anywhere; a refusal that names a higher epoch
 * leads to CLAIMING above it.
 */
final class Coordinator {
    private static final long FORCED_TERMS = 1_000;
    private static final long PATIENCE_RESENDS = 10;

    private enum State { IDLE, CLAIMING, LEADING }

    private final Step step;
    private final Directory directory;
    private final TableKeeper keeper;
    private final Rebalance rebalance;

    private State state = State.IDLE;
    private Epoch epoch = Epoch.NONE;
    private final Map<NodeId, Message.Promise> promises = new LinkedHashMap<>();
    /** What another side had in effect when this one went on alone, or null. */
    private Topology majority;
    /**
     * Whose word is part of the decision, and until when it is waited for: who acted by a table with more seats than this
     * side's; for a while, as its view may be another, who gave up the reign that a majority had begun.
     */
    private final Map<NodeId, Long> awaited = new LinkedHashMap<>();
    private Topology proposed;
    private boolean inEffect;
    private final Set<NodeId> storedBy = new LinkedHashSet<>();
    private long sentNanos;
    private boolean copiesFresh;
    private final Set<NodeId> leaving = new LinkedHashSet<>();
    private final List<Message.Joined> joined = new ArrayList<>();

    Coordinator(Step step, Directory directory, TableKeeper keeper) {
        this.step = step;
        this.directory = directory;
        this.keeper = keeper;
        this.rebalance = new Rebalance(step, directory);
    }

    void viewChanged() {
        copiesFresh = false;
        if (!directory.coordinating()) {
            state = State.IDLE;
            awaited.clear();
            return;
        }
        if (state == State.IDLE) {
            claim(keeper.promised());
        } else if (state == State.CLAIMING) {
            sendClaims();
        } else if (directory.view().stream().anyMatch(n -> proposed.member(n) == null && owns(proposed, n))) {
            // Nobody else had its segments. On another side it may have dropped them.
            claim(epoch);
        }
        consider();
    }

    private static boolean owns(Topology table, NodeId node) {
        return table.segments().stream().anyMatch(e -> e.owns(node));
    }

    private void claim(Epoch above) {
        Epoch highest = above.compareTo(keeper.promised()) > 0 ? above : keeper.promised();
        state = State.CLAIMING;
        epoch = new Epoch(Math.max(highest.number(), epoch.number()) + 1, step.self);
        promises.clear();
        joined.clear();
        sendClaims();
    }

    private void sendClaims() {
        sentNanos = step.now;
        for (NodeId m : directory.view()) {
            if (!promises.containsKey(m)) {
                step.send(m, new Message.Claim(epoch));
            }
        }
    }

    void promise(NodeId from, Message.Promise promise) {
        if (state != State.CLAIMING || !promise.epoch().equals(epoch)) {
            return;
        }
        promises.put(from, promise);
        tryLead();
    }

    void refused(NodeId from, Message.Refused refused) {
        if (state != State.IDLE && refused.claimed().equals(epoch) && refused.promised().compareTo(epoch) > 0) {
            if (state == State.LEADING && refused.promised().coordinator().equals(from)) {
                awaited.putIfAbsent(from, step.now + PATIENCE_RESENDS * step.settings.resendNanos());
            }
            claim(refused.promised());
        }
    }

    /**
     * A node acts by that table. Where its side had a majority when the one led here went on alone, that one goes on; where
     * its side has more seats it is decided anew, by what all in sight act by then.
     */
    void heard(NodeId from, Topology effective) {
        Topology own = state == State.LEADING ? proposed : directory.effective;
        if (own == null) {
            return;
        }
        if (state == State.LEADING && weighed(from, effective)) {
            if (inEffect) {
                step.send(from, new Message.Store(proposed, true)); // it has missed what was decided
            }
            return;
        }
        boolean outlasted = step.guards.majorityWins(effective.outlasted(own));
        if (outlasted) {
            majority = effective;
        }
        boolean outnumbered = state != State.IDLE && directory.inView(from) && effective.outnumbers(own);
        if (outnumbered) {
            awaited.put(from, Long.MAX_VALUE);
        }
        if (state == State.LEADING && (outlasted || outnumbered)) {
            claim(epoch);
        }
    }

    /** Whether the reign began with that node's promise, and it acted by this table then. */
    private boolean weighed(NodeId from, Topology effective) {
        Message.Promise promise = promises.get(from);
        return promise != null && promise.effective() != null && promise.effective().number().equals(effective.number());
    }

    /** The newest table that this node stored or, while it claims, was told of: a fresh node has none of its own. */
    Topology newestKnown() {
        Topology promised = state == State.CLAIMING ? newestPromised() : null;
        Topology own = keeper.stored() == null ? directory.effective : keeper.stored();
        return later(own, promised);
    }

    /**
     * Which side goes on is decided among tables that are known to have been in effect: one that was only stored may
     * never have been acted by. Of what its side stored the newest may have been in effect, too.
     */
    private Topology newestPromised() {
        Topology effective = later(directory.effective, majority);
        for (Message.Promise p : promises.values()) {
            effective = later(effective, p.effective());
        }
        Topology newest = effective;
        for (Message.Promise p : promises.values()) {
            if (p.stored() != null && (effective == null || p.stored().continues(effective))) {
                newest = later(newest, p.stored());
            }
        }
        return newest;
    }

    private void tryLead() {
        Topology newest = step.guards.startingTable(keeper.stored(), newestPromised());
        if (newest == null) {
            // Nobody has a table. Only when everybody in sight and everybody ever met says so may a cluster be founded.
            if (!promises.keySet().containsAll(directory.view())
                    || !directory.mayKnowCluster(promises.keySet()).isEmpty() || directory.hello(step.self) == null) {
                return;
            }
            // The dead among those may have known of nodes that this one never heard of.
            if (directory.metOthers(promises.keySet()) && !directory.aloneLongEnough()) {
                return;
            }
            Topology first = rebalance.founded(new TableNumber(epoch, 1));
            if (first != null) {
                copiesFresh = true;
                lead(first);
            }
            return;
        }
        Quorum.Verdict verdict = Quorum.reached(newest, promises.keySet(), directory, step.guards);
        if (verdict == Quorum.Verdict.NO) {
            return;
        }
        if (directory.view().stream().anyMatch(n -> !promises.containsKey(n)
                && step.now < awaited.getOrDefault(n, Long.MIN_VALUE))) {
            return;
        }
        boolean conflict = promises.values().stream()
                .anyMatch(p -> p.effective() != null && !newest.continues(p.effective()));
        if (conflict && directory.view().stream().anyMatch(n -> !promises.containsKey(n)
                && (newest.member(n) != null || owns(newest, n)))) {
            return; // what they still have must be known
        }
        copiesFresh = true;
        Topology again = joinersAnew(newest.withNumber(new TableNumber(epoch, 1)));
        for (Message.Promise p : promises.values()) {
            if (p.effective() != null && !newest.continues(p.effective())) {
                again = again.withSegments(above(again, p.effective()));
            }
        }
        if (conflict) {
            Rebalance.Kept kept = rebalance.kept(newest, again, promises);
            kept.losses().forEach(step::warn);
            again = again.withSegments(kept.segments());
        }
        lead(verdict.forced() ? branched(again, newest.number(), verdict) : again);
    }

    /**
     * A joiner may have gone to another side and back, and dropped there what it had: each is asked again, and a report
     * that it is complete, made before that, is none of this join.
     */
    private static Topology joinersAnew(Topology table) {
        return table.withSegments(table.segments().stream().map(e -> e.withJoining(
                e.joining().stream().map(j -> new SegmentEntry.Joiner(j.node(), table.number())).toList())).toList());
    }

    /** This side goes on without a majority; the other may, too. */
    private Topology branched(Topology table, TableNumber from, Quorum.Verdict verdict) {
        List<Branch> lineage = table.lineage();
        // The first entry is the founding, which is no such step though its epoch may be the same.
        if (lineage.size() > 1 && lineage.get(lineage.size() - 1).epoch().equals(epoch)) {
            return table;
        }
        // Where all its seats are in sight it is the table before, with those who are gone, that lacks its majority.
        List<NodeId> seats = directory.view().containsAll(table.seats()) ? table.previousSeats() : table.seats();
        step.warn("going on without a majority of " + seats + ": the others are dead, lost or forgotten");
        // Those who are gone may have acted in terms that nobody here has heard of: none of them is used again.
        return table.withSegments(table.segments().stream().map(e -> e.inTerm(e.term() + FORCED_TERMS)).toList()).branched(
                new Branch(epoch, step.guards.branchedFrom(from, table.number()), verdict == Quorum.Verdict.GIVEN_UP));
    }

    /** Nor are the terms of a side that lost: who acted in them may be an owner by this table, too. */
    private static List<SegmentEntry> above(Topology table, Topology lost) {
        List<SegmentEntry> segments = new ArrayList<>();
        for (int i = 0; i < Topology.SEGMENTS; i++) {
            SegmentEntry e = table.segment(i);
            segments.add(e.inTerm(Math.max(e.term(), lost.segment(i).term()) + 1));
        }
        return segments;
    }

    /** Either may be null. */
    private Topology later(Topology a, Topology b) {
        return a == null || b != null && newer(b, a) ? b : a;
    }

    /**
     * Of two tables on one line the later. Where both sides went on, the one that had its majority for longer, if the
     * other gave nobody up; then the one with more seats, then the higher epoch.
     */
    private boolean newer(Topology a, Topology b) {
        boolean aFollows = a.continues(b);
        boolean bFollows = b.continues(a);
        if (aFollows != bFollows) {
            return aFollows;
        }
        if (!aFollows) {
            if (step.guards.majorityWins(a.outlasted(b) || b.outlasted(a))) {
                return a.outlasted(b);
            }
            if (a.outnumbers(b) || b.outnumbers(a)) {
                return a.outnumbers(b);
            }
        }
        return a.number().compareTo(b.number()) > 0;
    }

    private void lead(Topology first) {
        awaited.clear();
        state = State.LEADING;
        inEffect = false;
        propose(first);
    }

    private void propose(Topology table) {
        proposed = table;
        inEffect = false;
        storedBy.clear();
        sendStores();
    }

    private void sendStores() {
        sentNanos = step.now;
        for (NodeId to : audience()) {
            if (!storedBy.contains(to)) {
                step.send(to, new Message.Store(proposed, promises.containsKey(to)));
            }
        }
    }

    private Set<NodeId> audience() {
        Set<NodeId> audience = new LinkedHashSet<>(directory.view());
        audience.addAll(proposed.seats());
        audience.addAll(proposed.previousSeats());
        return audience;
    }

    void stored(NodeId from, Message.Stored stored) {
        if (state != State.LEADING || inEffect || !stored.number().equals(proposed.number())) {
            return;
        }
        storedBy.add(from);
        tryEffect();
    }

    private void tryEffect() {
        Quorum.Verdict verdict = Quorum.reached(proposed, storedBy, directory, step.guards);
        if (verdict == Quorum.Verdict.NO) {
            return;
        }
        Topology effective = verdict.forced() ? branched(proposed, proposed.number(), verdict) : proposed;
        if (!effective.equals(proposed)) {
            // The lineage is part of the table and must be stored with it.
            propose(effective.withNumber(new TableNumber(epoch, proposed.number().n() + 1)));
            return;
        }
        inEffect = true;
        for (NodeId to : audience()) {
            step.send(to, new Message.Effective(proposed));
        }
        consider();
    }

    void leaveWanted(NodeId from) {
        if (leaving.add(from)) {
            consider();
        }
    }

    void joined(Message.Joined report) {
        joined.add(report);
        consider();
        if (joined.size() > Topology.SEGMENTS * 16) {
            joined.clear();
        }
    }

    /** Something may have changed: proposes the next table if there is one and the last is in effect. */
    void consider() {
        if (state == State.CLAIMING) {
            tryLead();
            return;
        }
        if (state != State.LEADING) {
            return;
        }
        if (!step.guards.mayPropose(inEffect)) {
            tryEffect();
            return;
        }
        if (!Quorum.present(proposed.seats(), directory.view(), directory, step.guards)) {
            return; // those who are out of sight here may see each other: they would vote themselves out
        }
        leaving.removeIf(n -> !directory.inView(n));
        Rebalance.Next next = rebalance.next(proposed, new TableNumber(epoch, proposed.number().n() + 1), leaving,
                joined, copiesFresh ? promises : null);
        joined.clear(); // used, or stale: a primary reports again until its joiner is listed
        if (next.needsCopies()) {
            claim(epoch);
        } else if (next.table() != null) {
            next.losses().forEach(step::warn);
            propose(next.table());
        }
    }

    void tick() {
        if (state != State.IDLE && keeper.promised().compareTo(epoch) > 0
                && step.now - sentNanos >= step.settings.resendNanos()) {
            // Others were, or this node was, led by somebody else for a while; the view here never changed.
            claim(keeper.promised());
            return;
        }
        if (state == State.IDLE || step.now - sentNanos < step.settings.resendNanos()) {
            return;
        }
        if (state == State.CLAIMING) {
            sendClaims();
            tryLead();
        } else if (!inEffect) {
            sendStores();
            tryEffect();
        } else {
            sentNanos = step.now;
            consider();
        }
    }
}
