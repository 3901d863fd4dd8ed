package dev.baton.protocol;

import dev.baton.model.MalformedPatch;
import dev.baton.model.NodeId;
import dev.baton.model.SegmentEntry;
import dev.baton.model.TableNumber;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A primary's changes on their way to the copies of its segment, and what waits for their acknowledgements.
 *
 * <p>Invariant: a change is durable when every required copy has applied it. Required are all in-sync backups of the
 * effective table, and joiners from the moment that they were brought everything.
 */
final class Replication {
    private record Pending(long seq, Runnable action) {}

    private final Step step;
    private final Directory directory;
    final SegmentCopy copy;
    final long term;
    private final long prevTerm;
    private final long prevSeq;
    private final Map<NodeId, CopyStream> streams = new LinkedHashMap<>();
    private final ArrayDeque<Pending> pending = new ArrayDeque<>();
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
        streams.keySet().removeIf(n -> !entry.lists(n));
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
            // Listed anew: it was out in between, and may have dropped what it had.
            if (stream == null || stream.joiningSince == null || !stream.joiningSince.equals(joiner.since())) {
                open(joiner.node(), joiner.since());
            }
        }
    }

    private void open(NodeId node, TableNumber joiningSince) {
        CopyStream stream = new CopyStream(node, ++lastStream, copy.seq, joiningSince);
        streams.put(node, stream);
        attach(stream, copy.seq, copy.hash());
    }

    /** The hash is that of now, and whatever was queued before is contained in it: the stream starts afresh. */
    private void attach(CopyStream stream, long seq, long hash) {
        stream.sentNow(step.now);
        step.send(stream.node, new Message.Attach(copy.index, term, stream.id, seq, prevTerm, prevSeq, hash,
                directory.effective.number()));
    }

    /** Applies a change here and queues it for the copies. */
    long append(Change change) {
        copy.apply(change, step.now);
        return queue(change);
    }

    /** @throws MalformedPatch where the delta does not fit; nothing was changed */
    long append(Change.Applied change) throws MalformedPatch {
        copy.applyDelta(change, step.now);
        return queue(change);
    }

    private long queue(Change change) {
        copy.seq++;
        int size = size(change);
        for (CopyStream s : streams.values()) {
            Change rendered = s.render(change, copy, step.now);
            s.queue(copy.seq, rendered, rendered == change ? size : size(rendered));
        }
        return copy.seq;
    }

    private static int size(Change change) {
        if (change instanceof Change.Applied c) {
            return 60 + c.delta().size();
        } else if (change instanceof Change.Created c) {
            return 100 + c.image().size();
        } else if (change instanceof Change.Copied c) {
            return 100 + (c.session().tombstone() ? 0 : c.session().image().size());
        } else if (change instanceof Change.Touched c) {
            return 40 * c.touches().size();
        }
        return 60;
    }

    /** The unacknowledged changes of some copy reached the limit: nothing more is taken on. */
    boolean full() {
        for (CopyStream s : streams.values()) {
            if (s.required && s.bytes() > step.settings.maxLogBytes()) {
                return true;
            }
        }
        return pending.size() > 100L * step.settings.maxQueue();
    }

    /** Runs the action once everything up to now is durable: at once if it is. */
    void whenDurable(Runnable action) {
        pending.add(new Pending(copy.seq, action));
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
        while (!pending.isEmpty() && durable(pending.peek().seq())) {
            pending.poll().action().run();
            ran = true;
        }
        return ran;
    }

    void attached(NodeId from, Message.Attached m) {
        CopyStream s = streams.get(from);
        if (s != null && s.id == m.stream() && s.phase == CopyStream.Phase.ATTACHING) {
            s.attached(m.equal());
            if (m.equal()) {
                s.required = true;
            }
        }
    }

    void replicated(NodeId from, Message.Replicated m) {
        CopyStream s = streams.get(from);
        if (s != null && s.id == m.stream() && s.phase != CopyStream.Phase.ATTACHING) {
            s.acknowledged(m.position(), copy.seq);
        }
    }

    /** Sends what is queued; called at the end of a step, so that changes of one step share a message. */
    void flush(NodeId coordinator) {
        for (CopyStream s : streams.values()) {
            if (coordinator != null && s.reportDue(step.guards, step.now, step.settings.resendNanos())) {
                step.send(coordinator, new Message.Joined(copy.index, term, s.node, s.joiningSince));
            }
            s.copyOn(copy, step.settings, step.guards, step.now);
            for (Message m : s.take(copy.index, term, false, step.settings.chunkBytes(), step.now)) {
                step.send(s.node, m);
            }
        }
    }

    void tick() {
        for (CopyStream s : new ArrayList<>(streams.values())) {
            if (s.resendDue(step.now, step.settings.resendNanos())) {
                if (s.phase == CopyStream.Phase.ATTACHING || s.silent()) {
                    // A new stream, since the state has moved on; a late answer to the former is recognised. Also where
                    // a copy answers nothing for long: it may not know the stream any more.
                    boolean required = s.required;
                    open(s.node, s.joiningSince);
                    streams.get(s.node).required = required;
                } else {
                    for (Message m : s.take(copy.index, term, true, step.settings.chunkBytes(), step.now)) {
                        step.send(s.node, m);
                    }
                }
            }
        }
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

    boolean idle() {
        return pending.isEmpty() && streams.values().stream()
                .allMatch(s -> s.hasEverything() && s.joiningSince == null);
    }
}
