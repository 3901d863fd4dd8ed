package dev.baton.protocol;

import dev.baton.model.Fence;
import dev.baton.model.NodeId;
import dev.baton.model.SessionDelta;
import dev.baton.model.SessionKey;
import dev.baton.model.Stamp;
import dev.baton.model.Topology;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The process's side of tokens and commits: what this node's own applications hold, want and have not had answered.
 * Whatever is unanswered is said again, with the same number, to whoever the newest table names.
 */
final class ProcessTokens {
    /** Changes that the primary alone has; with more of them, behind slow copies, requests wait for those. */
    private static final int MAX_TAKEN = 64;
    /** Bytes of changes that are said again together, and that the primary alone has. A message has a limit. */
    private static final long MAX_TOGETHER = 16 << 20;

    private record Expiring(Fence fence, long rid, boolean listenersRan) {}

    /** @param interrupted whether this node was out meanwhile: the listeners may have run, may be running, or not */
    private record Expired(Fence fence, boolean interrupted) {}

    private final Step step;
    private final Directory directory;
    private final TreeMap<SessionKey, Hold> holds = new TreeMap<>();
    private final TreeSet<SessionKey> unanswered = new TreeSet<>();
    private final TreeMap<SessionKey, Expiring> expiring = new TreeMap<>();
    /** Newest fence under which each of the last sessions came here to expire: the grant may come a second time. */
    private final LinkedHashMap<SessionKey, Expired> expired = new LinkedHashMap<>();
    private final Lookups lookups;
    private long lastRid = -1;
    private boolean leaving;

    ProcessTokens(Step step, Directory directory) {
        this.step = step;
        this.directory = directory;
        this.lookups = new Lookups(step, directory);
    }

    /** Odd; look-ups have the even ones, so that a refusal says what was refused. */
    private long nextRid() {
        lastRid += 2;
        return lastRid;
    }

    // ---- inputs

    void lookup(Input.Lookup in) {
        lookups.ask(in, available());
    }

    void cancelLookup(long ticket) {
        lookups.cancel(ticket);
    }

    private boolean available() {
        return directory.effective != null && !directory.frozenForLong() && directory.member(step.self) && !leaving;
    }

    void acquire(Input.Acquire in) {
        Hold hold = holds.get(in.key());
        if (hold != null && hold.state == Hold.State.HELD && !hold.closing) {
            return; // the gate is open, or opening
        }
        if (hold != null && (hold.state == Hold.State.HELD || hold.state == Hold.State.RETURNING)) {
            hold.wantedAgain = true;
            return;
        }
        if (hold != null && !hold.abandoned) {
            return;
        }
        if (!available()) {
            step.emit(new Effect.AcquireFailed(in.key(), Denial.UNAVAILABLE, null));
            return;
        }
        want(in.key(), in.cached());
    }

    private void want(SessionKey key, Stamp cached) {
        Hold hold = new Hold(key, Hold.State.WANTED);
        hold.rid = nextRid();
        hold.contents = cached;
        holds.put(key, hold);
        send(hold);
    }

    void cancelAcquire(Input.CancelAcquire in) {
        Hold hold = holds.get(in.key());
        if (hold == null) {
            return;
        }
        hold.wantedAgain = false;
        if (hold.state == Hold.State.WANTED && !hold.abandoned) {
            // The grant may be under way: it is kept as an idle token. If nothing comes the hold is forgotten.
            hold.abandoned = true;
            hold.sentNanos = step.now;
            directory.toPrimary(hold.key, new Message.Cancel(hold.rid, hold.key));
        }
    }

    void create(Input.Create in) {
        if (!available()) {
            step.emit(new Effect.CreateFailed(in.key(), Denial.UNAVAILABLE));
            return;
        }
        Hold hold = new Hold(in.key(), Hold.State.CREATING);
        hold.rid = nextRid();
        hold.image = in.image();
        hold.ageNanos = in.ageNanos();
        holds.put(in.key(), hold);
        send(hold);
    }

    void commit(Input.Commit in) {
        Hold hold = holdToChange(in.key());
        if (hold == null) {
            return;
        }
        boolean idle = hold.uncommitted.isEmpty();
        hold.made(in.delta());
        hold.early = in.early();
        if (hold.state == Hold.State.HELD && !hold.renaming && !hold.offering) {
            directory.toPrimary(hold.key, commit(hold, List.of(in.delta()), idle));
            if (idle && hold.operation == null) {
                hold.sentNanos = step.now;
                hold.attempts = 0;
            }
            mark(hold);
        }
    }

    private Message.Commit commit(Hold hold, List<SessionDelta> deltas, boolean first) {
        // A token that returns waits for what is durable, and so does a new id: for good, if nobody said that it never will be.
        boolean waits = hold.state != Hold.State.HELD || hold.operation != null && hold.operation.rename();
        boolean early = hold.early && !waits;
        return new Message.Commit(hold.key, hold.fence, deltas, first, early, hold.taken(deltas));
    }

    private void commitAgain(Hold hold) {
        boolean first = true;
        for (List<SessionDelta> part : hold.parts(MAX_TOGETHER)) {
            directory.toPrimary(hold.key, commit(hold, part, first));
            first = false;
        }
    }

    /** Whether the token can go back with all that is not acknowledged; else much of that is said before. */
    private static boolean travelsTogether(Hold hold) {
        return hold.uncommitted.size() <= 1 || hold.bytes() <= MAX_TOGETHER;
    }

    /** What the token goes back with need not be said before. */
    void lastCommit(Input.LastCommit in) {
        Hold hold = holdToChange(in.key());
        if (hold != null) {
            hold.made(in.delta());
            mark(hold);
            idle(new Input.Idle(in.key(), in.ageNanos()));
        }
    }

    /** Null where a delta cannot be taken; the process hears of that. */
    private Hold holdToChange(SessionKey key) {
        Hold hold = holds.get(key);
        if (hold == null || hold.state != Hold.State.HELD && hold.state != Hold.State.CREATING) {
            step.emit(new Effect.TokenLost(key, Denial.FENCED));
            return null;
        }
        if (hold.uncommitted.size() >= step.settings.maxQueue()) {
            lose(hold, Denial.OVERLOADED);
            return null;
        }
        return hold;
    }

    void idle(Input.Idle in) {
        Hold hold = holds.get(in.key());
        Expiring token = expiring.get(in.key());
        if (token != null && !token.listenersRan() && (hold == null || hold.state != Hold.State.HELD)) {
            // Nobody here can run the listeners now: the primary tries again, perhaps elsewhere.
            expiring.remove(in.key());
            directory.toPrimary(in.key(), Message.Release.unused(in.key(), token.fence()));
        } else if (hold != null && hold.offering) {
            hold.idle = true;
            hold.ageNanos = in.ageNanos();
        } else if (hold != null && hold.state == Hold.State.HELD && hold.operation == null) {
            hold.state = Hold.State.RETURNING;
            hold.ageNanos = in.ageNanos();
            send(hold);
        }
    }

    /** Tokens of segments that were begun anew: the copy in this process may be the only one left. */
    void offerWhereLost(Topology table) {
        for (Hold hold : holds.values()) {
            boolean has = hold.state == Hold.State.HELD || hold.state == Hold.State.RETURNING;
            // Offered once: under a second number the answer to the first would be taken for a stray grant.
            boolean offered = hold.offering && hold.image != null;
            if (has && !offered && table.segment(hold.key.segment()).created() > hold.fence.term()) {
                hold.idle = hold.idle || hold.state == Hold.State.RETURNING;
                hold.state = Hold.State.HELD;
                hold.offering = true;
                hold.renaming = false;
                hold.image = null;
                step.emit(new Effect.ImageWanted(hold.key));
                mark(hold);
            }
        }
    }

    void offer(Input.Offer in) {
        Hold hold = holds.get(in.key());
        if (hold != null && hold.offering && hold.image == null) {
            hold.image = in.image();
            hold.offered = hold.contents;
            hold.ageNanos = in.ageNanos();
            hold.uncommitted = List.of();
            hold.rid = nextRid();
            send(hold);
        }
    }

    private void offerTaken(Hold hold, Message.Grant m) {
        hold.offering = false;
        hold.image = null;
        hold.fence = m.fence();
        hold.contents = hold.uncommitted.isEmpty() ? hold.offered : new Stamp(m.fence(), hold.contents.version());
        step.emit(new Effect.Created(hold.key, hold.fence));
        step.emit(new Effect.Committed(hold.key, hold.offered.version()));
        if (hold.idle) {
            hold.idle = false;
            hold.state = Hold.State.RETURNING;
        } else if (!hold.closing && (m.othersWait() || m.fence().equals(hold.revoked))) {
            hold.closing = true;
            step.emit(new Effect.CloseGate(hold.key));
        }
        send(hold);
    }

    void destroy(Input.Destroy in) {
        Hold hold = holds.get(in.key());
        if (hold == null || hold.state != Hold.State.HELD || hold.operation != null) {
            step.emit(new Effect.Destroyed(in.key(), Denial.FENCED));
        } else {
            hold.operation = new Hold.Operation(nextRid(), null);
            send(hold);
        }
    }

    void expired(Input.Expired in) {
        if (expires(in.key(), in.fence())) {
            Expiring token = expiring.get(in.key());
            expiring.put(in.key(), new Expiring(token.fence(), token.rid(), true));
            directory.toPrimary(in.key(), new Message.Destroy(token.rid(), in.key(), token.fence()));
        }
    }

    boolean expires(SessionKey key, Fence fence) {
        Expiring token = expiring.get(key);
        return token != null && token.fence().equals(fence);
    }

    void rename(Input.Rename in) {
        Hold hold = holds.get(in.key());
        if (hold == null || hold.state != Hold.State.HELD || hold.operation != null) {
            step.emit(new Effect.Renamed(in.key(), in.newId(), null, Denial.FENCED));
            return;
        }
        hold.operation = new Hold.Operation(nextRid(), in.newId());
        if (hold.uncommitted.isEmpty()) {
            send(hold);
        } else {
            mark(hold); // what was made under the old id is acknowledged first
        }
    }

    void touch(Input.Touch in) {
        TreeMap<NodeId, List<Change.Touch>> byPrimary = new TreeMap<>();
        for (Change.Touch t : in.touches()) {
            NodeId primary = directory.primary(t.key().segment());
            if (primary != null) {
                byPrimary.computeIfAbsent(primary, n -> new ArrayList<>()).add(t);
            }
        }
        byPrimary.forEach((n, touches) -> step.send(n, new Message.Touched(touches)));
    }

    // ---- messages

    void meta(Message.Meta m) {
        lookups.answered(m);
    }

    void grant(NodeId from, Message.Grant m) {
        if (m.expire()) {
            expire(from, m);
            return;
        }
        Hold hold = holds.get(m.key());
        if (hold != null && hold.offering && hold.image != null && m.rid() == hold.rid) {
            offerTaken(hold, m);
            return;
        }
        boolean has = hold != null && (hold.state == Hold.State.HELD || hold.state == Hold.State.RETURNING);
        if (has && step.guards.grantRepeated(m.fence(), hold.fence)) {
            return;
        }
        boolean wants = hold != null && (hold.state == Hold.State.WANTED || hold.state == Hold.State.CREATING);
        if (!step.guards.grantWanted(wants, m.rid(), hold == null ? -1 : hold.rid) || hold == null) {
            step.send(from, Message.Release.unused(m.key(), m.fence()));
            return;
        }
        boolean creating = hold.state == Hold.State.CREATING;
        hold.state = Hold.State.HELD;
        hold.abandoned = false; // an idle token from now on, like any other
        hold.fence = m.fence();
        hold.image = null;
        hold.attempts = 0;
        hold.closing = m.othersWait() || m.fence().equals(hold.revoked);
        if (!creating) {
            hold.contents = m.contents();
            step.emit(new Effect.OpenGate(m.key(), m.fence(), m.contents(), m.content(), m.idleNanos(), hold.closing));
        } else {
            long latest = hold.uncommitted.isEmpty() ? 1 : hold.uncommitted.get(hold.uncommitted.size() - 1).version();
            hold.contents = new Stamp(hold.fence, latest);
            step.emit(new Effect.Created(m.key(), m.fence()));
            if (hold.closing) {
                step.emit(new Effect.CloseGate(m.key()));
            }
            if (!hold.uncommitted.isEmpty()) {
                send(hold);
            }
        }
        mark(hold);
    }

    private void expire(NodeId from, Message.Grant m) {
        Expiring known = expiring.get(m.key());
        if (known != null && known.fence().equals(m.fence())) {
            if (known.listenersRan()) {
                step.send(from, new Message.Destroy(known.rid(), m.key(), m.fence()));
            }
            return;
        }
        Expired before = expired.get(m.key());
        if (before != null && m.fence().compareTo(before.fence()) <= 0) {
            // Elsewhere they would run, perhaps, a second time.
            boolean ends = before.interrupted() && m.fence().equals(before.fence());
            step.send(from, ends ? new Message.Destroy(nextRid(), m.key(), m.fence())
                    : Message.Release.unused(m.key(), m.fence()));
            return;
        }
        expired.put(m.key(), new Expired(m.fence(), false));
        if (expired.size() > step.settings.maxQueue()) {
            expired.remove(expired.keySet().iterator().next());
        }
        expiring.put(m.key(), new Expiring(m.fence(), nextRid(), false));
        step.emit(new Effect.Expire(m.key(), m.fence(), m.contents(),
                m.content() instanceof Content.Whole w ? w.image() : null, m.idleNanos()));
    }

    void denied(NodeId from, Message.Denied m) {
        Hold hold = holds.get(m.key());
        if (m.reason() == Denial.NOT_PRIMARY) {
            wantTable(from, m);
        }
        if (hold != null && hold.offering && hold.rid == m.rid() && m.reason() != Denial.NOT_PRIMARY) {
            lose(hold, m.reason());
            return;
        }
        if (lookups.denied(m) || hold == null || hold.rid != m.rid() || hold.state != Hold.State.WANTED && hold.state != Hold.State.CREATING) {
            return;
        }
        if (m.reason() == Denial.NOT_PRIMARY) {
            hold.sentNanos = step.soon(); // the other may be about to learn of its table
            hold.attempts = 0;
            return;
        }
        remove(hold);
        if (hold.state == Hold.State.CREATING) {
            step.emit(new Effect.CreateFailed(m.key(), m.reason()));
        } else {
            step.emit(new Effect.AcquireFailed(m.key(), m.reason(), m.holder()));
        }
    }

    private void wantTable(NodeId from, Message.Denied m) {
        if (m.effective().compareTo(directory.effective.number()) > 0) {
            step.send(from, new Message.TableWanted(directory.effective.number()));
        }
    }

    void revoke(NodeId from, Message.Revoke m) {
        Hold hold = holds.get(m.key());
        Expiring token = expiring.get(m.key());
        if (token != null && token.fence().equals(m.fence())) {
            return;
        }
        if (hold == null && unanswered.stream().anyMatch(k -> holds.get(k).becomes(m.key()))) {
            return; // the token comes with the new id, and is asked back again
        }
        if (hold != null && hold.state == Hold.State.WANTED && hold.abandoned) {
            // Its grant was lost, and nobody here asks for it again: others must not wait for this node.
            remove(hold);
            hold = null;
        }
        if (hold == null || hold.state == Hold.State.HELD && !hold.offering && !hold.fence.equals(m.fence())) {
            step.send(from, Message.Release.unused(m.key(), m.fence()));
        } else if (hold.state == Hold.State.HELD && !hold.closing) {
            hold.closing = true;
            step.emit(new Effect.CloseGate(m.key()));
        } else if (hold.state == Hold.State.HELD) {
            step.emit(new Effect.UsersWanted(m.key()));
        }
        if (hold != null && (hold.state == Hold.State.WANTED || hold.state == Hold.State.CREATING || hold.offering)) {
            hold.revoked = m.fence();
        }
    }

    void users(Input.Users in) {
        Hold hold = holds.get(in.key());
        if (hold != null && hold.state == Hold.State.HELD) {
            directory.toPrimary(in.key(), new Message.Users(in.key(), hold.fence, in.text()));
        }
    }

    void usedBy(Message.UsedBy m) {
        Hold hold = holds.get(m.key());
        if (hold != null && hold.state == Hold.State.WANTED && hold.rid == m.rid()) {
            step.emit(new Effect.UsedBy(m.key(), m.holder(), m.text()));
        }
    }

    void released(Message.Released m) {
        Hold hold = holds.get(m.key());
        if (hold == null || hold.state != Hold.State.RETURNING || !hold.fence.equals(m.fence())) {
            return;
        }
        if (m.reason() != null) {
            lose(hold, m.reason());
            return;
        }
        boolean again = hold.wantedAgain;
        remove(hold);
        step.emit(new Effect.Committed(m.key(), hold.contents.version()));
        step.emit(new Effect.Returned(m.key()));
        if (again) {
            if (available()) {
                want(m.key(), hold.contents);
            } else {
                step.emit(new Effect.AcquireFailed(m.key(), Denial.UNAVAILABLE, null));
            }
        }
    }

    /** Enough for {@code acknowledge=primary}. Said again to the next primary, should this one's copies not get it. */
    void taken(Message.Taken m) {
        Hold hold = holds.get(m.key());
        boolean kept = hold != null && hold.state == Hold.State.HELD && hold.fence.equals(m.fence())
                && !hold.uncommitted.isEmpty() && hold.uncommitted.get(0).version() <= m.version();
        if (kept && hold.uncommitted.size() <= MAX_TAKEN && hold.bytes() <= MAX_TOGETHER) {
            hold.taken = Math.max(hold.taken, m.version());
            step.emit(new Effect.Committed(m.key(), m.version()));
            if (!step.guards.keepsTaken()) {
                hold.acknowledged(m.version());
            }
        }
    }

    void committed(Message.Committed m) {
        Hold hold = holds.get(m.key());
        if (hold == null || !hold.fence.equals(m.fence())
                || hold.state != Hold.State.HELD && hold.state != Hold.State.RETURNING) {
            return;
        }
        if (m.reason() != null) {
            // A refusal of what has been acknowledged meanwhile is an old one.
            if (!hold.uncommitted.isEmpty() && hold.uncommitted.get(0).version() <= m.version()) {
                lose(hold, m.reason());
            }
            return;
        }
        boolean tooMuch = hold.state == Hold.State.RETURNING && !travelsTogether(hold);
        hold.acknowledged(m.version());
        hold.attempts = 0;
        hold.sentNanos = step.now;
        step.emit(new Effect.Committed(m.key(), m.version()));
        if (tooMuch && travelsTogether(hold)) {
            send(hold);
        }
        if (hold.operation != null && hold.operation.rename() && hold.uncommitted.isEmpty()) {
            send(hold);
        }
        mark(hold);
    }

    void destroyed(Message.Destroyed m) {
        Expiring token = expiring.get(m.key());
        if (token != null && token.rid() == m.rid()) {
            expiring.remove(m.key());
            step.emit(new Effect.Destroyed(m.key(), m.reason()));
            return;
        }
        Hold hold = holds.get(m.key());
        if (hold == null || hold.operation == null || hold.operation.rid() != m.rid()) {
            return;
        }
        remove(hold);
        step.emit(new Effect.Destroyed(m.key(), m.reason()));
    }

    void renamed(Message.Renamed m) {
        Hold hold = holds.get(m.key());
        if (hold == null || hold.operation == null || hold.operation.rid() != m.rid()) {
            return;
        }
        hold.operation = null;
        hold.renaming = false;
        if (m.reason() != null) {
            step.emit(new Effect.Renamed(m.key(), m.newId(), null, m.reason()));
            if (m.reason() == Denial.EXISTS) {
                mark(hold);
                if (!hold.uncommitted.isEmpty()) {
                    send(hold);
                }
            } else {
                lose(hold, m.reason());
            }
            return;
        }
        remove(hold);
        Hold moved = new Hold(new SessionKey(m.key().application(), m.newId()), Hold.State.HELD);
        moved.fence = m.fence();
        moved.uncommitted = hold.uncommitted;
        moved.early = hold.early;
        moved.contents = hold.uncommitted.isEmpty() ? hold.contents : new Stamp(m.fence(), hold.contents.version());
        holds.put(moved.key, moved);
        step.emit(new Effect.Renamed(m.key(), m.newId(), m.fence(), null));
        if (!moved.uncommitted.isEmpty()) {
            send(moved);
        }
    }

    // ---- life

    /** A message that nobody answered is said again; at once where the primary changed. */
    void resend(boolean[] primaryChanged) {
        for (SessionKey key : new ArrayList<>(unanswered)) {
            Hold hold = holds.get(key);
            boolean changed = primaryChanged != null && primaryChanged[key.segment()];
            boolean due = step.now - hold.sentNanos >= step.settings.resendNanos() << Math.min(hold.attempts, 2);
            if (hold.abandoned) {
                if (step.now - hold.sentNanos > 60 * step.settings.resendNanos()) {
                    remove(hold);
                }
            } else if (due || changed) {
                hold.attempts = changed ? 0 : hold.attempts + 1;
                send(hold);
            }
        }
        lookups.resend(primaryChanged);
        // The destroy after an expiry is said again when the primary repeats its grant.
        if (directory.frozenForLong()) {
            failWaiting();
        }
    }

    /** Whoever waits for a store that is out of reach hears so, rather than waiting for the limit. */
    private void failWaiting() {
        for (SessionKey key : new ArrayList<>(unanswered)) {
            Hold hold = holds.get(key);
            if (hold.state == Hold.State.WANTED && !hold.abandoned) {
                lose(hold, Denial.UNAVAILABLE);
            }
        }
        lookups.failAll();
    }

    /** Says what this session's state wants answered. */
    private void send(Hold hold) {
        hold.sentNanos = step.now;
        SessionKey key = hold.key;
        switch (hold.state) {
            case WANTED -> directory.toPrimary(key, new Message.Acquire(hold.rid, key, hold.contents));
            case CREATING -> directory.toPrimary(key, new Message.Create(hold.rid, key, hold.image, hold.ageNanos));
            case RETURNING -> {
                if (travelsTogether(hold)) {
                    List<SessionDelta> deltas = step.guards.releasedDeltas(hold.deltas());
                    directory.toPrimary(key,
                            new Message.Release(key, hold.fence, deltas, hold.taken(deltas), hold.ageNanos));
                } else {
                    commitAgain(hold);
                }
            }
            case HELD -> {
                Hold.Operation op = hold.operation;
                if (hold.offering) {
                    if (hold.image != null) {
                        directory.toPrimary(key, new Message.Offer(hold.rid, key, hold.fence,
                                hold.offered, hold.image, hold.ageNanos));
                    }
                    break;
                }
                if (!hold.uncommitted.isEmpty() && !hold.renaming) {
                    commitAgain(hold);
                }
                if (op != null && !op.rename()) {
                    directory.toPrimary(key, new Message.Destroy(op.rid(), key, hold.fence));
                } else if (op != null && (hold.renaming || hold.uncommitted.isEmpty())) {
                    hold.renaming = true;
                    directory.toPrimary(key, new Message.Rename(op.rid(), key, hold.fence, op.newId()));
                }
            }
        }
        mark(hold);
    }

    private void mark(Hold hold) {
        if (hold.unanswered()) {
            unanswered.add(hold.key);
        } else {
            unanswered.remove(hold.key);
        }
    }

    private void remove(Hold hold) {
        holds.remove(hold.key);
        unanswered.remove(hold.key);
    }

    private void lose(Hold hold, Denial reason) {
        remove(hold);
        boolean wanted = hold.state == Hold.State.WANTED;
        if (hold.state == Hold.State.CREATING) {
            step.emit(new Effect.CreateFailed(hold.key, reason));
        } else if (!wanted) {
            step.emit(new Effect.TokenLost(hold.key, reason));
        }
        if (hold.operation != null) {
            step.emit(hold.operation.rename()
                    ? new Effect.Renamed(hold.key, hold.operation.newId(), null, reason)
                    : new Effect.Destroyed(hold.key, reason));
        }
        if (wanted && !hold.abandoned || hold.wantedAgain) {
            step.emit(new Effect.AcquireFailed(hold.key, Denial.UNAVAILABLE, null));
        }
    }

    /** This node is no member any more, or was none in between: whatever it held is void. */
    void dropAll() {
        for (Hold hold : new ArrayList<>(holds.values())) {
            lose(hold, Denial.NOT_A_MEMBER);
        }
        expiring.forEach((key, token) -> expired.replace(key, new Expired(token.fence(), true)));
        expiring.clear();
        lookups.failAll();
    }

    void leave() {
        leaving = true;
    }

    boolean holdsTokens() {
        return holds.values().stream().anyMatch(h -> h.state != Hold.State.WANTED);
    }

    Hold hold(SessionKey key) {
        return holds.get(key);
    }

    int tokens() {
        return (int) holds.values().stream().filter(h -> h.state == Hold.State.HELD).count();
    }

    int uncommitted() {
        return holds.values().stream().mapToInt(h -> h.uncommitted.size()).sum();
    }
}
