package dev.baton.protocol;

import dev.baton.model.NodeId;
import dev.baton.model.SessionKey;
import dev.baton.model.TableNumber;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * A primary's stream of changes to one copy.
 *
 * <p>ATTACHING (the copy has not answered) → LIVE where the copy is equal, else COPYING: sessions are brought in the
 * order of their keys, in steps, between the changes; a change of a session that was not brought yet is skipped, since
 * it will be contained → LIVE once everything was brought.
 */
final class CopyStream {
    enum Phase { ATTACHING, COPYING, LIVE }

    private static final int MAX_BATCH = 500;

    private record Entry(long position, long seq, Change change, int size) {}

    final NodeId node;
    final long id;
    /** The table that lists the copy as joining, or null for one in sync. */
    TableNumber joiningSince;
    /** Its acknowledgement is needed for everything. Once true it stays so until a table drops the copy. */
    boolean required;
    Phase phase = Phase.ATTACHING;

    private final ArrayDeque<Entry> unacknowledged = new ArrayDeque<>();
    private SessionKey cursor;
    private long completeAt;
    private long reportedNanos = Long.MIN_VALUE;
    private long queued;
    private long sent;
    private long acked;
    private long ackedSeq;
    private int bytes;
    private long sentNanos;
    private int attempts;

    CopyStream(NodeId node, long id, long atSeq, TableNumber joiningSince) {
        this.node = node;
        this.id = id;
        this.ackedSeq = atSeq;
        this.joiningSince = joiningSince;
        this.required = joiningSince == null;
    }

    void attached(boolean equal) {
        phase = equal ? Phase.LIVE : Phase.COPYING;
        sent = acked;
        attempts = 0;
        if (!equal) {
            // What was queued meanwhile concerns sessions that are not brought yet.
            List<Entry> entries = new ArrayList<>(unacknowledged);
            unacknowledged.clear();
            bytes = 0;
            queued = acked;
            entries.forEach(e -> queue(e.seq(), new Change.Skipped(), 1));
        }
    }

    void queue(long seq, Change change, int size) {
        unacknowledged.add(new Entry(++queued, seq, change, size));
        bytes += size;
    }

    /** The form of a change that this copy can apply: see the class comment. {@code copy} has it applied already. */
    Change render(Change change, SegmentCopy copy, long now) {
        if (phase != Phase.COPYING) {
            return change;
        }
        if (change instanceof Change.Moved m) {
            SessionKey moved = new SessionKey(m.key().application(), m.newId());
            if (brought(m.key()) && brought(moved)) {
                return change;
            }
            SessionKey only = brought(m.key()) ? m.key() : brought(moved) ? moved : null;
            return only == null ? new Change.Skipped() : copied(only, copy, now);
        }
        SessionKey key = key(change);
        return key == null || brought(key) ? change : new Change.Skipped();
    }

    private boolean brought(SessionKey key) {
        return cursor != null && key.compareTo(cursor) <= 0;
    }

    private static Change copied(SessionKey key, SegmentCopy copy, long now) {
        return new Change.Copied(key, copy.get(key), Math.max(0, now - copy.lastAccess(key, now)));
    }

    static SessionKey key(Change change) {
        if (change instanceof Change.Granted c) {
            return c.key();
        } else if (change instanceof Change.Freed c) {
            return c.key();
        } else if (change instanceof Change.Applied c) {
            return c.key();
        } else if (change instanceof Change.Created c) {
            return c.key();
        } else if (change instanceof Change.Buried c) {
            return c.key();
        }
        return null;
    }

    /** Brings the next sessions, as long as little is under way. */
    void copyOn(SegmentCopy copy, CoreSettings settings, Guards guards, long now) {
        while (phase == Phase.COPYING && bytes < settings.chunkBytes()) {
            SessionKey next = cursor == null
                    ? (copy.sessions().isEmpty() ? null : copy.sessions().firstKey()) : copy.sessions().higherKey(cursor);
            if (next == null) {
                queue(copy.seq, new Change.CopyComplete(), 1);
                completeAt = queued;
                phase = Phase.LIVE;
                required = true;
                return;
            }
            cursor = next;
            StoredSession session = copy.get(next);
            if (!session.tombstone() || guards.copyTombstones()) {
                queue(copy.seq, copied(next, copy, now), session.tombstone() ? 100 : 100 + session.image().size());
            }
        }
    }

    /** What is queued and not sent leaves in messages of bounded size; with {@code again} all that is not acknowledged. */
    List<Message> take(int segment, long term, boolean again, int maxBytes, long now) {
        if (phase == Phase.ATTACHING || unacknowledged.isEmpty()) {
            return List.of();
        }
        long from = again ? acked : sent;
        if (from >= queued) {
            return List.of();
        }
        List<Message> messages = new ArrayList<>();
        List<Change> batch = new ArrayList<>();
        long first = 0;
        long lastSeq = 0;
        long last = from;
        int size = 0;
        for (Entry e : unacknowledged) {
            if (e.position() <= from) {
                continue;
            }
            if (batch.isEmpty()) {
                first = e.position();
            }
            batch.add(e.change());
            lastSeq = e.seq();
            last = e.position();
            size += e.size();
            if (batch.size() == MAX_BATCH || size > maxBytes) {
                messages.add(new Message.Replicate(segment, term, id, first, lastSeq, batch));
                batch = new ArrayList<>();
                size = 0;
                if (again && messages.size() == 4) {
                    break; // the rest with the next flush
                }
            }
        }
        if (!batch.isEmpty()) {
            messages.add(new Message.Replicate(segment, term, id, first, lastSeq, batch));
        }
        sent = last;
        sentNanos = now;
        return messages;
    }

    void acknowledged(long position, long copySeq) {
        if (position <= acked || position > queued) {
            return;
        }
        while (!unacknowledged.isEmpty() && unacknowledged.peek().position() <= position) {
            Entry e = unacknowledged.poll();
            bytes -= e.size();
            ackedSeq = e.seq();
        }
        acked = position;
        attempts = 0;
        if (unacknowledged.isEmpty()) {
            ackedSeq = copySeq;
        }
    }

    boolean has(long seq) {
        // Before the end of the copying is acknowledged, a skipped change may be in a session still under way.
        return phase == Phase.LIVE && acked >= completeAt && ackedSeq >= seq;
    }

    boolean hasEverything() {
        return phase == Phase.LIVE && unacknowledged.isEmpty();
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

    int bytes() {
        return bytes;
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
