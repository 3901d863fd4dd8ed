package dev.baton.sim;

import dev.baton.model.Fence;
import dev.baton.model.NodeId;
import dev.baton.model.SegmentEntry;
import dev.baton.model.SessionImage;
import dev.baton.model.SessionKey;
import dev.baton.model.Stamp;
import dev.baton.model.Topology;
import dev.baton.protocol.CoreWindow;
import dev.baton.protocol.StoredSession;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.BiPredicate;

/**
 * Knows the truth about every session and compares what processes see with it: I1, I2, I3, I4, I7, I8, I11. What was
 * promised is binding until every owner of a segment has failed under the table then in effect.
 */
final class Oracle {
    private static final long SECOND = 1_000_000_000L;
    /** Accesses not yet reported when a holder dies, twice, and the beat of the sweep. */
    private static final long TOUCH_SLACK = 10 * SECOND;

    private final Simulation sim;
    private final TreeMap<SessionKey, Truth> truths = new TreeMap<>();
    /** Two sides went on, as the settings of this run allow: there are two truths now, and none is checked. */
    private boolean blind;
    long grants;
    long acks;
    long successes;
    long destroyed;

    Oracle(Simulation sim) {
        this.sim = sim;
    }

    Truth truth(SessionKey key) {
        return truths.get(key);
    }

    List<Truth> all() {
        List<Truth> list = new ArrayList<>();
        truths.forEach((k, t) -> {
            if (t.firstKey.equals(k)) {
                list.add(t);
            }
        });
        return list;
    }

    // ---- a session's life

    void create(SessionKey key, SessionImage image) {
        if (truths.put(key, new Truth(key, image, sim.now())) != null) {
            throw new IllegalStateException("the driver drew " + key + " twice");
        }
    }

    void created(SimNode node, SessionKey key, Fence fence) {
        Truth t = truths.get(key);
        t.createdAcked |= !sim.observer().aside(node);
        opened(node, key, fence, new Stamp(fence, 1), t.first);
    }

    void twoTruths() {
        blind = true;
    }

    boolean blind() {
        return blind;
    }

    private boolean unjudged(SimNode node) {
        return blind || sim.observer().aside(node);
    }

    void commit(SessionKey key, Stamp parent, Stamp stamp, SessionImage image) {
        if (blind) {
            return;
        }
        truths.get(key).make(stamp, parent, image);
    }

    /** A process was given the token. */
    void opened(SimNode node, SessionKey key, Fence fence, Stamp contents, SessionImage image) {
        Truth t = truths.get(key);
        if (unjudged(node)) {
            return;
        }
        require(t != null, "I7", key, "granted, and never created");
        grants++;
        require(t.holder(fence, node.id()).equals(node.id()), "I1", key,
                "fence " + fence + " granted to " + node + " and to " + t.holder(fence, node.id()));
        Truth.Made made = t.made(contents, image);
        require(made != null, "I8", key, node + " got " + contents + ", which nobody made");
        require(made.image().equals(image), "I8", key, node + " got " + contents + " with contents that are not the fold");
        require(t.topFence.compareTo(fence) > 0 || contents.fence().compareTo(fence) <= 0, "I2", key,
                contents + " granted under the lower fence " + fence);
        if (!t.everLost) {
            for (Truth.Dead d : t.dead) {
                require(!d.name().equals(key) || fence.compareTo(d.at()) <= 0, "I7", key,
                        "granted under " + fence + ", it ended at " + d.at());
            }
        }
        if (t.candidate != null && fence.compareTo(t.renameFence) > 0) {
            SessionKey gone = key.equals(t.candidate) ? currentName(t, key) : t.candidate;
            t.dead.add(new Truth.Dead(gone, t.renameFence));
            t.candidate = null;
        }
        if (fence.compareTo(t.topFence) > 0) {
            if (goneWithBoth(t, node)) {
                t.era++;
                t.acked = t.durable;
            }
            require(t.topContents == null || t.everLost || t.contains(contents, t.durable), "I3", key,
                    node + " granted " + contents + " without " + t.durable + ", which was granted before");
            t.topFence = fence;
            t.topContents = contents;
            if (t.acked != null) {
                require(t.contains(contents, t.acked), "I4", key,
                        node + " granted " + contents + " under " + fence + " without " + t.acked + ", acknowledged before");
            }
            t.durable = contents;
            promise(t, contents);
        }
    }

    /** With acknowledgement by the primary, what it and the holder alone had is gone with both. */
    private boolean goneWithBoth(Truth t, SimNode now) {
        NodeId holder = t.holder(t.topFence);
        return sim.scenario().ackByPrimary && holder != null && !holder.equals(now.id())
                && (t.topFence.equals(t.voidFence) || gone(holder))
                && (t.takenBy == null || !t.takenBy.equals(primary(t)) || gone(t.takenBy));
    }

    private boolean gone(NodeId node) {
        SimNode life = sim.life(node);
        Topology table = sim.observer().newest();
        return life == null || life.paused() || table == null || table.member(node) == null;
    }

    private NodeId primary(Truth t) {
        Topology table = sim.observer().newest();
        return table == null ? null : table.segment(t.segment).primary();
    }

    /** The process was expelled, which makes its token void. */
    void expelled(SessionKey key, Fence fence) {
        Truth t = truths.get(key);
        if (t != null) {
            t.voidFence = fence;
        }
    }

    private SessionKey currentName(Truth t, SessionKey not) {
        SessionKey name = t.firstKey;
        for (var e : truths.entrySet()) {
            SessionKey k = e.getKey();
            if (e.getValue() == t && !k.equals(not) && t.dead.stream().noneMatch(d -> d.name().equals(k))) {
                name = k;
            }
        }
        return name;
    }

    /** A process heard that everything up to this version is safe. */
    void acked(SimNode node, SessionKey key, Fence fence, Stamp stamp) {
        Truth t = truths.get(key);
        acks++;
        if (unjudged(node)) {
            return;
        }
        require(t.made(stamp) != null, "I2", key, stamp + " acknowledged, and never made");
        boolean alone = sim.scenario().ackByPrimary;
        if (alone && t.topFence.compareTo(fence) > 0) {
            return; // what the holder of a void token hears is no promise
        }
        if (t.topFence.compareTo(fence) > 0 && t.topContents != null && !t.everLost) {
            require(t.contains(t.topContents, stamp), "I3", key, stamp + " of " + node + " acknowledged under " + fence
                    + "; " + t.topFence + " was granted with " + t.topContents);
        }
        promise(t, stamp);
        require(alone || storedByAll(t, key, stamp, SegmentEntry::owns), "I11", key,
                stamp + " acknowledged while an owner has it not");
        if (t.contains(stamp, t.durable) && storedByAll(t, key, stamp, SegmentEntry::lists)) {
            t.durable = stamp;
        }
        t.takenBy = primary(t);
    }

    /** The token went back, and everything with it. */
    void returned(SimNode node, SessionKey key, Fence fence, Stamp stamp) {
        if (unjudged(node)) {
            return;
        }
        acked(node, key, fence, stamp);
        Truth t = truths.get(key);
        if (t.contains(stamp, t.durable)) {
            t.durable = stamp;
        }
    }

    private void promise(Truth t, Stamp stamp) {
        if (t.acked == null || t.contains(stamp, t.acked)) {
            t.acked = stamp;
        } else {
            require(t.contains(t.acked, stamp), "I2", t.firstKey, "acknowledged " + stamp + " beside " + t.acked);
        }
    }

    /** Every owner that lives has it, now: an acknowledgement rests on what is, not on what will be. */
    private boolean storedByAll(Truth t, SessionKey key, Stamp stamp, BiPredicate<SegmentEntry, NodeId> who) {
        Topology table = sim.observer().newest();
        if (table == null) {
            return true;
        }
        var entry = table.segment(t.segment);
        for (SimNode n : sim.nodes()) {
            if (n.up() && who.test(entry, n.id())) {
                StoredSession s = CoreWindow.stored(n.core(), key);
                if (s == null || !s.tombstone() && s.version() < stamp.version()) {
                    return false;
                }
            }
        }
        return true;
    }

    // ---- what requests were told

    /** The newest promise at this moment. */
    Floor floor(SessionKey key) {
        Truth t = truths.get(key);
        return t == null ? new Floor(null, 0, sim.now()) : new Floor(t.acked, t.era, sim.now());
    }

    record Floor(Stamp acked, int era, long at) {}

    /** When a request sees contents: on entering, at its answer, or there after its token went back with its change. */
    enum Moment { ENTRY, ANSWER, LATE_ANSWER }

    /** A request sees these contents, or answers with them. */
    void serves(SimNode node, SessionKey key, Fence fence, Stamp contents, Floor floor, Moment moment) {
        boolean answers = moment != Moment.ENTRY;
        Truth t = truths.get(key);
        if (unjudged(node)) {
            successes += answers ? 1 : 0;
            return;
        }
        if (floor.era() == t.era && floor.acked() != null) {
            require(t.contains(contents, floor.acked()), "I4", key, node + " serves " + contents + " under " + fence
                    + ", " + floor.acked() + " was acknowledged before the request began");
        }
        require(t.everLost || t.destroyedAt > floor.at(), "I7", key, node + " serves a session destroyed before");
        for (SimNode other : sim.nodes()) {
            if (moment != Moment.LATE_ANSWER && other != node && other.up() && !sim.observer().aside(other) && other.process().couldServe(key)) {
                require(false, "I1", key, node + " serves under " + fence + " while " + other + " may serve under "
                        + other.process().fence(key));
            }
        }
        if (answers) {
            successes++;
            t.lastAccess = sim.now();
            if (t.acked == null || !t.contains(t.acked, contents)) {
                boolean known = t.ackedBeforeLoss != null && t.contains(t.ackedBeforeLoss, contents);
                require(known || floor.era() != t.era, "I11", key, node + " answers with "
                        + contents + ", acknowledged is " + t.acked);
            }
        }
    }

    /** Somebody was told that there is no such session. */
    void absent(SimNode node, SessionKey key) {
        Truth t = truths.get(key);
        // With lineages an owner may have been given up that lives.
        if (unjudged(node) || t == null || t.everLost || sim.scenario().lineages || !t.createdAcked || t.destroyTried || t.destroyedEvents > 0
                || key.equals(t.candidate) || t.candidate != null
                || t.dead.stream().anyMatch(d -> d.name().equals(key)) || mayExpire(t)) {
            return;
        }
        require(false, "I12", key, node + " was told that it does not exist");
    }

    void exists(SimNode node, SessionKey key, long askedAt) {
        Truth t = truths.get(key);
        if (unjudged(node)) {
            return;
        }
        require(t != null, "I7", key, node + " found what was never created");
        require(t.everLost || t.destroyedAt > askedAt, "I7", key, node + " was told that it exists, destroyed before");
    }

    private boolean mayExpire(Truth t) {
        return t.maxInactiveSeconds > 0 && sim.now() - t.lastAccess > t.maxInactiveSeconds * SECOND - TOUCH_SLACK;
    }

    void destroying(SessionKey key) {
        truths.get(key).destroyTried = true;
    }

    void destroyed(SimNode node, SessionKey key, Fence fence) {
        if (unjudged(node)) {
            return;
        }
        Truth t = truths.get(key);
        destroyed++;
        t.destroyTried = true;
        t.destroyedAt = Math.min(t.destroyedAt, sim.now());
        t.dead.add(new Truth.Dead(key, fence));
    }

    /** The destroyed listeners run. */
    void expires(SimNode node, SessionKey key, Fence fence, Stamp contents, SessionImage image) {
        Truth t = truths.get(key);
        t.destroyTried = true;
        if (unjudged(node)) {
            return;
        }
        opened(node, key, fence, contents, image);
        t.destroyedEvents++;
        require(t.destroyedEvents == 1 || t.everLost, "expiry", key, "destroyed event number " + t.destroyedEvents);
        require(mayExpire(t) || t.everLost, "expiry", key, "expires "
                + (sim.now() - t.lastAccess) / 1_000_000 + " ms after its last access, not " + t.maxInactiveSeconds + " s");
    }

    void renaming(SessionKey key, SessionKey newKey, Fence fence) {
        Truth t = truths.get(key);
        t.candidate = newKey;
        require(fence != null, "I1", t.candidate, "renamed without a token");
        t.renameFence = fence;
        truths.put(newKey, t);
    }

    void renamed(SimNode node, SessionKey key, SessionKey newKey, Fence fence, Stamp contents, SessionImage image) {
        opened(node, newKey, fence, contents, image);
    }

    void heldAgain(SimNode node, SessionKey key, Fence fence) {
        Truth t = truths.get(key);
        if (unjudged(node)) {
            return;
        }
        require(t.holder(fence, node.id()).equals(node.id()), "I1", key, "fence " + fence + " granted to two");
        if (fence.compareTo(t.topFence) > 0) {
            t.topFence = fence;
            t.topContents = null;
        }
    }

    void offered(SimNode node, SessionKey key) {
        Truth t = truths.get(key);
        // Going on without a majority begins what was begun anew shortly before once more: its primary may not know it.
        boolean forced = sim.observer().newest().lineage().size() > 1;
        // Nor could it know that it was an owner, where a table came into effect only by the death of the one it names.
        require(unjudged(node) || t.everLost || forced || sim.scenario().lineages || sim.observer().anewByOwner(node, key.segment()), "I12", key,
                "segment begun anew at " + node + " while an owner lives");
    }

    // ---- what cannot be promised any more

    /** Every owner failed. */
    void lost(int segment, String why) {
        sim.trace().line("--", () -> "segment " + segment + " lost every owner: " + why);
        for (Truth t : all()) {
            if (t.segment == segment) {
                t.era++;
                t.everLost = true;
                t.ackedBeforeLoss = t.acked == null ? t.ackedBeforeLoss : t.acked;
                t.acked = null;
                t.durable = null;
                t.topContents = null;
            }
        }
    }

    static void require(boolean holds, String invariant, SessionKey key, String text) {
        if (!holds) {
            throw new InvariantViolated(invariant, key + " " + text);
        }
    }
}
