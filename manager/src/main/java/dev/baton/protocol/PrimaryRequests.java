package dev.baton.protocol;

import dev.baton.model.Fence;
import dev.baton.model.MalformedPatch;
import dev.baton.model.NodeId;
import dev.baton.model.SessionDelta;
import dev.baton.model.SessionKey;
import dev.baton.model.Stamp;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What processes ask of the sessions of one segment, answered by its primary: look-ups, tokens and their queues,
 * commits, creation, destruction, change of id.
 *
 * <p>Handlers are lists of guards: refusals first, the ordinary case last. Every answer is given when what it rests on
 * is durable; what could not be answered, or whose answer was lost, is asked again under the same number.
 */
final class PrimaryRequests {
    private final Step step;
    private final Directory directory;
    private final PrimarySegment segment;
    private final Replication replication;
    private final SegmentCopy copy;
    private final long term;
    private final TreeMap<SessionKey, TokenQueue> queues = new TreeMap<>();
    private final TreeMap<SessionKey, RecentDeltas> recent = new TreeMap<>();
    /** Sessions made in this term of which nobody was told yet; kept with {@code minInSync} only. */
    private final TreeSet<SessionKey> untold = new TreeSet<>();
    private long fencedWrites;

    PrimaryRequests(Step step, Directory directory, PrimarySegment segment) {
        this.step = step;
        this.directory = directory;
        this.segment = segment;
        this.replication = segment.replication;
        this.copy = segment.copy;
        this.term = segment.term;
    }

    void handle(NodeId from, Message m) {
        if (m instanceof Message.Lookup x) {
            lookup(from, x);
        } else if (m instanceof Message.Acquire x) {
            acquire(from, x);
        } else if (m instanceof Message.Cancel x) {
            cancel(from, x);
        } else if (m instanceof Message.Release x) {
            release(from, x);
        } else if (m instanceof Message.Create x) {
            create(from, x);
        } else if (m instanceof Message.Commit x) {
            commit(from, x);
        } else if (m instanceof Message.Offer x) {
            offer(from, x);
        } else if (m instanceof Message.Destroy x) {
            destroy(from, x);
        } else if (m instanceof Message.Rename x) {
            rename(from, x);
        } else if (m instanceof Message.Users x) {
            users(from, x);
        }
    }

    int waiting() {
        return queues.values().stream().mapToInt(TokenQueue::size).sum();
    }

    /** Who waits for the token of a session, the next one first. */
    List<TokenQueue.Waiter> queued(SessionKey key) {
        TokenQueue queue = queues.get(key);
        return queue == null ? List.of() : List.copyOf(queue.waiters());
    }

    long fencedWrites() {
        return fencedWrites;
    }

    /** Processes that are no members any more wait for nothing. */
    void dropWaitersOut() {
        for (TokenQueue q : queues.values()) {
            q.waiters().removeIf(w -> !directory.member(w.process()));
        }
        queues.values().removeIf(TokenQueue::isEmpty);
    }

    /** A revocation, or the grant that carried one, may have been lost. */
    void resendRevocations() {
        for (Map.Entry<SessionKey, TokenQueue> e : new ArrayList<>(queues.entrySet())) {
            TokenQueue q = e.getValue();
            if (q.revokedNanos != Long.MIN_VALUE && step.guards.resendRevoke()
                    && step.now - q.revokedNanos >= step.settings.resendNanos() << Math.min(q.revocations, 2)) {
                q.revokedNanos = Long.MIN_VALUE;
                q.revocations++;
                revoke(e.getKey(), copy.get(e.getKey()), q);
            }
        }
    }

    void deny(NodeId to, long rid, SessionKey key, Denial reason, NodeId holder) {
        step.send(to, new Message.Denied(rid, key, reason, holder, directory.effective.number()));
    }

    private void lookup(NodeId from, Message.Lookup m) {
        if (!segment.mayDeny(from, m)) {
            return;
        }
        replication.whenDurable(() -> {
            StoredSession s = copy.get(m.key());
            boolean exists = s != null && !s.tombstone() && !s.expiring();
            step.send(from, new Message.Meta(m.rid(), m.key(), exists ? s.image().meta() : null,
                    copy.idle(m.key(), step.now), exists ? s.holder() : null));
        });
    }

    private void acquire(NodeId from, Message.Acquire m) {
        StoredSession s = copy.get(m.key());
        if (s == null || s.tombstone()) {
            if (segment.mayDeny(from, m)) {
                replication.whenDurable(() -> deny(from, m.rid(), m.key(), Denial.NO_SUCH_SESSION, null));
            }
            return;
        }
        if (!segment.mayGrant(from, m, s)) {
            return;
        }
        TokenQueue.Waiter waiter = new TokenQueue.Waiter(from, m.rid(), m.cached());
        if (from.equals(s.holder()) && m.rid() == s.rid()) {
            answerRepeated(from, () -> sendGrant(m.key(), from, m.rid(), s.fence(), m.cached()));
            return;
        }
        if (from.equals(s.holder()) && m.rid() < s.rid()) {
            return;
        }
        TokenQueue queue = queues.computeIfAbsent(m.key(), k -> new TokenQueue());
        if (queue.size() >= step.settings.maxQueue()) {
            deny(from, m.rid(), m.key(), Denial.OVERLOADED, s.holder());
            return;
        }
        queue.add(waiter);
        if (from.equals(s.holder()) && !s.expiring()) {
            // A process asks only while it has no token: the former grant never arrived or was given up.
            free(m.key(), s);
        } else if (s.holder() == null) {
            grantNext(m.key());
        } else {
            revoke(m.key(), s, queue);
        }
    }

    private void revoke(SessionKey key, StoredSession s, TokenQueue queue) {
        if (queue.revokedNanos == Long.MIN_VALUE && s != null && s.holder() != null && !s.expiring()) {
            queue.revokedNanos = step.now;
            step.send(s.holder(), new Message.Revoke(key, s.fence()));
        }
    }

    /** Asks the holder of an idle session for the token: it may have news of accesses. */
    void revokeIdle(SessionKey key, StoredSession s) {
        step.send(s.holder(), new Message.Revoke(key, s.fence()));
    }

    private void users(NodeId from, Message.Users m) {
        StoredSession s = copy.get(m.key());
        if (s != null && from.equals(s.holder()) && s.fence().equals(m.fence())) {
            queued(m.key()).forEach(w -> step.send(w.process(), new Message.UsedBy(w.rid(), m.key(), from, m.text())));
        }
    }

    private void cancel(NodeId from, Message.Cancel m) {
        TokenQueue queue = queues.get(m.key());
        if (queue != null) {
            queue.cancel(from, m.rid());
            if (queue.isEmpty()) {
                queues.remove(m.key());
            }
        }
    }

    void free(SessionKey key, StoredSession s) {
        replication.append(new Change.Freed(key, s.fence()));
        grantNext(key);
    }

    private void grantNext(SessionKey key) {
        TokenQueue queue = queues.get(key);
        TokenQueue.Waiter next = queue == null ? null : queue.poll(step.guards);
        if (queue != null && queue.isEmpty()) {
            queues.remove(key);
        }
        if (next != null) {
            grant(key, next, false);
        }
    }

    private void grant(SessionKey key, TokenQueue.Waiter to, boolean expire) {
        Fence fence = copy.get(key).fence().next(term);
        TokenQueue queue = queues.get(key);
        if (queue != null) {
            // The bit "others wait" asks the new holder; if the grant is lost the revocation follows.
            queue.revokedNanos = step.now;
            queue.revocations = 0;
        }
        replication.append(new Change.Granted(key, to.process(), fence, step.guards.replicatedRid(to.rid()), expire));
        Runnable send = () -> sendGrant(key, to.process(), to.rid(), fence, to.cached());
        if (step.guards.grantWaitsForBackups()) {
            replication.whenDurable(to.process(), () -> grantMessage(key, to.rid(), to.cached()), send);
        } else {
            send.run();
        }
    }

    /** Grants the token to a member that can run the destroyed listeners. */
    void grantForExpiry(SessionKey key, NodeId to) {
        grant(key, new TokenQueue.Waiter(to, 0, Stamp.NOTHING), true);
    }

    void repeatExpiry(SessionKey key, StoredSession s) {
        replication.whenDurable(() -> sendGrant(key, s.holder(), s.rid(), s.fence(), Stamp.NOTHING));
    }

    private void sendGrant(SessionKey key, NodeId to, long rid, Fence fence, Stamp cached) {
        StoredSession s = copy.get(key);
        if (s == null || s.tombstone() || !to.equals(s.holder()) || !s.fence().equals(fence)) {
            return;
        }
        step.send(to, grantMessage(key, rid, cached));
    }

    private Message.Grant grantMessage(SessionKey key, long rid, Stamp cached) {
        StoredSession s = copy.get(key);
        TokenQueue queue = queues.get(key);
        return new Message.Grant(rid, key, s.fence(), s.contents(), content(key, s, cached),
                copy.idle(key, step.now), queue != null && !queue.isEmpty(), s.expiring());
    }

    private Content content(SessionKey key, StoredSession s, Stamp cached) {
        boolean known = cached.version() > 0 && step.guards.cachedKnown(s, cached);
        if (known && cached.version() == s.version()) {
            return new Content.Same();
        }
        RecentDeltas deltas = recent.get(key);
        if (deltas == null) {
            // It is used by several processes: from now on its deltas are kept for a while.
            recent.put(key, new RecentDeltas());
        } else if (known) {
            List<SessionDelta> since = deltas.since(cached.version(), s.version());
            if (since != null) {
                return new Content.Deltas(since);
            }
        }
        return new Content.Whole(s.image());
    }

    /** Deltas may take many times what the session takes. */
    void forgetRecent(SessionKey key) {
        recent.remove(key);
    }

    private void release(NodeId from, Message.Release m) {
        StoredSession s = copy.get(m.key());
        if (s == null || s.tombstone()) {
            replication.whenDurable(() -> released(from, m, Denial.GONE));
            return;
        }
        if (!step.guards.tokenCurrent(s, from, m.fence())) {
            boolean known = allDuplicates(s, m.fence(), m.deltas());
            if (!known) {
                fencedWrites++;
            }
            Denial reason = known ? askedAgain(m.deltas()) : Denial.FENCED;
            answerRepeated(from, () -> released(from, m, reason));
            return;
        }
        Denial refused = applyAll(m.key(), m.fence(), m.deltas(), m.taken());
        if (m.ageNanos() < copy.idle(m.key(), step.now)) {
            touch(List.of(new Change.Touch(m.key(), m.ageNanos())));
        }
        replication.append(new Change.Freed(m.key(), s.fence()));
        replication.whenDurable(from, () -> new Message.Released(m.key(), m.fence(), refused),
                () -> released(from, m, refused));
        grantNext(m.key());
    }

    private void released(NodeId to, Message.Release m, Denial reason) {
        if (reason == null && !m.deltas().isEmpty() && !replication.enoughInSync()) {
            return; // it asks again, see askedAgain
        }
        step.send(to, new Message.Released(m.key(), m.fence(), reason));
    }

    /**
     * What is to be said of changes that were taken before. Where backups went away meanwhile the first answer was
     * silence, since another backup may come soon; for ever it would keep the session from being used at all.
     */
    private Denial askedAgain(List<SessionDelta> deltas) {
        return deltas.isEmpty() || replication.enoughInSync() ? null : Denial.UNCONFIRMED;
    }

    private boolean allDuplicates(StoredSession s, Fence fence, List<SessionDelta> deltas) {
        for (SessionDelta d : deltas) {
            if (!step.guards.duplicate(s, fence, d.version())) {
                return false;
            }
        }
        return true;
    }

    private void answerRepeated(NodeId from, Runnable answer) {
        directory.askedAgain(from);
        if (step.guards.repeatWaitsForBackups()) {
            replication.whenDurable(answer);
        } else {
            answer.run();
        }
    }

    /** Applies deltas made under the current fence; null, or why the first one that failed was refused. */
    private Denial applyAll(SessionKey key, Fence fence, List<SessionDelta> deltas, int taken) {
        int done = 0;
        for (SessionDelta d : deltas) {
            boolean promised = step.guards.takenStays(++done <= taken);
            StoredSession s = copy.get(key);
            if (step.guards.duplicate(s, fence, d.version())) {
                continue;
            }
            if (!step.guards.baseMatches(d.base(), s.version())) {
                return Denial.WRONG_BASE;
            }
            if (!promised && !replication.enoughInSync()) {
                return Denial.TOO_FEW_COPIES;
            }
            try {
                replication.append(new Change.Applied(key, fence, d));
            } catch (MalformedPatch e) {
                step.warn("refused a delta of " + key + ": " + e.getMessage());
                return Denial.MALFORMED;
            }
            RecentDeltas kept = recent.get(key);
            if (kept != null) {
                kept.add(d, step.settings.recentBytes());
            }
        }
        return null;
    }

    private void commit(NodeId from, Message.Commit m) {
        long last = m.deltas().get(m.deltas().size() - 1).version();
        StoredSession s = copy.get(m.key());
        if (s == null || s.tombstone()) {
            replication.whenDurable(() -> committed(from, m.key(), m.fence(), last, Denial.GONE));
            return;
        }
        if (allDuplicates(s, m.fence(), m.deltas())) {
            // Of what was taken the request has ended well: silence, until another backup has it.
            Denial reason = m.early() ? null : askedAgain(m.deltas());
            tellTaken(from, m, last, reason);
            answerRepeated(from, () -> committed(from, m.key(), m.fence(), last, reason));
            return;
        }
        if (!step.guards.tokenCurrent(s, from, m.fence())) {
            fencedWrites++;
            committed(from, m.key(), m.fence(), last, Denial.FENCED);
            return;
        }
        if (replication.full() || step.guards.gap(m, s.version())) {
            return; // said again later, with all before it; the copies may have caught up by then
        }
        Denial refused = applyAll(m.key(), m.fence(), m.deltas(), m.taken());
        tellTaken(from, m, last, refused);
        replication.whenDurable(from, () -> new Message.Committed(m.key(), m.fence(), last, refused),
                () -> committed(from, m.key(), m.fence(), last, refused));
    }

    /** A primary that hung, and has not heard of its successor, has no word of its own. */
    private void tellTaken(NodeId to, Message.Commit m, long version, Denial refused) {
        if (m.early() && refused == null && segment.leased() && replication.enoughInSync()) {
            step.send(to, new Message.Taken(m.key(), m.fence(), version));
        }
    }

    /** Keys, not the message: what waits for a slow backup must not hold the changes. */
    private void committed(NodeId to, SessionKey key, Fence fence, long version, Denial reason) {
        if (reason == null && !replication.enoughInSync()) {
            return; // as above
        }
        step.send(to, new Message.Committed(key, fence, version, reason));
    }

    private void create(NodeId from, Message.Create m) {
        StoredSession s = copy.get(m.key());
        if (s != null && !s.tombstone() && from.equals(s.holder()) && s.rid() == m.rid()) {
            answerRepeated(from, () -> createdAskedAgain(from, m));
            return;
        }
        if (s != null) {
            replication.whenDurable(() -> deny(from, m.rid(), m.key(), Denial.EXISTS, null));
            return;
        }
        if (replication.full() || !replication.enoughInSync()) {
            deny(from, m.rid(), m.key(), replication.full() ? Denial.OVERLOADED : Denial.TOO_FEW_COPIES, null);
            return;
        }
        Fence fence = new Fence(term, 1);
        replication.append(new Change.Created(m.key(), m.image(), from, fence, m.rid()));
        Runnable grant = () -> grantCreated(from, m, fence);
        if (step.settings.minInSync() == 0) {
            replication.whenDurable(from, () -> grantMessage(m.key(), m.rid(), new Stamp(fence, 1)), grant);
        } else {
            // A copy that goes away may have told of it, or not: then nobody could say that there is no such session.
            untold.add(m.key());
            replication.whenDurable(grant);
        }
    }

    /** Where backups went away meanwhile the session is taken back, if surely nobody has its id yet. */
    private void createdAskedAgain(NodeId from, Message.Create m) {
        StoredSession s = copy.get(m.key());
        if (s == null || s.tombstone() || !from.equals(s.holder()) || s.rid() != m.rid()) {
            return;
        }
        if (replication.enoughInSync()) {
            grantCreated(from, m, s.fence());
        } else if (untold.contains(m.key())) {
            bury(m.key(), s);
            replication.whenDurable(() -> deny(from, m.rid(), m.key(), Denial.TOO_FEW_COPIES, null));
        }
    }

    private void grantCreated(NodeId from, Message.Create m, Fence fence) {
        if (replication.enoughInSync()) {
            untold.remove(m.key());
            sendGrant(m.key(), from, m.rid(), fence, new Stamp(fence, 1));
        }
    }

    /** After every copy was lost the holder's is the best there is, unless somebody went on with what was left. */
    private void offer(NodeId from, Message.Offer m) {
        StoredSession s = copy.get(m.key());
        if (s != null && s.tombstone()) {
            replication.whenDurable(() -> deny(from, m.rid(), m.key(), Denial.GONE, null));
            return;
        }
        if (s != null && from.equals(s.holder()) && s.rid() == m.rid()) {
            Fence fence = s.fence();
            answerRepeated(from, () -> sendGrant(m.key(), from, m.rid(), fence, s.contents()));
            return;
        }
        boolean lost = m.fence().term() < segment.created;
        boolean best = s == null || s.fence().term() < segment.created && s.fence().compareTo(m.fence()) <= 0
                && s.version() <= m.contents().version();
        if (!lost || !best) {
            fencedWrites++;
            replication.whenDurable(() -> deny(from, m.rid(), m.key(), Denial.FENCED, s == null ? null : s.holder()));
            return;
        }
        Fence fence = m.fence().next(term);
        replication.append(new Change.Copied(m.key(), new StoredSession(m.image(), m.contents(), fence, from, m.rid(),
                false, List.of(m.contents()), null), m.ageNanos()));
        step.info(m.key() + " was lost in the store; taken from its holder " + from.name());
        replication.whenDurable(() -> sendGrant(m.key(), from, m.rid(), fence, m.contents()));
        TokenQueue queue = queues.get(m.key());
        if (queue != null) {
            queue.revokedNanos = step.now; // told by the grant
        }
    }

    private void destroy(NodeId from, Message.Destroy m) {
        StoredSession s = copy.get(m.key());
        if (s == null || s.tombstone()) {
            boolean mine = s != null && s.movedTo() == null && s.fence().equals(m.fence());
            replication.whenDurable(() -> destroyed(from, m, mine ? null : Denial.GONE));
        } else if (!step.guards.tokenCurrent(s, from, m.fence())) {
            fencedWrites++;
            destroyed(from, m, Denial.FENCED);
        } else {
            bury(m.key(), s);
            replication.whenDurable(() -> destroyed(from, m, null));
        }
    }

    private void destroyed(NodeId to, Message.Destroy m, Denial reason) {
        step.send(to, new Message.Destroyed(m.rid(), m.key(), reason));
    }

    /** A tombstone takes the session's place; whoever waits for it hears that it does not exist. */
    void bury(SessionKey key, StoredSession s) {
        replication.append(new Change.Buried(key, s.fence()));
        recent.remove(key);
        untold.remove(key);
        denyQueue(key);
    }

    private void denyQueue(SessionKey key) {
        TokenQueue queue = queues.remove(key);
        if (queue != null) {
            List<TokenQueue.Waiter> waiters = List.copyOf(queue.waiters());
            replication.whenDurable(() -> waiters.forEach(w ->
                    deny(w.process(), w.rid(), key, Denial.NO_SUCH_SESSION, null)));
        }
    }

    private void rename(NodeId from, Message.Rename m) {
        SessionKey moved = new SessionKey(m.key().application(), m.newId());
        StoredSession s = copy.get(m.key());
        StoredSession target = copy.get(moved);
        if (target != null && !target.tombstone() && from.equals(target.holder()) && target.rid() == m.rid()
                && s != null && m.newId().equals(s.movedTo())) {
            Fence fence = target.fence();
            answerRepeated(from, () -> renamed(from, m, fence, null));
        } else if (s == null || s.tombstone()) {
            replication.whenDurable(() -> renamed(from, m, null, Denial.GONE));
        } else if (!step.guards.tokenCurrent(s, from, m.fence())) {
            fencedWrites++;
            renamed(from, m, null, Denial.FENCED);
        } else if (target != null || moved.segment() != copy.index) {
            replication.whenDurable(() -> renamed(from, m, null, Denial.EXISTS));
        } else {
            Fence fence = s.fence().next(term);
            if (step.guards.renameInOneChange()) {
                replication.append(new Change.Moved(m.key(), m.newId(), fence, m.rid()));
            } else {
                replication.append(new Change.Copied(moved, new StoredSession(s.image(), s.contents(), fence, from,
                        m.rid(), false, s.history(), null), 0));
                replication.whenDurable(() -> replication.append(new Change.Buried(m.key(), s.fence())));
            }
            recent.remove(m.key());
            denyQueue(m.key());
            replication.whenDurable(() -> renamed(from, m, fence, null));
        }
    }

    private void renamed(NodeId to, Message.Rename m, Fence fence, Denial reason) {
        step.send(to, new Message.Renamed(m.rid(), m.key(), m.newId(), fence, reason));
    }

    /** Accesses without a change; of sessions that are not here they mean nothing. */
    void touch(List<Change.Touch> touches) {
        List<Change.Touch> known = touches.stream().filter(t -> {
            StoredSession s = copy.get(t.key());
            return s != null && !s.tombstone();
        }).toList();
        if (known.isEmpty()) {
            return;
        }
        if (step.guards.replicateTouches()) {
            replication.append(new Change.Touched(known));
        } else {
            copy.apply(new Change.Touched(known), step.now);
        }
    }
}
