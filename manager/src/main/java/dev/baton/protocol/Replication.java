package dev.baton.protocol;

import dev.baton.model.MalformedPatch;
import dev.baton.model.NodeId;
import dev.baton.model.SegmentEntry;
import dev.baton.model.SessionKey;
import dev.baton.model.TableNumber;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A primary's changes on their way to the copies of its segment, and what waits for their acknowledgements.
 *
 * <p>Invariant: a change is durable when every required copy has applied it. Required are all in-sync backups of the
 * effective table, and joiners from the moment that they were brought everything.
 *
 * <p>Where one copy alone is required, an answer goes with the change to that copy, which says it when it has applied
 * the change: that is the moment in which it becomes durable, one delay before this primary can know. The
 * acknowledgement has time then. Should the message be lost, or the copy, the answer is given here.
 */
final class Replication {
    /** Copies that are out of the table whose lack is kept in mind; each may cost as much memory as the segment. */
    private static final int MAX_LAPSED = 2;

    /** What waits for a change to be durable. */
    private static final class Pending {
        final long seq;
        final Runnable action;
        /** The stream whose copy does it instead, or null. */
        CopyStream by;

        Pending(long seq, Runnable action) {
            this.seq = seq;
            this.action = action;
        }
    }

    /** An answer of this step that a copy may give. */
    private record Fresh(Pending pending, Message.Told told) {}

    private record Lapsed(CopyStream stream, long sinceNanos) {}

    private final Step step;
    private final Directory directory;
    final SegmentCopy copy;
    final long term;
    private final long prevTerm;
    private final long prevSeq;
    private final Map<NodeId, CopyStream> streams = new LinkedHashMap<>();
    private final Map<NodeId, Lapsed> lapsed = new LinkedHashMap<>();
    private final ArrayDeque<Pending> pending = new ArrayDeque<>();
    private final List<Fresh> fresh = new ArrayList<>();
    /** How many of what is pending no copy does. */
    private int awaiting;
    private long lastStream;

    Replication(Step step, Directory directory, SegmentCopy copy, long term) {
        this.step = step;
        this.directory = directory;
        this.copy = copy;
        this.term = term;
        this.prevTerm = copy.term;
        this.prevSeq = copy.seq;
        copy.beginStream(term, -1, 0, true);
    }

    /** Follows an effective table of this term. */
    void follow(SegmentEntry entry) {
        for (CopyStream s : new ArrayList<>(streams.values())) {
            if (!entry.lists(s.node)) {
                streams.remove(s.node);
                lapse(s);
            }
        }
        for (NodeId backup : entry.backups()) {
            CopyStream stream = streams.get(backup);
            if (stream == null) {
                open(backup, null);
            } else {
                stream.joiningSince = null;
                stream.required = true;
            }
        }
        for (SegmentEntry.Joiner joiner : entry.joining()) {
            CopyStream stream = streams.get(joiner.node());
            Lapsed former = lapsed.remove(joiner.node());
            if (stream == null && former != null) {
                stream = former.stream();
                streams.put(joiner.node(), stream);
            }
            if (stream == null) {
                open(joiner.node(), joiner.since());
            } else if (!joiner.since().equals(stream.joiningSince)) {
                // Listed anew: it was out in between, and may have dropped what it had.
                stream.rejoins(joiner.since());
                goOn(stream);
            }
        }
    }

    /** A copy that is out may come back with what it has: what it lacks is kept in mind for a while. */
    private void lapse(CopyStream stream) {
        if (stream.complete() && !directory.dead(stream.node)) {
            if (lapsed.size() == MAX_LAPSED) {
                lapsed.remove(lapsed.keySet().iterator().next());
            }
            lapsed.put(stream.node, new Lapsed(stream, step.now));
        }
    }

    private void open(NodeId node, TableNumber joiningSince) {
        lapsed.remove(node);
        CopyStream stream = new CopyStream(node, ++lastStream, copy.seq, joiningSince, step.guards);
        streams.put(node, stream);
        attach(stream);
    }

    private void goOn(CopyStream stream) {
        answerHere(stream);
        if (stream.begun()) {
            stream.interrupt(++lastStream);
            attach(stream);
        } else {
            beginAnew(stream);
        }
    }

    private void beginAnew(CopyStream former) {
        open(former.node, former.joiningSince);
        streams.get(former.node).required = former.required;
    }

    /** The hash is that of now, and whatever was queued before is contained in it where the stream begins. */
    private void attach(CopyStream stream) {
        stream.sentNow(step.now);
        step.send(stream.node, new Message.Attach(copy.index, term, stream.id, stream.origin, copy.seq, prevTerm, prevSeq,
                copy.hash(), directory.effective.number()));
    }

    /** Applies a change here and queues it for the copies. */
    void append(Change change) {
        List<SessionKey> keys = Backlog.keys(change);
        List<StoredSession> before = states(keys);
        copy.apply(change, step.now);
        queue(change, keys, before);
    }

    /** @throws MalformedPatch where the delta does not fit; nothing was changed */
    void append(Change.Applied change) throws MalformedPatch {
        List<SessionKey> keys = List.of(change.key());
        List<StoredSession> before = states(keys);
        copy.applyDelta(change, step.now);
        queue(change, keys, before);
    }

    private List<StoredSession> states(List<SessionKey> keys) {
        List<StoredSession> states = new ArrayList<>(keys.size());
        keys.forEach(k -> states.add(copy.get(k)));
        return states;
    }

    private void queue(Change change, List<SessionKey> keys, List<StoredSession> before) {
        copy.seq++;
        streams.values().forEach(s -> s.changed(change, keys, before, copy.seq));
        lapsed.values().forEach(l -> l.stream().changed(change, keys, before, copy.seq));
    }

    /** More waits for acknowledgements than is taken on. */
    boolean full() {
        return pending.size() > 100L * step.settings.maxQueue();
    }

    /** Sessions whose present state was not sent to some copy in the table. */
    int lagging() {
        return streams.values().stream().mapToInt(CopyStream::lagging).max().orElse(0);
    }

    /** Whether as many backups are in sync as changes need ({@code minInSync}). */
    boolean enoughInSync() {
        int inSync = 0;
        for (CopyStream s : streams.values()) {
            inSync += s.joiningSince == null ? 1 : 0;
        }
        return step.guards.enoughInSync(inSync, step.settings.minInSync());
    }

    /** Runs the action once everything up to now is durable: at once if it is. */
    void whenDurable(Runnable action) {
        await(action);
    }

    /**
     * As {@link #whenDurable(Runnable)}, for an answer.
     *
     * @param answer what {@code action} would say if nothing else happened until then
     */
    void whenDurable(NodeId to, Supplier<Message.Answer> answer, Runnable action) {
        Pending p = await(action);
        if (!to.equals(step.self) && oneSuffices() && directory.hearsFromCopies(to)) {
            fresh.add(new Fresh(p, new Message.Told(to, answer.get())));
        }
    }

    private boolean oneSuffices() {
        return step.guards.oneSuffices(required().size());
    }

    private Pending await(Runnable action) {
        Pending p = new Pending(copy.seq, action);
        pending.add(p);
        awaiting++;
        return p;
    }

    boolean durable(long seq) {
        int required = 0;
        int have = 0;
        for (CopyStream s : streams.values()) {
            if (s.required) {
                required++;
                if (s.has(seq)) {
                    have++;
                }
            }
        }
        return step.guards.copiesAgree(have, required);
    }

    /** Runs what has become durable. True where something ran. */
    boolean settle() {
        boolean ran = false;
        while (!pending.isEmpty() && durable(pending.peek().seq)) {
            Pending p = pending.poll();
            if (p.by == null) {
                awaiting--;
            }
            if (p.by == null || !p.by.has(p.seq)) {
                p.action.run();
                ran = true;
            }
        }
        return ran;
    }

    /** The answers of this step that go with the changes to that copy, which alone has to acknowledge them. */
    private List<Message.Told> relayed(CopyStream s) {
        if (fresh.isEmpty() || directory.frozen || !s.required || !oneSuffices() || !s.sendsAll() || !enoughInSync()) {
            return List.of();
        }
        List<Message.Told> told = new ArrayList<>();
        long bytes = 0;
        for (Fresh f : fresh) {
            long image = f.told().answer() instanceof Message.Grant g && g.content() instanceof Content.Whole w
                    ? w.image().size() : 0;
            boolean wasteful = image > 0 && !f.told().to().equals(s.node);
            boolean full = bytes > step.settings.chunkBytes(); // they share a message
            if (!wasteful && !full && !durable(f.pending().seq)) {
                bytes += image;
                told.add(f.told());
                f.pending().by = s;
                awaiting--;
            }
        }
        return told;
    }

    /** The copy may not have heard what it was to say. */
    private void answerHere(CopyStream s) {
        for (Pending p : pending) {
            if (p.by == s) {
                p.by = null;
                awaiting++;
            }
        }
    }

    void attached(NodeId from, Message.Attached m) {
        CopyStream s = streams.get(from);
        if (s != null && s.id == m.stream() && s.phase == CopyStream.Phase.ATTACHING
                && !s.attached(m.match(), m.position(), step.guards, step.now)) {
            beginAnew(s);
        }
    }

    void replicated(NodeId from, Message.Replicated m) {
        CopyStream s = streams.get(from);
        if (s != null && s.id == m.stream() && s.phase != CopyStream.Phase.ATTACHING) {
            s.acknowledged(m.position(), step.now);
        }
    }

    /** Sends what is queued; called at the end of a step, so that changes of one step share a message. */
    void flush(NodeId coordinator) {
        for (CopyStream s : streams.values()) {
            if (coordinator != null && s.reportDue(step.guards, step.now, step.settings.resendNanos())) {
                step.send(coordinator, new Message.Joined(copy.index, term, s.node, s.joiningSince));
            }
            s.fill(copy, step.settings, step.guards, step.now);
            List<Message.Told> told = relayed(s);
            for (Message m : s.take(copy.index, term, false, step.settings.chunkBytes(), step.now,
                    awaiting > 0 || s.pressing(step.settings), told)) {
                step.send(s.node, m);
            }
        }
        fresh.clear();
    }

    void tick() {
        for (CopyStream s : new ArrayList<>(streams.values())) {
            if (!s.resendDue(step.now, step.settings.resendNanos())) {
                continue;
            }
            if (s.phase == CopyStream.Phase.ATTACHING || s.silent()) {
                // The state has moved on, or the copy does not know the stream any more. A late answer to the former
                // attach is recognised.
                goOn(s);
            } else {
                answerHere(s);
                for (Message m : s.take(copy.index, term, true, step.settings.chunkBytes(), step.now, true, List.of())) {
                    step.send(s.node, m);
                }
            }
        }
        lapsed.values().removeIf(l -> directory.dead(l.stream().node)
                || step.now - l.sinceNanos() > step.settings.keepNanos());
    }

    /** Nodes whose acknowledgement is required. */
    List<NodeId> required() {
        List<NodeId> nodes = new ArrayList<>();
        for (CopyStream s : streams.values()) {
            if (s.required) {
                nodes.add(s.node);
            }
        }
        return nodes;
    }

    /** Whether every copy in the table has the changes up to there, and none is still being brought the rest. */
    boolean everywhere(long seq) {
        return streams.values().stream().allMatch(s -> s.joiningSince == null && s.has(seq));
    }
}
