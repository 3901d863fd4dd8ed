package dev.baton.protocol;

import dev.baton.model.Fence;
import dev.baton.model.NodeId;
import dev.baton.model.SegmentEntry;
import dev.baton.model.SessionKey;
import dev.baton.model.TableNumber;
import dev.baton.model.Topology;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * A segment of which this node is the primary, during one term. What is asked of its sessions is in
 * {@link PrimaryRequests}.
 *
 * <p>WAITING (a former primary may still believe, or there is no majority: requests are parked) → SERVING. The segment
 * ends when an effective table shows another primary; requesters then turn there.
 */
final class PrimarySegment {
    private record Parked(NodeId from, Message message) {}

    private record Orphan(SessionKey key, Fence fence, long freeNanos) {}

    private final Step step;
    private final Directory directory;
    private final Leases leases;
    private final List<NodeId> formerPrimaries;
    private final TableNumber promotedBy;
    final Replication replication;
    final PrimaryRequests requests;
    final SegmentCopy copy;
    final long term;
    /** Term at which the segment was begun anew; tokens of lower terms are of sessions that may have been lost. */
    final long created;

    private final ArrayDeque<Parked> parked = new ArrayDeque<>();
    private final List<Orphan> orphans = new ArrayList<>();
    private final long promotedNanos;
    private boolean serving;
    private long sweptNanos;
    private long sweptSeq;

    /**
     * @param formerPrimaries nodes that may believe to be primary under a lower term
     */
    PrimarySegment(Step step, Directory directory, Leases leases, SegmentCopy copy, SegmentEntry entry,
                   List<NodeId> formerPrimaries) {
        this.step = step;
        this.directory = directory;
        this.leases = leases;
        this.copy = copy;
        this.term = entry.term();
        this.created = entry.created();
        this.formerPrimaries = formerPrimaries;
        this.promotedBy = directory.effective.number();
        this.promotedNanos = step.now;
        this.sweptNanos = step.now;
        this.sweptSeq = copy.seq;
        this.replication = new Replication(step, directory, copy, term);
        this.requests = new PrimaryRequests(step, directory, this);
        replication.follow(entry);
        orphanHolders(null);
    }

    // ---- life

    /** Follows an effective table of the same term. */
    void follow(SegmentEntry entry, Topology before) {
        replication.follow(entry);
        orphanHolders(before);
    }

    /** Tokens of processes that are no members, or were out in between, go back once their lease is surely over. */
    private void orphanHolders(Topology before) {
        for (SessionKey key : copy.keys()) {
            StoredSession s = copy.get(key);
            NodeId holder = s.holder();
            if (holder == null) {
                continue;
            }
            var now = directory.effective.member(holder);
            var then = before == null ? null : before.member(holder);
            boolean gone = now == null;
            boolean gap = now != null && then != null && step.guards.membershipGap(then.since(), now.since());
            if (gone || gap) {
                Orphan orphan = new Orphan(key, s.fence(), leases.tokenFreeNanos(holder, formerPrimaries));
                if (orphans.stream().noneMatch(o -> o.key().equals(orphan.key()) && o.fence().equals(orphan.fence()))) {
                    orphans.add(orphan);
                }
            }
        }
        requests.dropWaitersOut();
    }

    private void freeOrphans() {
        for (Orphan o : new ArrayList<>(orphans)) {
            StoredSession s = copy.get(o.key());
            if (s == null || s.holder() == null || !s.fence().equals(o.fence())) {
                orphans.remove(o);
            } else if (step.now >= o.freeNanos() || directory.dead(s.holder())) {
                orphans.remove(o);
                if (s.expiring()) {
                    requests.bury(o.key(), s);
                } else {
                    requests.free(o.key(), s);
                }
            }
        }
    }

    boolean serving() {
        return serving;
    }

    /** Starts to serve when nobody can believe to be primary any more; then handles what was parked. */
    void tryServe() {
        if (!serving && (!step.guards.awaitLease()
                || leases.over(formerPrimaries, promotedBy, promotedNanos))) {
            serving = true;
        }
        if (serving && !directory.frozen) {
            for (int n = parked.size(); n > 0; n--) {
                Parked p = parked.poll();
                handle(p.from(), p.message());
            }
        }
    }

    void tick() {
        freeOrphans();
        replication.tick();
        if (!parked.isEmpty() || !serving) {
            tryServe();
        }
        requests.resendRevocations();
        if (serving && !directory.frozen && step.now - sweptNanos >= step.settings.sweepNanos()) {
            sweptNanos = step.now;
            Expiry.sweep(step, directory, this, promotedNanos, sweptSeq);
            sweptSeq = copy.seq;
        }
    }

    /** Whether something waits for this segment to be sure that it may answer. */
    boolean parking() {
        return !parked.isEmpty() || !serving;
    }

    // ---- requests

    /** Messages of processes. Parked while this segment cannot answer. */
    void handle(NodeId from, Message m) {
        if (directory.frozenForLong() && refuse(from, m)) {
            return;
        }
        if (!serving || directory.frozen || !step.guards.mayBeGranted(directory.member(from))) {
            park(from, m);
        } else {
            requests.handle(from, m);
        }
    }

    private boolean refuse(NodeId from, Message m) {
        if (m instanceof Message.Lookup x) {
            requests.deny(from, x.rid(), x.key(), Denial.UNAVAILABLE, null);
        } else if (m instanceof Message.Acquire x) {
            requests.deny(from, x.rid(), x.key(), Denial.UNAVAILABLE, null);
        } else if (m instanceof Message.Create x) {
            requests.deny(from, x.rid(), x.key(), Denial.UNAVAILABLE, null);
        } else {
            return false;
        }
        return true;
    }

    private void park(NodeId from, Message m) {
        // What does not fit is lost like a message on the way: the sender says it again.
        if (parked.size() < step.settings.maxQueue() && parked.stream().noneMatch(p -> p.message().equals(m))) {
            parked.add(new Parked(from, m));
        }
    }

    /** That something does not exist may only be said by a primary that is sure to be one. */
    boolean mayDeny(NodeId from, Message m) {
        if (holdersMayOffer()) {
            park(from, m);
            return false;
        }
        if (!step.guards.lookupNeedsLease() || leased()) {
            return true;
        }
        leases.askForRight(copy.index);
        park(from, m);
        return false;
    }

    /** Of a session that was left in an old copy a holder may have more, under a later fence. */
    boolean mayGrant(NodeId from, Message m, StoredSession s) {
        if (s.fence().term() < created && holdersMayOffer()) {
            park(from, m);
            return false;
        }
        return true;
    }

    private boolean holdersMayOffer() {
        return created == term && created > 1 && step.now - promotedNanos < 2 * step.settings.resendNanos();
    }

    /** Whether nobody else can serve as primary yet. */
    boolean leased() {
        return leases.mayServe(copy.index, step.now);
    }
}
