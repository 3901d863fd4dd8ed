package dev.baton.protocol;

import dev.baton.model.Epoch;
import dev.baton.model.Fence;
import dev.baton.model.Location;
import dev.baton.model.NodeId;
import dev.baton.model.SessionDelta;
import dev.baton.model.SessionImage;
import dev.baton.model.SessionKey;
import dev.baton.model.SessionMeta;
import dev.baton.model.Stamp;
import dev.baton.model.TableNumber;
import dev.baton.model.Topology;
import java.util.List;

/**
 * Everything that nodes say to each other. Any of them may be lost, delayed, doubled or overtaken; the numbers inside
 * make that harmless. The sender (name and incarnation) comes with the envelope.
 */
public sealed interface Message {
    /** What a primary says when a change is durable: a copy that is alone in having to acknowledge may say it for it. */
    sealed interface Answer extends Message {}

    /** Longest text of {@link Users} and {@link UsedBy}. */
    int MAX_TEXT = 500;

    /** An application deployed on a node: its name and {@link SessionKey#applicationHash hash}. */
    record App(long hash, String name) {}

    /** State of one copy of a segment, as a promise reports it. */
    record CopyNumber(int segment, long term, long seq) {}

    // ---- membership and table

    /** Who I am. {@code settings}: canonical text of the settings that must agree in the cluster. */
    record Hello(Location location, boolean store, String settings, List<App> apps) implements Message {
        public Hello {
            apps = List.copyOf(apps);
        }
    }

    /** A coordinator claims an epoch. */
    record Claim(Epoch epoch) implements Message {}

    /**
     * Nothing of a lower epoch is stored by the sender any more.
     *
     * @param stored    the newest table stored, null on a fresh node
     * @param effective the table that the sender acts by, null on a fresh node
     */
    record Promise(Epoch epoch, Topology stored, Topology effective, List<CopyNumber> copies) implements Message {
        public Promise {
            copies = List.copyOf(copies);
        }
    }

    /** The sender promised a higher epoch, or stores a table that wins. */
    record Refused(Epoch claimed, Epoch promised) implements Message {}

    /**
     * Store this table; it is not in effect yet.
     *
     * @param asked whether the receiver's promise was heard before the table was chosen, and with it what it acts by
     */
    record Store(Topology table, boolean asked) implements Message {}

    record Stored(TableNumber number) implements Message {}

    /** A majority has stored this table. */
    record Effective(Topology table) implements Message {}

    /** The sender heard of a newer table than it has. */
    record TableWanted(TableNumber have) implements Message {}

    /** From a former primary to its successor: it knows the table of that number and acts by it. */
    record Adopted(TableNumber number) implements Message {}

    /**
     * A primary to the coordinator: the joiner has everything, and is required for every acknowledgement; or, with a
     * term above the segment's, that node refused to follow because it knows that term.
     *
     * @param listed the table that first listed the joiner; none where it refused, lest that be taken for its join once
     *               the segment's term is raised
     */
    record Joined(int segment, long term, NodeId joiner, TableNumber listed) implements Message {}

    /** The sender wants to leave once it owns nothing. */
    record LeaveWanted() implements Message {}

    // ---- lease

    /** A question that only asks for an answer; {@code echo} comes back with it. */
    record Beat(long echo, TableNumber effective) implements Message {}

    /**
     * @param effective         newest effective table the answering node knows: with an older one the answer gives no lease
     * @param primaryAgeNanos age of the right of the answering node to serve as primary, or -1: it may not
     */
    record BeatAnswer(long echo, TableNumber effective, long primaryAgeNanos) implements Message {}

    // ---- processes and primaries

    record Lookup(long rid, SessionKey key) implements Message {}

    /** Answer to a look-up; {@code meta} is null where no such session exists. */
    record Meta(long rid, SessionKey key, SessionMeta meta, long idleNanos, NodeId holder) implements Message {}

    /** @param cached contents that the process still has, or {@link Stamp#NOTHING} */
    record Acquire(long rid, SessionKey key, Stamp cached) implements Message {}

    record Grant(long rid, SessionKey key, Fence fence, Stamp contents, Content content, long idleNanos,
                 boolean othersWait, boolean expire) implements Answer {}

    /** @param holder process that has the token where that was the reason, else null */
    record Denied(long rid, SessionKey key, Denial reason, NodeId holder, TableNumber effective) implements Message {}

    record Cancel(long rid, SessionKey key) implements Message {}

    record Revoke(SessionKey key, Fence fence) implements Message {}

    /** From a holder that was asked for the token once more and cannot give it yet: who is using the session. */
    record Users(SessionKey key, Fence fence, String text) implements Message {}

    /** From the primary to a process that waits: who is using the session, and where; for people. */
    record UsedBy(long rid, SessionKey key, NodeId holder, String text) implements Message {}

    /**
     * The token back, with every delta not yet acknowledged.
     *
     * @param taken how many of the first of them some primary has {@link Taken}: the next one has to keep them
     */
    record Release(SessionKey key, Fence fence, List<SessionDelta> deltas, int taken, long ageNanos) implements Message {
        public Release {
            deltas = List.copyOf(deltas);
        }

        /** A token that nobody here uses or wants, and that tells of no access. */
        static Release unused(SessionKey key, Fence fence) {
            return new Release(key, fence, List.of(), 0, Long.MAX_VALUE);
        }
    }

    /** @param reason null where everything released is durable */
    record Released(SessionKey key, Fence fence, Denial reason) implements Answer {}

    record Create(long rid, SessionKey key, SessionImage image, long ageNanos) implements Message {}

    /**
     * @param first whether nothing before is unacknowledged; otherwise they may need what was said before and is lost
     * @param early whether the holder wants to hear of it when the primary has them, before the copies do
     * @param taken how many of the first of them some primary has {@link Taken}: the next one has to keep them
     */
    record Commit(SessionKey key, Fence fence, List<SessionDelta> deltas, boolean first, boolean early, int taken)
            implements Message {
        public Commit {
            deltas = List.copyOf(deltas);
        }
    }

    /** The primary has everything up to {@code version}. The holder keeps it until it is durable. */
    record Taken(SessionKey key, Fence fence, long version) implements Message {}

    /** Everything up to {@code version} is durable; or, with a reason, the version was refused. */
    record Committed(SessionKey key, Fence fence, long version, Denial reason) implements Answer {}

    /**
     * A holder's copy of a session whose segment had to be begun anew, because every copy in the store was lost.
     * Answered by a grant, or a refusal.
     *
     * @param fence    the token under which the process had it
     * @param contents version of the image and the fence it was made under
     */
    record Offer(long rid, SessionKey key, Fence fence, Stamp contents, SessionImage image, long ageNanos)
            implements Message {}

    record Destroy(long rid, SessionKey key, Fence fence) implements Message {}

    record Destroyed(long rid, SessionKey key, Denial reason) implements Message {}

    /** New id of the same segment. */
    record Rename(long rid, SessionKey key, Fence fence, String newId) implements Message {}

    /** @param fence the new token; null with a reason */
    record Renamed(long rid, SessionKey key, String newId, Fence fence, Denial reason) implements Message {}

    /** How many sessions of the application have their primary at the node that is asked, and which? */
    record Census(long ticket, long application) implements Message {}

    /**
     * Answer to a census.
     *
     * @param effective table by which the sender leads these segments
     * @param segments  number of segments that it leads
     * @param sessions  number of their sessions
     * @param keys      of them, as many as fit
     */
    record Counted(long ticket, TableNumber effective, long segments, long sessions, List<SessionKey> keys)
            implements Message {
        public Counted {
            keys = List.copyOf(keys);
        }
    }

    record Touched(List<Change.Touch> touches) implements Message {
        public Touched {
            touches = List.copyOf(touches);
        }
    }

    // ---- primaries and copies

    /**
     * A primary opens a stream to a copy.
     *
     * @param stream   ascending within the primary's life, tells this stream from former ones
     * @param origin   the stream that this one continues, positions included; or itself: it begins
     * @param seq      number of the last change before the stream
     * @param prevTerm term, and
     * @param prevSeq  number, at which the primary's copy stood when its term began
     * @param hash     of the primary's state at {@code seq}
     * @param listed   table by which the primary acts; a copy that hears of older ones later keeps what it is brought
     */
    record Attach(int segment, long term, long stream, long origin, long seq, long prevTerm, long prevSeq, long hash,
                  TableNumber listed) implements Message {}

    /** What a copy is, compared with the primary that attached it. */
    enum Match {
        /** Complete and equal: nothing needs copying. */
        EQUAL,
        DIFFERENT,
        /** It follows the stream to be continued, and has applied it up to a position. */
        CONTINUED,
        /** It does not follow the stream to be continued any more. */
        UNKNOWN
    }

    /** @param position applied of the stream that is continued, else 0 */
    record Attached(int segment, long term, long stream, Match match, long position) implements Message {}

    /** What a copy says to a process for the primary, once it has applied everything up to there. */
    record Told(NodeId to, Answer answer) {}

    /**
     * Changes at positions {@code first}, {@code first + 1}, … of the stream; with none it only asks for the
     * acknowledgement.
     *
     * @param seq     with them the copy contains every change of the segment up to this number
     * @param between it then contains some later ones too
     * @param awaited somebody waits for the acknowledgement; else it has time
     * @param told    by the copy, which alone has to acknowledge
     */
    record Replicate(int segment, long term, long stream, long first, long seq, boolean between, boolean awaited,
                     List<Change> changes, List<Told> told) implements Message {
        public Replicate {
            changes = List.copyOf(changes);
            told = List.copyOf(told);
        }
    }

    /** From a copy: what the primary had it say when it had applied a change. */
    record Relayed(NodeId primary, Answer answer) implements Message {}

    /** The copy has applied everything up to this position of the stream. */
    record Replicated(int segment, long term, long stream, long position) implements Message {}
}
