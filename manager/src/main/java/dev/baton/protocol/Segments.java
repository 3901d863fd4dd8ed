package dev.baton.protocol;

import dev.baton.model.NodeId;
import dev.baton.model.SegmentEntry;
import dev.baton.model.SessionImage;
import dev.baton.model.SessionKey;
import dev.baton.model.TableNumber;
import dev.baton.model.Topology;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The segments stored on this node: copies, those among them that this node is primary of, and the highest term seen
 * of each. A segment changes its role only by an effective table.
 */
final class Segments implements Leases.Needs {
    private record Ended(long term, long stream) {}

    /** An attach that came while this node was the primary itself. */
    private record Early(NodeId from, Message.Attach attach) {}

    private final Step step;
    private final Directory directory;
    final Leases leases;
    private final SegmentCopy[] copies = new SegmentCopy[Topology.SEGMENTS];
    private final PrimarySegment[] primaries = new PrimarySegment[Topology.SEGMENTS];
    private final long[] highestTerm = new long[Topology.SEGMENTS];
    private final NodeId[] attachedBy = new NodeId[Topology.SEGMENTS];
    /** Newest table by which a primary brought this node a copy; the last one where sides went on apart. */
    private final TableNumber[] attachedAt = new TableNumber[Topology.SEGMENTS];
    /** The stream of a copy that was dropped: what comes late of it must not begin another one. */
    private final Ended[] ended = new Ended[Topology.SEGMENTS];
    private final Shared shared = new Shared();
    private final BitSet dirty = new BitSet(Topology.SEGMENTS);
    /** Copies that this node is not listed for any more are kept until then; {@link Long#MIN_VALUE}: not at all. */
    private long keepUntilNanos = Long.MIN_VALUE;
    private long fencedWrites;
    private long lostSegments;
    private final Early[] early = new Early[Topology.SEGMENTS];
    /** To whom segments go from this node with the table that is being adopted. */
    private final Set<NodeId> successors = new LinkedHashSet<>();
    /** Acknowledgements that nobody waits for, by primary and segment. */
    private final Map<NodeId, Map<Integer, Message.Replicated>> owed = new TreeMap<>();

    Segments(Step step, Directory directory) {
        this.step = step;
        this.directory = directory;
        this.leases = new Leases(step, directory, this);
    }

    SegmentCopy copy(int segment) {
        return copies[segment];
    }

    PrimarySegment primary(int segment) {
        return primaries[segment];
    }

    // ---- roles

    /** Acts by an effective table. {@code conflict}: it is of another lineage than what was done here. */
    void follow(int i, SegmentEntry entry, Topology before, boolean conflict) {
        highestTerm[i] = Math.max(highestTerm[i], entry.term());
        // What a primary of the winning side has begun to bring already is no copy of this side.
        boolean brought = conflict && attachedAt[i] != null && !before.follows(attachedAt[i]);
        if (conflict && !brought && !entry.owns(step.self) && copies[i] != null) {
            if (!copies[i].keys().isEmpty()) {
                step.warn("segment " + i + ": dropped " + copies[i].keys().size() + " sessions of this side");
            }
            primaries[i] = null;
            copies[i] = null;
        }
        if (entry.primary().equals(step.self)) {
            lead(i, entry, before);
        } else {
            if (primaries[i] != null) {
                demote(i);
                successors.add(entry.primary());
            }
            if (!entry.lists(step.self) && copies[i] != null) {
                dropIfOthersHaveIt(i, entry);
            }
            attachedBySuccessor(i, entry);
        }
    }

    private void attachedBySuccessor(int i, SegmentEntry entry) {
        Early e = early[i];
        if (e != null && e.attach().term() <= entry.term()) {
            early[i] = null;
            if (e.from().equals(entry.primary()) && e.attach().term() == entry.term()) {
                attach(e.from(), e.attach());
            }
        }
    }

    void tellSuccessors() {
        successors.forEach(n -> step.send(n, new Message.Adopted(directory.effective.number())));
        successors.clear();
    }

    private void lead(int i, SegmentEntry entry, Topology before) {
        if (late(i) && copies[i] != null && copies[i].term > entry.term()) {
            return; // its successor has attached this copy already; leading would end that stream, unknown to it
        }
        if (primaries[i] != null && primaries[i].term == entry.term()) {
            primaries[i].follow(entry, before);
        } else {
            if (primaries[i] != null) {
                demote(i);
            }
            if (lacks(i, entry)) {
                throw new InvariantBroken("made primary of segment " + i + " without a copy: " + entry);
            }
            if (copies[i] == null) {
                copies[i] = new SegmentCopy(i, shared);
                lostSegments += before == null || before.number().n() == 0 ? 0 : 1;
            }
            Set<NodeId> former = new LinkedHashSet<>();
            if (attachedBy[i] != null) {
                former.add(attachedBy[i]);
            }
            if (before != null) {
                former.add(before.segment(i).primary());
            }
            former.remove(step.self);
            primaries[i] = new PrimarySegment(step, directory, leases, copies[i], entry, new ArrayList<>(former));
            primaries[i].tryServe();
        }
        primaries[i].replication.required().forEach(leases::required);
        dirty.set(i);
    }

    /** Whether this node is the primary of a segment there that it has no copy of, and that is not begun anew. */
    boolean lacks(Topology table) {
        for (int i = 0; i < Topology.SEGMENTS; i++) {
            if (table.segment(i).primary().equals(step.self) && lacks(i, table.segment(i))) {
                return true;
            }
        }
        return false;
    }

    private boolean lacks(int i, SegmentEntry led) {
        return copies[i] == null && led.created() != led.term();
    }

    private void demote(int i) {
        fencedWrites += primaries[i].requests.fencedWrites();
        primaries[i] = null;
    }

    /** This node was out of the table. It may be listed again soon; then only what it lacks need be brought. */
    void keepForReturn() {
        keepUntilNanos = step.now + step.settings.keepNanos();
    }

    private void keepNoLonger() {
        keepUntilNanos = Long.MIN_VALUE;
        for (int i = 0; i < Topology.SEGMENTS && directory.effective != null; i++) {
            SegmentEntry entry = directory.effective.segment(i);
            if (copies[i] != null && !entry.lists(step.self)) {
                dropIfOthersHaveIt(i, entry);
            }
        }
    }

    private void dropIfOthersHaveIt(int i, SegmentEntry entry) {
        int wanted = Math.min(step.settings.backups(), directory.effective.seats().size() - 1);
        if (late(i)) {
            return; // the table that lists this node here is still to come
        }
        boolean othersHaveIt = keepUntilNanos == Long.MIN_VALUE && entry.term() >= copies[i].term && directory.inView(entry.primary())
                && entry.backups().size() >= wanted;
        if (step.guards.mayDropCopy(othersHaveIt)) {
            ended[i] = new Ended(copies[i].term, copies[i].stream);
            copies[i] = null;
            if (!step.guards.keepHighestTerm()) {
                highestTerm[i] = 0;
            }
        }
    }

    /** Whether a primary that acts by a newer table was here before the present one came. */
    private boolean late(int i) {
        return attachedAt[i] != null && directory.effective.number().compareTo(attachedAt[i]) < 0;
    }

    List<Message.CopyNumber> copyNumbers() {
        List<Message.CopyNumber> numbers = new ArrayList<>();
        for (SegmentCopy c : copies) {
            if (c != null) {
                // A copy that is still being brought is the last resort.
                numbers.add(new Message.CopyNumber(c.index, c.complete ? c.term : 0, c.seq));
            }
        }
        return numbers;
    }

    // ---- as primary

    void request(NodeId from, SessionKey key, Message m) {
        PrimarySegment p = primaries[key.segment()];
        if (p != null) {
            p.handle(from, m);
            dirty.set(key.segment());
        } // else it is said again, to whoever the newest table names
    }

    void request(NodeId from, SessionKey key, long rid, Message m) {
        if (primaries[key.segment()] == null && directory.effective != null) {
            step.send(from, new Message.Denied(rid, key, Denial.NOT_PRIMARY, null, directory.effective.number()));
        } else {
            request(from, key, m);
        }
    }

    void touched(Message.Touched m) {
        Map<Integer, List<Change.Touch>> bySegment = new TreeMap<>();
        m.touches().forEach(t -> bySegment.computeIfAbsent(t.key().segment(), i -> new ArrayList<>()).add(t));
        bySegment.forEach((i, touches) -> {
            if (primaries[i] != null) {
                primaries[i].requests.touch(touches);
                dirty.set(i);
            }
        });
    }

    void attached(NodeId from, Message.Attached m) {
        PrimarySegment p = primaries[m.segment()];
        if (p == null) {
            return;
        }
        if (m.term() > p.term) {
            // Deposed, or of a lineage that won although the other had gone further: then the coordinator raises it.
            step.send(directory.view().get(0), new Message.Joined(m.segment(), m.term(), from, TableNumber.NONE));
        } else if (p.term == m.term()) {
            p.replication.attached(from, m);
            dirty.set(m.segment());
        }
    }

    void replicated(NodeId from, Message.Replicated m) {
        PrimarySegment p = primaries[m.segment()];
        if (p != null && p.term == m.term()) {
            p.replication.replicated(from, m);
            dirty.set(m.segment());
        }
    }

    @Override
    public List<NodeId> required(int segment) {
        return primaries[segment] == null ? null : primaries[segment].replication.required();
    }

    @Override
    public Collection<NodeId> required() {
        Set<NodeId> all = new LinkedHashSet<>();
        for (PrimarySegment p : primaries) {
            if (p != null) {
                all.addAll(p.replication.required());
            }
        }
        return all;
    }

    /** Runs what became durable and sends what was queued, in the segments that were touched. True: something happened. */
    boolean settle() {
        boolean any = !dirty.isEmpty();
        NodeId coordinator = directory.view().isEmpty() ? null : directory.view().get(0);
        for (int i = dirty.nextSetBit(0); i >= 0; i = dirty.nextSetBit(i + 1)) {
            PrimarySegment p = primaries[i];
            dirty.clear(i);
            if (p != null) {
                while (!directory.frozen && p.replication.settle()) {
                    any = true;
                }
                p.replication.flush(coordinator);
            }
        }
        return any;
    }

    void allDirty() {
        dirty.set(0, Topology.SEGMENTS);
    }

    /** A right to serve may have come back. */
    void retryParked() {
        for (int i = 0; i < Topology.SEGMENTS; i++) {
            if (primaries[i] != null && primaries[i].parking()) {
                primaries[i].tryServe();
                dirty.set(i);
            }
        }
    }

    void tick() {
        owed.forEach(this::pay);
        owed.clear();
        if (keepUntilNanos != Long.MIN_VALUE && step.now >= keepUntilNanos) {
            keepNoLonger();
        }
        for (int i = 0; i < Topology.SEGMENTS; i++) {
            if (primaries[i] != null) {
                primaries[i].tick();
                dirty.set(i);
            }
        }
    }

    // ---- as copy

    void attach(NodeId from, Message.Attach m) {
        int i = m.segment();
        if (m.term() < highestTerm[i]) {
            step.send(from, new Message.Attached(i, highestTerm[i], m.stream(), Message.Match.DIFFERENT, 0));
            return;
        }
        if (copies[i] == null && ended[i] != null && ended[i].term() == m.term() && m.stream() <= ended[i].stream()) {
            return;
        }
        if (primaries[i] != null) {
            // A successor's is answered when this node knows that table. One of another side would overwrite the copy.
            if (m.term() > primaries[i].term) {
                early[i] = new Early(from, m);
                step.send(from, new Message.TableWanted(directory.effective.number()));
            }
            return;
        }
        highestTerm[i] = m.term();
        attachedBy[i] = from;
        boolean elsewhere = directory.effective != null && !directory.effective.follows(m.listed());
        if (attachedAt[i] == null || elsewhere || attachedAt[i].compareTo(m.listed()) < 0) {
            attachedAt[i] = m.listed();
        }
        if (copies[i] == null || copies[i].term != m.term() || copies[i].stream <= m.stream()) {
            step.send(from, m.origin() == m.stream() ? begin(i, m) : goOn(i, m));
        }
    }

    private Message begin(int i, Message.Attach m) {
        SegmentCopy c = copies[i];
        if (c == null) {
            c = new SegmentCopy(i, shared);
            c.complete = true; // empty and equal to an empty primary
            copies[i] = c;
        }
        if (c.term != m.term() || c.stream != m.stream()) {
            c.beginStream(m.term(), m.stream(), m.seq(), c.complete && c.hash() == m.hash());
        }
        return new Message.Attached(i, m.term(), m.stream(),
                c.attachedEqual ? Message.Match.EQUAL : Message.Match.DIFFERENT, 0);
    }

    private Message goOn(int i, Message.Attach m) {
        SegmentCopy c = copies[i];
        if (c == null || c.term != m.term() || c.origin != m.origin()) {
            return new Message.Attached(i, m.term(), m.stream(), Message.Match.UNKNOWN, 0);
        }
        c.stream = m.stream();
        return new Message.Attached(i, m.term(), m.stream(), Message.Match.CONTINUED, c.position);
    }

    void replicate(NodeId from, Message.Replicate m) {
        SegmentCopy c = copies[m.segment()];
        if (m.term() < highestTerm[m.segment()] || c == null || primaries[m.segment()] != null
                || c.term != m.term() || c.stream != m.stream()) {
            return;
        }
        long last = m.first() + m.changes().size() - 1;
        long before = c.position;
        if (m.first() <= c.position + 1) {
            for (long at = c.position + 1; at <= last; at++) {
                c.apply(m.changes().get((int) (at - m.first())), step.now);
                c.position = at;
                c.seq = m.seq();
                c.between = m.between();
            }
        }
        acknowledge(from, m.awaited(), new Message.Replicated(m.segment(), m.term(), m.stream(),
                step.guards.acknowledged(c.position, last)));
        if (step.guards.mayRelay(before, c.position, last)) {
            m.told().forEach(told -> step.send(told.to(), new Message.Relayed(from, told.answer())));
        }
    }

    private void acknowledge(NodeId primary, boolean awaited, Message.Replicated m) {
        Map<Integer, Message.Replicated> own = owed.computeIfAbsent(primary, n -> new TreeMap<>());
        if (awaited) {
            own.remove(m.segment());
            step.send(primary, m);
        } else {
            own.put(m.segment(), m);
        }
    }

    /** Acknowledgements that nobody waits for go with whatever else is said to the primary in this step. */
    void acknowledgeAlong() {
        owed.forEach((primary, own) -> {
            if (!own.isEmpty() && step.sends(primary)) {
                pay(primary, own);
            }
        });
    }

    private void pay(NodeId primary, Map<Integer, Message.Replicated> own) {
        own.values().forEach(m -> step.send(primary, m));
        own.clear();
    }

    // ---- pictures

    /** Number of segments whose primary is here and acts. */
    int led() {
        int led = 0;
        for (PrimarySegment p : primaries) {
            led += p != null ? 1 : 0;
        }
        return led;
    }

    SessionImage image(SessionKey key) {
        SegmentCopy copy = copies[key.segment()];
        StoredSession s = copy == null ? null : copy.get(key);
        return s == null ? null : s.image();
    }

    List<SessionKey> primarySessions(long application) {
        List<SessionKey> keys = new ArrayList<>();
        for (PrimarySegment p : primaries) {
            if (p != null) {
                for (SessionKey key : p.copy.keys()) {
                    if (key.application() == application && !p.copy.get(key).tombstone()) {
                        keys.add(key);
                    }
                }
            }
        }
        return keys;
    }

    ProtocolReport report(NodeId self, ProcessTokens tokens) {
        int leading = 0;
        int starting = 0;
        int backups = 0;
        int sessions = 0;
        int copied = 0;
        int waiting = 0;
        int lagging = 0;
        long bytes = 0;
        long fenced = fencedWrites;
        for (int i = 0; i < Topology.SEGMENTS; i++) {
            SegmentCopy c = copies[i];
            if (c == null) {
                continue;
            }
            int live = (int) c.keys().stream().filter(key -> !c.get(key).tombstone()).count();
            bytes += c.bytes();
            if (primaries[i] == null) {
                backups += c.complete ? 1 : 0;
                copied += live;
            } else {
                leading++;
                starting += primaries[i].serving() ? 0 : 1;
                sessions += live;
                waiting += primaries[i].requests.waiting();
                lagging += primaries[i].replication.lagging();
                fenced += primaries[i].requests.fencedWrites();
            }
        }
        return new ProtocolReport(self, directory.effective, directory.frozen, directory.view(), leading, starting,
                backups, underReplicated(), sessions, copied, bytes, tokens.tokens(), tokens.uncommitted(), waiting,
                fenced, lostSegments, lagging);
    }

    private int underReplicated() {
        Topology table = directory.effective;
        if (table == null) {
            return 0;
        }
        int wanted = step.settings.backups();
        return (int) table.segments().stream().filter(s -> s.backups().size() < wanted).count();
    }

    ProtocolReport.SessionReport report(SessionKey key, Hold hold, NodeId self) {
        int i = key.segment();
        Topology table = directory.effective;
        StoredSession s = copies[i] == null ? null : copies[i].get(key);
        boolean holding = hold != null && (hold.state == Hold.State.HELD || hold.state == Hold.State.RETURNING);
        return new ProtocolReport.SessionReport(key, table == null ? null : table.segment(i).primary(),
                table == null ? List.of() : table.segment(i).backups(),
                holding ? self : s == null ? null : s.holder(),
                holding ? hold.fence : s == null ? null : s.fence(),
                holding ? hold.contents.version() : s == null ? 0 : s.version(),
                s == null || s.tombstone() ? 0 : s.image().size());
    }
}
