package dev.baton.protocol;

import dev.baton.model.Fence;
import dev.baton.model.SessionDelta;
import dev.baton.model.SessionImage;
import dev.baton.model.SessionKey;
import dev.baton.model.Stamp;
import java.util.ArrayList;
import java.util.List;

/**
 * A process's side of one session's token.
 *
 * <pre>
 * WANTED(rid)   → HELD       GRANT of that rid            → gone   DENIED, or given up and forgotten
 * CREATING(rid) → HELD       GRANT of that rid            → gone   DENIED
 * HELD(f)       → RETURNING  nobody inside, none can enter → gone  fenced, destroyed, expelled
 * RETURNING(f)  → WANTED     RELEASED and wanted again    → gone   RELEASED, or refused
 * </pre>
 */
final class Hold {
    enum State { WANTED, CREATING, HELD, RETURNING }

    /** An operation on the held session that waits for its answer. */
    record Operation(long rid, String newId) {
        boolean rename() {
            return newId != null;
        }
    }

    final SessionKey key;
    State state;
    long rid;
    Fence fence = Fence.NONE;
    /** Contents of the process's copy. */
    Stamp contents = Stamp.NOTHING;
    /** WANTED: nobody waits any more. The grant is welcome all the same. */
    boolean abandoned;
    /** WANTED, CREATING: this fence was asked back before its grant came. */
    Fence revoked;
    /** HELD: nobody new enters. */
    boolean closing;
    /** HELD and closing, or RETURNING: somebody waits for the next turn. */
    boolean wantedAgain;
    /** CREATING, or offering: the image to be stored. */
    SessionImage image;
    long ageNanos;
    Operation operation;
    /** HELD: the store lost the session, the process's copy is being offered to it. */
    boolean offering;
    /** Offering: what the image contains. */
    Stamp offered;
    /** Offering: nobody is inside any more, the token goes back when the offer was taken. */
    boolean idle;
    /** The rename is under way: commits wait for the new fence. */
    boolean renaming;
    /** Made under the present fence (or during a creation or rename) and not acknowledged, ascending; mostly none. */
    List<SessionDelta> uncommitted = List.of();
    /** Those who made them want to hear of it when the primary has them. */
    boolean early;
    /** Up to this version they have heard it. */
    long taken;
    long sentNanos;
    int attempts;

    Hold(SessionKey key, State state) {
        this.key = key;
        this.state = state;
    }

    void made(SessionDelta delta) {
        if (uncommitted.isEmpty()) {
            uncommitted = new ArrayList<>(2);
        }
        uncommitted.add(delta);
        contents = new Stamp(fence, delta.version());
    }

    /** Everything up to that version is. */
    void acknowledged(long version) {
        int count = 0;
        while (count < uncommitted.size() && uncommitted.get(count).version() <= version) {
            count++;
        }
        if (count == uncommitted.size()) {
            uncommitted = List.of();
        } else {
            uncommitted.subList(0, count).clear();
        }
    }

    /** How many of the first of these have ended well for those who made them. */
    int taken(List<SessionDelta> deltas) {
        return (int) deltas.stream().takeWhile(d -> d.version() <= taken).count();
    }

    List<SessionDelta> deltas() {
        return new ArrayList<>(uncommitted);
    }

    /** Of what is not acknowledged. */
    long bytes() {
        return uncommitted.stream().mapToLong(SessionDelta::size).sum();
    }

    /** What is not acknowledged, in order, in parts of at most so many bytes where that is possible. */
    List<List<SessionDelta>> parts(long maxBytes) {
        List<List<SessionDelta>> parts = new ArrayList<>();
        long bytes = 0;
        for (SessionDelta d : uncommitted) {
            bytes += d.size();
            if (parts.isEmpty() || bytes > maxBytes) {
                parts.add(new ArrayList<>());
                bytes = d.size();
            }
            parts.get(parts.size() - 1).add(d);
        }
        return parts;
    }

    /** Whether the store is asked, or will be, to have the session go on as that one. */
    boolean becomes(SessionKey renamed) {
        return operation != null && renamed.id().equals(operation.newId())
                && renamed.application() == key.application();
    }

    /** Whether an answer is owed. */
    boolean unanswered() {
        return state != State.HELD || !uncommitted.isEmpty() || operation != null || offering;
    }
}
