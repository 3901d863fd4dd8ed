package dev.baton.protocol;

import dev.baton.model.Member;
import dev.baton.model.NodeId;
import dev.baton.model.TableNumber;
import dev.baton.model.Topology;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;

/**
 * Who may serve until when. A process serves sessions of a segment within {@code lease} of the sending of its last
 * question that the segment's primary answered; a primary serves while all whose acknowledgement it requires have
 * answered it so. Answers of a node with a newer table count only once that table is known here, so that nobody who
 * was deposed goes on by the answer of those who deposed him.
 *
 * <p>Rests on one assumption: monotonic clocks run at nearly the same rate.
 */
final class Leases {
    /** What this node needs as a primary. */
    interface Needs {
        /** Copies required for a segment this node is primary of; null where it is not. */
        List<NodeId> required(int segment);

        /** Copies required for any of its segments. */
        Collection<NodeId> required();
    }

    private static final long NEVER = Long.MIN_VALUE;
    private static final int MAX_ASKED = 8;

    private static final class Peer {
        /** Sending of the last question that it answered at all. */
        long answered = NEVER;
        /** The same as primary, less the age of its own right. */
        long answeredAsPrimary = NEVER;
        /** When this node last answered it. */
        long lastAnswer = NEVER;
        TableNumber told = TableNumber.NONE;
        /** Sending of the last question, while that is unanswered. */
        long asking = NEVER;
        final TreeMap<Long, Long> asked = new TreeMap<>();
    }

    private final Step step;
    private final Directory directory;
    private final Needs needs;
    private final TreeMap<NodeId, Peer> peers = new TreeMap<>();
    private long lastEcho;
    private long beatNanos = NEVER;

    Leases(Step step, Directory directory, Needs needs) {
        this.step = step;
        this.directory = directory;
        this.needs = needs;
    }

    private Peer peer(NodeId node) {
        return peers.computeIfAbsent(node, n -> new Peer());
    }

    void tick() {
        if (directory.effective != null && (beatNanos == NEVER || step.now - beatNanos >= step.settings.beatNanos())) {
            beatNanos = step.now;
            peers.keySet().removeIf(n -> !directory.inView(n) && !directory.member(n) && directory.dead(n));
            for (Member m : directory.effective.members()) {
                ask(m.node());
            }
        }
    }

    private void ask(NodeId node) {
        if (node.equals(step.self)) {
            return;
        }
        Peer p = peer(node);
        p.asked.put(++lastEcho, step.now);
        p.asking = step.now;
        while (p.asked.size() > MAX_ASKED) {
            p.asked.pollFirstEntry();
        }
        step.send(node, new Message.Beat(lastEcho, directory.effective.number()));
    }

    /** Somebody needs the right to serve a segment now and does not have it. */
    void askForRight(int segment) {
        NodeId primary = directory.primary(segment);
        if (primary == null) {
            return;
        }
        List<NodeId> whom = primary.equals(step.self) ? needs.required(segment) : List.of(primary);
        if (whom != null) {
            whom.forEach(this::askSoon);
        }
    }

    /** At once, unless the node is being asked. One that had no right itself, and said so, has asked for it meanwhile. */
    private void askSoon(NodeId node) {
        Peer p = peer(node);
        if (p.asking == NEVER || step.now - p.asking > step.settings.beatNanos() / 8) {
            ask(node);
        }
    }

    void beat(NodeId from, Message.Beat m) {
        if (directory.effective == null) {
            // Only members are asked: the table that lists this node was lost on its way here.
            step.send(from, new Message.TableWanted(TableNumber.NONE));
            return;
        }
        told(from, m.effective());
        TableNumber mine = directory.effective.number();
        if (m.effective().compareTo(mine) > 0) {
            step.send(from, new Message.TableWanted(mine));
        } else if (m.effective().compareTo(mine) < 0) {
            step.send(from, new Message.Effective(directory.effective));
        }
        if (directory.member(from)) {
            peer(from).lastAnswer = step.now;
            step.send(from, new Message.BeatAnswer(m.echo(), mine, ownAge()));
        }
    }

    /** Age of this node's right to be a primary, or -1. Where it is stale, whoever can renew it is asked. */
    private long ownAge() {
        if (directory.frozen) {
            return -1;
        }
        long age = 0;
        for (NodeId n : needs.required()) {
            Peer p = peer(n);
            age = Math.max(age, p.answered == NEVER ? Long.MAX_VALUE : step.now - p.answered);
        }
        if (age < step.settings.leaseNanos()) {
            return age;
        }
        needs.required().forEach(this::askSoon);
        return -1;
    }

    /** True where a right was renewed. */
    boolean beatAnswer(NodeId from, Message.BeatAnswer m) {
        if (directory.effective == null) {
            return false;
        }
        told(from, m.effective());
        Peer p = peer(from);
        Long sent = p.asked.remove(m.echo());
        if (sent != null && sent == p.asking) {
            p.asking = NEVER;
        }
        if (m.effective().compareTo(directory.effective.number()) > 0) {
            step.send(from, new Message.TableWanted(directory.effective.number()));
            return false;
        }
        if (sent == null) {
            return false;
        }
        long start = step.guards.leaseStart(sent, step.now);
        p.answered = Math.max(p.answered, start);
        if (m.primaryAgeNanos() >= 0) {
            p.answeredAsPrimary = Math.max(p.answeredAsPrimary, start - m.primaryAgeNanos());
        }
        return true;
    }

    /** The node knows, and acts by, the table of that number. */
    void told(NodeId node, TableNumber number) {
        Peer p = peer(node);
        if (number.compareTo(p.told) > 0) {
            p.told = number;
        }
    }

    /** A node that starts to be required is asked at once, or the segment could not serve until the next beat. */
    void required(NodeId node) {
        if (peer(node).answered == NEVER) {
            askSoon(node);
        }
    }

    /** Until when this process may serve sessions of a segment; {@link Long#MIN_VALUE}: not at all. */
    long until(int segment) {
        if (directory.effective == null || directory.frozen || !directory.member(step.self)) {
            return NEVER;
        }
        NodeId primary = directory.primary(segment);
        if (!primary.equals(step.self)) {
            return plusLease(peer(primary).answeredAsPrimary);
        }
        List<NodeId> required = needs.required(segment);
        if (required == null) {
            return NEVER;
        }
        long until = Long.MAX_VALUE;
        for (NodeId n : required) {
            until = Math.min(until, plusLease(peer(n).answered));
        }
        return until;
    }

    private long plusLease(long from) {
        return from == NEVER ? NEVER : from + step.settings.leaseNanos();
    }

    boolean mayServe(int segment, long now) {
        return until(segment) > now;
    }

    void publish() {
        long[] until = new long[Topology.SEGMENTS];
        for (int i = 0; i < until.length; i++) {
            until[i] = until(i);
        }
        step.emit(new Effect.Serving(until));
    }

    /** Whether none of these can believe to be primary under a table before the one that deposed them. */
    boolean over(List<NodeId> formerPrimaries, TableNumber deposedBy, long deposedNanos) {
        for (NodeId n : formerPrimaries) {
            Peer p = peer(n);
            boolean knows = p.told.compareTo(deposedBy) >= 0;
            boolean expired = p.lastAnswer == NEVER
                    || step.now >= Math.min(p.lastAnswer, deposedNanos) + step.settings.leaseNanos();
            if (!n.equals(step.self) && !directory.dead(n) && !knows && !expired) {
                return false;
            }
        }
        return true;
    }

    /**
     * When the token of a process that is no member any more is surely not used: {@code lease} after this node, or as
     * far as this node can know a former primary, last answered it.
     */
    long tokenFreeNanos(NodeId holder, List<NodeId> formerPrimaries) {
        if (directory.dead(holder) || holder.equals(step.self)) {
            return step.now;
        }
        long last = peer(holder).lastAnswer;
        for (NodeId n : formerPrimaries) {
            last = Math.max(last, peer(n).lastAnswer);
        }
        return last == NEVER ? step.now : last + step.settings.leaseNanos();
    }
}
