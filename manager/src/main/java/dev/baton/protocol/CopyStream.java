package dev.baton.protocol;

import dev.baton.model.AttributeChange;
import dev.baton.model.NodeId;
import dev.baton.model.SessionKey;
import dev.baton.model.TableNumber;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/**
 * A primary's stream of changes to one copy.
 *
 * <p>ATTACHING (the copy has not answered) → LIVE where the copy is equal, else COPYING: sessions are brought in the
 * order of their keys, in steps, between the changes; a change of a session that was not brought yet is skipped, since
 * it will be contained → LIVE once everything was brought. From both → ATTACHING again, to go on where the copy stopped
 * if it still knows the stream.
 *
 * <p>Changes go into the {@link Backlog} and from there, while less than a window is unacknowledged, get a position and
 * leave. So this primary knows what the copy holds: what was sent up to the position that it acknowledges.
 */
final class CopyStream {
    enum Phase { ATTACHING, COPYING, LIVE }

    private static final int MAX_BATCH = 500;

    /** @param seq see {@link Message.Replicate}; {@code joined}: leaves together with the next */
    private record Entry(long position, long seq, boolean between, boolean joined, Change change, int size) {}

    final NodeId node;
    /** Of the attach sent last. */
    long id;
    /** Of the attach from which the positions count. */
    final long origin;
    /** The table that lists the copy as joining, or null for one in sync. */
    TableNumber joiningSince;
    /** Its acknowledgement is needed for everything. Once true it stays so until a table drops the copy. */
    boolean required;
    Phase phase = Phase.ATTACHING;

    private final Backlog backlog;
    private final ArrayDeque<Entry> unacknowledged = new ArrayDeque<>();
    /** The phase in which the stream goes on if the copy can. */
    private Phase interrupted;
    private SessionKey cursor;
    /** Old ids of renamed sessions by the new one, while sessions are brought. */
    private TreeMap<SessionKey, SessionKey> formerIds;
    private long completeAt;
    private long reportedNanos = Long.MIN_VALUE;
    private long queued;
    private long sent;
    private long acked;
    private long ackedSeq;
    private int bytes;
    /** What was sent last has not asked for an acknowledgement soon. */
    private boolean unhurried;
    /** When the oldest that is not acknowledged was said, or something else was acknowledged. */
    private long sentNanos;
    private int attempts;

    CopyStream(NodeId node, long id, long atSeq, TableNumber joiningSince, Guards guards) {
        this.node = node;
        this.id = id;
        this.origin = id;
        this.ackedSeq = atSeq;
        this.joiningSince = joiningSince;
        this.required = joiningSince == null;
        this.backlog = new Backlog(guards);
    }

    // ---- attaching

    /** The copy is asked whether it can go on, under a new number so that what it says to old messages is recognised. */
    void interrupt(long newId) {
        if (phase != Phase.ATTACHING) {
            interrupted = phase;
            phase = Phase.ATTACHING;
        }
        id = newId;
        attempts = 0;
    }

    /** As a joiner anew: it was out in between. */
    void rejoins(TableNumber since) {
        joiningSince = since;
        required = false;
        reportedNanos = Long.MIN_VALUE;
    }

    /** Whether the copy was complete, so that it is worth knowing what it lacks. */
    boolean complete() {
        return (phase == Phase.LIVE || interrupted == Phase.LIVE) && acked >= completeAt;
    }

    /** Whether the copy has ever answered. */
    boolean begun() {
        return phase != Phase.ATTACHING || interrupted != null;
    }

    boolean continuing() {
        return id != origin;
    }

    /** False where the copy cannot be attached so: the stream must begin anew. */
    boolean attached(Message.Match match, long position, Guards guards, long now) {
        if (continuing() != (match == Message.Match.CONTINUED) || position < acked || position > queued) {
            return false;
        }
        attempts = 0;
        if (match == Message.Match.CONTINUED) {
            phase = interrupted;
            interrupted = null; // a copying that is over must not skip changes as one that is under way does
            acknowledged(guards.continuesAt(position, sent), now);
        } else if (match == Message.Match.EQUAL) {
            phase = Phase.LIVE;
        } else {
            phase = Phase.COPYING;
            backlog.clear(); // it concerns sessions that are not brought yet
        }
        sent = acked;
        required |= phase == Phase.LIVE;
        return true;
    }

    // ---- changes

    /** @param before the states that the change replaced, in the order of {@link Backlog#keys} */
    void changed(Change change, List<SessionKey> keys, List<StoredSession> before, long seq) {
        boolean copying = phase == Phase.COPYING || interrupted == Phase.COPYING;
        if (change instanceof Change.Touched t) {
            backlog.touched(t, seq);
        } else if (change instanceof Change.Moved m && formerIds != null) {
            // Its new id's turn may come first, and before what waits for the window.
            formerIds.put(new SessionKey(m.key().application(), m.newId()), m.key());
        }
        for (int i = 0; i < keys.size(); i++) {
            // Both ids of a renamed session are brought together, lest a crash leave none or two.
            if (!copying || brought(keys.get(i)) || change instanceof Change.Moved) {
                backlog.add(keys.get(i), brought(keys.get(i)) || !copying ? before.get(i) : null, change, seq);
            }
        }
    }

    private boolean brought(SessionKey key) {
        return cursor != null && key.compareTo(cursor) <= 0;
    }

    /** Gives positions to what waits, as far as the window allows, and to the next sessions of a copying. */
    void fill(SegmentCopy copy, CoreSettings settings, Guards guards, long now) {
        if (phase == Phase.ATTACHING) {
            return;
        }
        while (!backlog.isEmpty() && bytes < settings.windowBytes()) {
            List<Change> changes = backlog.takeTouches(copy, now);
            if (changes.isEmpty()) {
                changes = backlog.take(copy, now);
            }
            queue(changes, copy);
        }
        while (phase == Phase.COPYING && bytes < settings.chunkBytes()) {
            bringNext(copy, guards, now);
        }
    }

    private void queue(List<Change> together, SegmentCopy copy) {
        for (int i = 0; i < together.size(); i++) {
            Change change = together.get(i);
            int size = size(change);
            unacknowledged.add(new Entry(++queued, backlog.contained(copy.seq), !backlog.isEmpty(),
                    i < together.size() - 1, change, size));
            bytes += size;
        }
    }

    private static int size(Change change) {
        if (change instanceof Change.Applied c) {
            return 60 + c.delta().size();
        } else if (change instanceof Change.Synced c) {
            return 120 + c.changes().stream().mapToInt(AttributeChange::size).sum();
        } else if (change instanceof Change.Created c) {
            return 100 + c.image().size();
        } else if (change instanceof Change.Copied c) {
            return 100 + (c.session().tombstone() ? 0 : c.session().image().size());
        } else if (change instanceof Change.Touched c) {
            return 40 * c.touches().size();
        } else if (change instanceof Change.Purged c) {
            return 40 * c.keys().size();
        }
        return 60;
    }

    private void bringNext(SegmentCopy copy, Guards guards, long now) {
        if (formerIds == null) {
            formerIds = formerIds(copy);
        }
        SessionKey next = cursor == null
                ? (copy.keys().isEmpty() ? null : copy.keys().first()) : copy.keys().higher(cursor);
        if (next == null) {
            queue(List.of(new Change.CopyComplete()), copy);
            completeAt = queued;
            formerIds = null;
            phase = Phase.LIVE;
            required = true;
            return;
        }
        cursor = next;
        List<Change> together = new ArrayList<>();
        for (SessionKey key : relatives(next, copy)) {
            backlog.brought(key);
            StoredSession session = copy.get(key);
            if (!session.tombstone() || guards.copyTombstones()) {
                together.add(new Change.Copied(key, session, copy.idle(key, now)));
            }
        }
        queue(together, copy);
    }

    private static TreeMap<SessionKey, SessionKey> formerIds(SegmentCopy copy) {
        TreeMap<SessionKey, SessionKey> former = new TreeMap<>();
        for (SessionKey key : copy.keys()) {
            String movedTo = copy.get(key).movedTo();
            if (movedTo != null) {
                former.put(new SessionKey(key.application(), movedTo), key);
            }
        }
        return former;
    }

    /** A session under all ids that it has or had: the copy must not have none of them alive, nor two. */
    private Set<SessionKey> relatives(SessionKey key, SegmentCopy copy) {
        Set<SessionKey> keys = new LinkedHashSet<>();
        for (SessionKey k = key; k != null && copy.get(k) != null && keys.add(k); ) {
            k = formerIds.get(k);
        }
        for (SessionKey k = key; k != null && copy.get(k) != null; ) {
            keys.add(k);
            String movedTo = copy.get(k).movedTo();
            k = movedTo == null ? null : new SessionKey(key.application(), movedTo);
        }
        return keys;
    }

    // ---- sending and hearing

    /**
     * What is queued and not sent leaves in messages of bounded size.
     *
     * @param again   also what was sent and is not acknowledged
     * @param awaited somebody waits here for the acknowledgement
     * @param told    to be said by the copy; only where {@link #sendsAll}
     */
    List<Message> take(int segment, long term, boolean again, int maxBytes, long now, boolean awaited,
                       List<Message.Told> told) {
        long from = again ? acked : sent;
        if (phase == Phase.ATTACHING || unacknowledged.isEmpty()) {
            return List.of();
        }
        if (from >= queued) {
            if (!awaited || !unhurried) {
                return List.of();
            }
            unhurried = false;
            return List.of(new Message.Replicate(segment, term, id, queued + 1, ackedSeq, false, true, List.of(), List.of()));
        }
        unhurried = !awaited;
        List<Message> messages = new ArrayList<>();
        List<Change> batch = new ArrayList<>();
        long last = from;
        int size = 0;
        for (Entry e : unacknowledged) {
            if (e.position() <= from) {
                continue;
            }
            batch.add(e.change());
            size += e.size();
            boolean full = batch.size() >= MAX_BATCH || size > maxBytes;
            if (e.position() == queued || full && !e.joined()) {
                last = e.position();
                messages.add(new Message.Replicate(segment, term, id, last - batch.size() + 1, e.seq(), e.between(), awaited,
                        batch, e.position() == queued ? told : List.of()));
                batch = new ArrayList<>();
                size = 0;
                if (again && messages.size() == 4) {
                    break; // the rest with the next flush
                }
            }
        }
        if (again || sent == acked) {
            sentNanos = now;
        }
        sent = last;
        return messages;
    }

    /** Whether more can only be sent, or be reported, when the copy has acknowledged. */
    boolean pressing(CoreSettings settings) {
        return joiningSince != null || !complete() || !backlog.isEmpty() || bytes >= settings.windowBytes() / 2;
    }

    /** Whether the next messages bring the copy all there is. */
    boolean sendsAll() {
        return phase == Phase.LIVE && sent < queued && backlog.isEmpty();
    }

    void acknowledged(long position, long now) {
        if (position <= acked || position > queued) {
            return;
        }
        sentNanos = now;
        while (!unacknowledged.isEmpty() && unacknowledged.peek().position() <= position) {
            Entry e = unacknowledged.poll();
            bytes -= e.size();
            ackedSeq = e.seq();
        }
        acked = position;
        attempts = 0;
    }

    boolean has(long seq) {
        // Before the end of the copying is acknowledged, a skipped change may be in a session still under way.
        return phase == Phase.LIVE && acked >= completeAt
                && seq <= (unacknowledged.isEmpty() ? backlog.contained(Long.MAX_VALUE) : ackedSeq);
    }

    boolean hasEverything() {
        return phase == Phase.LIVE && unacknowledged.isEmpty() && backlog.isEmpty();
    }

    int lagging() {
        return backlog.size();
    }

    /** A joiner with everything is reported at once, and again as long as the table does not list it. */
    boolean reportDue(Guards guards, long now, long interval) {
        if (joiningSince == null || !guards.joinerComplete(phase == Phase.LIVE, hasEverything())
                || reportedNanos != Long.MIN_VALUE && now - reportedNanos < interval) {
            return false;
        }
        reportedNanos = now;
        return true;
    }

    /** Unanswered for longer than the present back-off: 1, 2, 4, 4, … times the interval. */
    boolean resendDue(long now, long interval) {
        if (phase != Phase.ATTACHING && unacknowledged.isEmpty() || now - sentNanos < interval << Math.min(attempts, 2)) {
            return false;
        }
        attempts++;
        sentNanos = now;
        return true;
    }

    /** Everything was said several times without an answer. */
    boolean silent() {
        return attempts > 3;
    }

    void sentNow(long now) {
        sentNanos = now;
    }
}
