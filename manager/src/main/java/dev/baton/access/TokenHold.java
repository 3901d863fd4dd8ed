package dev.baton.access;

import dev.baton.model.Fence;
import dev.baton.model.NodeId;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/**
 * What the process knows of one session's token: the gate, and what was asked of the core. Whoever gives the core an
 * input about this token (acquire, idle, commit and so on) holds this object's monitor from looking at the gate until
 * the input is queued, so that inputs reach the core in the order in which the gate changed. Nothing waits in there.
 */
public final class TokenHold {
    /** So many requests in a row tell what the next one does. */
    private static final int LIKELY = 2;

    private static final AtomicIntegerFieldUpdater<TokenHold> USERS =
            AtomicIntegerFieldUpdater.newUpdater(TokenHold.class, "users");

    private final TokenGate gate;
    private final LockTable turns;
    private volatile Fence fence = Fence.NONE;
    /** The last one held here; {@link Fence#NONE} where none is known. */
    private Fence last = Fence.NONE;
    private volatile boolean wanders;
    private boolean asking;
    private boolean stale;
    private volatile boolean away = true;
    private boolean destroying;
    private volatile boolean renaming;
    private volatile boolean gone;
    private volatile long accessedNanos;
    private volatile boolean accessed;
    private volatile boolean touchDue;
    private volatile NodeId seenAt;
    private volatile String usedBy;
    private volatile long askedNanos;
    private volatile long toldNanos;
    private volatile long elsewhereNanos;
    private volatile int users;
    private boolean handingOver;
    private volatile int usedInARow;

    TokenHold(int maxWaiters, boolean turns) {
        this.gate = new TokenGate(maxWaiters);
        this.turns = turns ? new LockTable(maxWaiters) : null;
    }

    public TokenGate gate() {
        return gate;
    }

    /** How many may wait for the gate, for the turn, and for attributes. */
    int maxWaiters() {
        return gate.maxWaiters();
    }

    /** {@link LockTable#TURN} is taken by one request after the other; null where they need not follow each other. */
    public LockTable turns() {
        return turns;
    }

    /** {@link Fence#NONE} without a token. */
    public Fence fence() {
        return fence;
    }

    public void fence(Fence held) {
        fence = held;
        if (!held.equals(Fence.NONE)) {
            last = held;
        }
    }

    /**
     * Whether other processes had the token between its last stay here and this one: they will ask for it again soon.
     * Where nobody had, each grant's number follows the one before.
     */
    public boolean wanders() {
        return wanders;
    }

    /** Whether the core was asked for the token and has not answered. Under the monitor. */
    public boolean asking() {
        return asking;
    }

    public void asking(boolean now) {
        asking = now;
    }

    /** The core is asked for the token now: nobody has said yet who uses it. Under the monitor. */
    public void asked(long nowNanos) {
        asking = true;
        askedNanos = nowNanos;
        usedBy = null;
    }

    /** When the core was last asked for the token; 0 before the first time. */
    public long askedNanos() {
        return askedNanos;
    }

    /**
     * Whether the copy was found not to fit what the core believes it to be: no asking before the token is back in the
     * store and the core has forgotten. Under the monitor.
     */
    public boolean stale() {
        return stale;
    }

    public void stale(boolean now) {
        stale = now;
    }

    /** Whether the core has no part in this token: none is held, on its way here, or on its way back. */
    public boolean away() {
        return away;
    }

    public void away(boolean now) {
        away = now;
    }

    /** Whether the session's destruction was sent and not answered. Under the monitor. */
    public boolean destroying() {
        return destroying;
    }

    public void destroying(boolean now) {
        destroying = now;
    }

    /** Whether a change of the id was sent and not answered. */
    public boolean renaming() {
        return renaming;
    }

    public void renaming(boolean now) {
        renaming = now;
    }

    /** Whether the session was destroyed, as far as this process knows. */
    public boolean gone() {
        return gone;
    }

    public void gone(boolean now) {
        gone = now;
    }

    /** The session is accessed now. True where the store must be told, and nobody has been charged with that yet. */
    public boolean access(long nowNanos) {
        if (!accessed) {
            toldNanos = nowNanos;
        }
        accessedNanos = nowNanos;
        accessed = true;
        if (touchDue) {
            return false;
        }
        touchDue = true;
        return true;
    }

    /** The store is being told the last access, by whatever message. */
    public void told(long nowNanos) {
        toldNanos = nowNanos;
        touchDue = false;
    }

    /** Where the store said the token was when it was last asked about the session; null where nobody had it. */
    public NodeId seenAt() {
        return seenAt;
    }

    public void seenAt(NodeId holder) {
        seenAt = holder;
    }

    /**
     * Who uses the session in the process where it is, for people; empty where that process has no names for them, null
     * where nobody has said that it is used.
     */
    public String usedBy() {
        return usedBy;
    }

    public void usedBy(String users) {
        usedBy = users;
    }

    /** Whether there was an access since the store was told. */
    public boolean touchDue() {
        return touchDue;
    }

    public long toldNanos() {
        return toldNanos;
    }

    /** The session was last accessed that long ago, as the store says. */
    public void learnIdle(long idleNanos, long nowNanos) {
        long at = nowNanos - idleNanos;
        if (!accessed) {
            toldNanos = nowNanos;
        }
        if (!accessed || at - accessedNanos > 0) {
            accessedNanos = at;
            accessed = true;
        }
    }

    /** Time since the last access, or -1 where none is known. */
    public long idleNanos(long nowNanos) {
        return users > 0 ? 0 : accessed ? Math.max(0, nowNanos - accessedNanos) : -1;
    }

    /** As {@link #idleNanos}, for telling the store: 0 where no access is known. */
    public long ageNanos(long nowNanos) {
        return Math.max(0, idleNanos(nowNanos));
    }

    /** Last access that the store told with a grant; 0 before the first one. */
    public long elsewhereNanos() {
        return elsewhereNanos;
    }

    /** The store granted the token, and says how long ago the session was last accessed. */
    public void granted(Fence granted, long idleNanos, long nowNanos) {
        wanders = !last.equals(Fence.NONE) && granted.counter() != last.counter() + 1;
        fence(granted);
        elsewhereNanos = nowNanos - idleNanos;
        learnIdle(idleNanos, nowNanos);
    }

    /** As long as there are users the session counts as accessed at every moment. */
    public void user(boolean comes) {
        USERS.addAndGet(this, comes ? 1 : -1);
    }

    public boolean hasUsers() {
        return users > 0;
    }

    /** Whether the application prepares the session before the token goes back. Under the monitor. */
    public boolean handingOver() {
        return handingOver;
    }

    public void handingOver(boolean now) {
        handingOver = now;
    }

    /** A request of this process that looked the session up has ended, and went inside or did not. */
    public void learnUse(boolean used) {
        int before = usedInARow;
        int after = used ? Math.min(before + 1, LIKELY) : 0;
        if (after != before) {
            usedInARow = after;
        }
    }

    /** Whether the next request that looks the session up will go inside, as the last ones did. */
    public boolean likelyUsed() {
        return usedInARow == LIKELY;
    }

    /** Whether the copy can be dropped: nobody inside or waiting, no token. */
    boolean idle() {
        return away && gate.closed() && gate.inside() == 0 && !gate.hasWaiters();
    }
}
