package dev.baton.sim;

import dev.baton.model.Fence;
import dev.baton.model.MalformedPatch;
import dev.baton.model.SessionDelta;
import dev.baton.model.SessionImage;
import dev.baton.model.SessionKey;
import dev.baton.model.Stamp;
import dev.baton.protocol.Content;
import dev.baton.protocol.Denial;
import dev.baton.protocol.Effect;
import dev.baton.protocol.Input;
import java.util.ArrayList;
import java.util.List;

/**
 * The process's side of one session: who is inside, who waits, and the working copy.
 *
 * <p>CLOSED → (OpenGate) OPEN → (CloseGate, closeBehind, eager release) CLOSING → (the last one out: Idle) CLOSED. A lost token
 * closes it at once. Creating a session opens its gate for the creator.
 */
final class Gate {
    private final Process process;
    private final SimNode node;
    private SessionKey key;

    private boolean open;
    private boolean closing;
    private Fence fence;
    private boolean expiring;
    private Request creator;
    private Request renamer;
    private final List<Request> inside = new ArrayList<>();
    private final List<Request> waiters = new ArrayList<>();
    /** Inside no more, since the token went back with their change; they wait for its acknowledgement. */
    private final List<Request> concluded = new ArrayList<>();
    private boolean admitting;

    private SessionImage image;
    private Stamp stamp = Stamp.NOTHING;
    private long acknowledged;
    private Fence returning;
    /** The last one held here, or null. */
    private Fence last;
    /** What the copy had when it was offered to a store that lost it. */
    private long offeredVersion;
    /** Others had the token between the last stay and this one. */
    private boolean wanders;
    private long accessNanos;
    private long toldNanos = Long.MIN_VALUE;

    Gate(Process process, SessionKey key) {
        this.process = process;
        this.node = process.node;
        this.key = key;
    }

    SessionKey key() {
        return key;
    }

    Fence fence() {
        return fence;
    }

    SessionImage image() {
        return image;
    }

    Stamp stamp() {
        return stamp;
    }

    /** Somebody could be inside by right of a token. */
    boolean held() {
        return fence != null && !expiring;
    }

    boolean idle() {
        return open && !closing && inside.isEmpty();
    }

    int busy() {
        return inside.size() + waiters.size() + concluded.size() + (creator == null ? 0 : 1);
    }

    boolean acknowledged(long version) {
        return acknowledged >= version;
    }

    boolean renaming() {
        return renamer != null;
    }

    private Simulation sim() {
        return process.sim;
    }

    // ---- requests

    void enter(Request r) {
        if (open && !closing) {
            inside.add(r);
            accessed();
            r.entered();
            return;
        }
        waiters.add(r);
        node.giveThen(() -> new Input.Acquire(key, stamp));
    }

    void giveUp(Request r) {
        if (waiters.remove(r) && waiters.isEmpty()) {
            node.give(new Input.CancelAcquire(key));
        }
    }

    void leave(Request r) {
        concluded.remove(r);
        if (!inside.remove(r)) {
            return;
        }
        accessed();
        settle();
    }

    private void settle() {
        if (!inside.isEmpty() || admitting || !open || renamer != null) {
            return;
        }
        if (closing || process.eager()) {
            shut();
            node.give(new Input.Idle(key, ageNanos()));
            askAgain();
        }
    }

    private void shut() {
        open = false;
        closing = false;
        returning = fence;
        fence = null;
    }

    private void askAgain() {
        if (!waiters.isEmpty()) {
            node.giveThen(() -> new Input.Acquire(key, stamp));
        }
    }

    /** Lets an idle token go. */
    void drain() {
        if (open && inside.isEmpty()) {
            settle();
        }
    }

    private void accessed() {
        accessNanos = node.clock();
    }

    long ageNanos() {
        return Math.max(0, node.clock() - accessNanos);
    }

    boolean touched() {
        if (held() && accessNanos > toldNanos) {
            toldNanos = node.clock();
            return true;
        }
        return false;
    }

    // ---- changes of the copy

    void create(Request r, SessionImage first) {
        creator = r;
        image = first;
        accessed();
        sim().oracle().create(key, first);
        node.give(new Input.Create(key, first, 0));
    }

    void creatorGone() {
        creator = null;
    }

    private void change(SessionDelta delta) {
        try {
            SessionImage after = image.apply(delta);
            Stamp made = new Stamp(last, delta.version());
            sim().oracle().commit(key, stamp, made, after);
            image = after;
            stamp = made;
        } catch (MalformedPatch e) {
            throw new IllegalStateException("the driver made a patch that does not fit", e);
        }
    }

    /** Whether the token goes back with what this request, the only one inside, changes last. */
    boolean goesBackWith(Request r) {
        boolean alone = inside.size() == 1 || sim().bugInClient(Simulation.ClientBug.RELEASES_BESIDE_OTHERS);
        return open && alone && inside.contains(r) && !admitting && renamer == null
                && (closing || process.eager() || wanders)
                && (!sim().scenario().ackByPrimary || sim().scenario().varied)
                && !sim().bugInClient(Simulation.ClientBug.RELEASE_OVERTAKES_COMMIT);
    }

    void writeLast(Request r, SessionDelta delta) {
        change(delta);
        inside.remove(r);
        concluded.add(r);
        accessed();
        shut();
        node.give(new Input.LastCommit(key, delta, ageNanos()));
        askAgain();
    }

    void write(SessionDelta delta) {
        change(delta);
        if (sim().bugInClient(Simulation.ClientBug.RELEASE_OVERTAKES_COMMIT)) {
            SessionKey under = key;
            node.after(30_000_000L, () -> node.give(new Input.Commit(under, delta, sim().scenario().ackByPrimary)));
        } else {
            node.give(new Input.Commit(key, delta, sim().scenario().ackByPrimary));
        }
    }

    void destroy() {
        sim().oracle().destroying(key);
        node.give(new Input.Destroy(key));
    }

    void rename(Request r, String newId) {
        renamer = r;
        sim().oracle().renaming(key, new SessionKey(key.application(), newId), fence);
        node.give(new Input.Rename(key, newId));
    }

    // ---- effects

    void open(Effect.OpenGate e) {
        if (fence != null && !fence.equals(e.fence()) && !sim().oracle().blind()) {
            throw new InvariantViolated("I1", node + " opens " + key + " under " + e.fence() + ", it is open under " + fence);
        }
        bring(e);
        sim().oracle().opened(node, key, e.fence(), stamp, image);
        wanders = last != null && e.fence().counter() != last.counter() + 1;
        hold(e.fence());
        returning = null;
        open = true;
        acknowledged = stamp.version();
        admit();
        if (e.closeBehind()) {
            closing = true;
        }
        settleLater();
    }

    private void hold(Fence given) {
        fence = given;
        last = given;
    }

    private void admit() {
        admitting = true;
        List<Request> all = new ArrayList<>(waiters);
        waiters.clear();
        inside.addAll(all);
        if (!all.isEmpty()) {
            accessed();
        }
        all.forEach(Request::entered);
        admitting = false;
    }

    /** What a request's thread does follows the effects of this step; it does not run within them. */
    private void settleLater() {
        node.later(this::settle);
    }

    private void bring(Effect.OpenGate e) {
        boolean blind = sim().oracle().blind();
        if (e.content() instanceof Content.Whole w) {
            image = w.image();
        } else if (e.content() instanceof Content.Deltas d) {
            long have = stamp.version();
            for (SessionDelta delta : d.deltas()) {
                if (delta.base() < have) {
                    continue;
                }
                Oracle.require(blind || image != null && delta.base() == have, "I8", key,
                        node + " at version " + have + " was given a step from " + delta.base());
                try {
                    image = image.apply(delta);
                } catch (MalformedPatch x) {
                    throw new InvariantViolated("I8", key + " granted delta does not fit at " + node + ": " + x.getMessage());
                }
                have++;
            }
            Oracle.require(blind || have == e.contents().version(), "I8", key, node + " was brought to " + have + ", not " + e.contents());
        } else {
            Oracle.require(blind || stamp.equals(e.contents()), "I8", key, node + " has " + stamp + ", was told it has " + e.contents());
        }
        stamp = e.contents();
    }

    void close() {
        closing = open;
        settleLater();
    }

    void returned() {
        if (returning != null) {
            sim().oracle().returned(node, key, returning, stamp);
            returning = null;
        }
    }

    void acquireFailed(Denial reason) {
        if (open) {
            return;
        }
        List<Request> all = new ArrayList<>(waiters);
        waiters.clear();
        boolean absent = reason == Denial.NO_SUCH_SESSION || reason == Denial.GONE;
        if (absent) {
            sim().oracle().absent(node, key);
            forgetCopy();
        }
        all.forEach(r -> r.refused(reason, absent));
    }

    private void forgetCopy() {
        image = null;
        stamp = Stamp.NOTHING;
        acknowledged = 0;
        returning = null;
    }

    void created(Fence given) {
        if (fence != null || returning != null) {
            // The store took back what it had lost; the token goes on under a new fence.
            sim().oracle().heldAgain(node, key, given);
            fence = fence == null ? null : given;
            returning = returning == null ? null : given;
            last = given;
            if (stamp.version() > offeredVersion) {
                // Made meanwhile; the store takes it under the new fence.
                Stamp again = new Stamp(given, stamp.version());
                sim().oracle().commit(key, stamp, again, image);
                stamp = again;
            }
            return;
        }
        stamp = new Stamp(given, 1);
        acknowledged = 1;
        hold(given);
        open = true;
        sim().oracle().created(node, key, given);
        Request r = creator;
        creator = null;
        if (r != null) {
            inside.add(r);
            r.createdHere();
        }
        settleLater();
    }

    void createFailed(Denial reason) {
        Request r = creator;
        creator = null;
        forgetCopy();
        if (r != null) {
            r.refused(reason, false);
        }
    }

    void committed(long version) {
        Fence under = fence != null ? fence : returning;
        if (under == null || version > stamp.version()) {
            throw new InvariantViolated("I2", key + " version " + version + " acknowledged at " + node + ", which has " + stamp
                    + (under == null ? " and no token" : ""));
        }
        if (version > acknowledged) {
            acknowledged = version;
            sim().oracle().acked(node, key, under, at(version));
            new ArrayList<>(inside).forEach(Request::acknowledged);
            new ArrayList<>(concluded).forEach(Request::acknowledged);
        }
    }

    private Stamp at(long version) {
        Truth t = sim().oracle().truth(key);
        if (sim().oracle().blind()) {
            return stamp;
        }
        Stamp s = stamp;
        while (s.version() > version) {
            s = t.made(s).parent();
        }
        return s;
    }

    void lost(Denial reason) {
        boolean gone = reason == Denial.GONE;
        if (gone) {
            sim().oracle().absent(node, key);
        }
        if (reason == Denial.NOT_A_MEMBER || reason == Denial.FENCED) {
            sim().oracle().expelled(key, fence != null ? fence : returning);
        }
        open = false;
        closing = false;
        fence = null;
        expiring = false;
        renamer = null;
        forgetCopy();
        List<Request> all = new ArrayList<>(inside);
        inside.clear();
        all.addAll(concluded);
        if (creator != null) {
            all.add(creator);
            creator = null;
        }
        all.forEach(r -> r.refused(reason, gone));
        askAgain();
    }

    void expiring(Fence given) {
        expiring = true;
        fence = given;
    }

    void destroyed(Denial reason) {
        if (reason == null) {
            sim().oracle().destroyed(node, key, fence == null ? Fence.NONE : fence);
        } else if (!expiring && open) {
            new ArrayList<>(inside).forEach(r -> r.destroyRefused(reason));
            return;
        }
        open = false;
        closing = false;
        fence = null;
        expiring = false;
        forgetCopy();
        List<Request> all = new ArrayList<>(inside);
        inside.clear();
        all.forEach(r -> r.destroyed(reason));
        askAgain();
    }

    void renamed(Effect.Renamed e) {
        Request r = renamer;
        renamer = null;
        if (e.reason() != null) {
            if (r != null) {
                r.renameRefused(e.reason());
            }
            settleLater();
            return;
        }
        SessionKey old = key;
        SessionKey moved = new SessionKey(key.application(), e.newId());
        process.dropGate(old);
        key = moved;
        process.putGate(moved, this);
        sim().oracle().renamed(node, old, moved, e.fence(), stamp, image);
        hold(e.fence());
        closing = false;
        acknowledged = Math.max(acknowledged, stamp.version());
        sim().driver().renamed(old, moved);
        inside.forEach(i -> i.moved(moved));
        waiters.forEach(w -> w.moved(moved));
        if (r != null) {
            r.renamedTo(moved);
        }
        if (open && !closing) {
            admit();
        }
        settleLater();
    }

    /** The store lost it; this copy may be the only one. */
    void imageWanted() {
        sim().oracle().offered(node, key);
        offeredVersion = stamp.version();
        node.give(new Input.Offer(key, image, ageNanos()));
    }
}
