package dev.baton.access;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One stay inside a session's gate, of one request mostly, and what was done in it: attributes written, or given out as
 * a reference to something that may be changed in place. Made by entering, ended by leaving; every use between the two.
 * A request's own threads may share it.
 */
public final class AccessLog {
    /** Why nothing of a stay can be saved any more. */
    public enum End {
        /** The token was taken away. */
        LOST,
        /** The session was destroyed. */
        GONE,
        /** The store did not take the session that was made here. */
        NOT_CREATED,
        /** The same, since too few backups are in sync. */
        NOT_COPIED,
        /** The store took no change, since too few backups are in sync. */
        TOO_FEW_COPIES,
        /** The store took changes and cannot acknowledge them, since backups went away. */
        UNCONFIRMED
    }

    private final ClientState state;
    private final Contents contents;
    private final int pass;
    private final Claim turn;
    private final AtomicBoolean ended = new AtomicBoolean();
    /** Guarded by {@link #ended}. */
    private boolean concluded;
    /**
     * Names to compare at the end; grows only, since a reference that was given out stays in the request's hands. Made
     * with the first name, which most stays that only read do not have. Guarded by {@link #ended}.
     */
    private Set<String> candidates = Set.of();
    /** The same, of what was set or removed. */
    private Set<String> written = Set.of();
    private volatile boolean compared = true;
    private volatile boolean gaveBack;
    /** What this stay has locked or waits to lock; null before the first. Guarded by {@link #ended}. */
    private List<Claim> claims;

    AccessLog(ClientState state, Contents contents, int pass, Claim turn) {
        this.state = state;
        this.contents = contents;
        this.pass = pass;
        this.turn = turn;
    }

    public ClientState state() {
        return state;
    }

    /**
     * Whether the token is gone, so that nothing of this stay can be saved any more. Attributes can still be used, as
     * they were then: what is done to them is seen by nobody.
     */
    public boolean lost() {
        return contents.end() != null;
    }

    /** Whether the session was destroyed during this stay. */
    public boolean gone() {
        return contents.end() == End.GONE;
    }

    /** Why this stay is {@link #lost}, or null. */
    public End end() {
        return contents.end();
    }

    /**
     * Compares what this stay may have changed, and what others left to compare, with what the store has. The caller
     * holds {@link #lock}.
     *
     * @param ageNanos time since the last access
     */
    public Scan scan(long ageNanos) {
        return Scan.of(this, ageNanos);
    }

    /**
     * Whether there is nothing that {@link #scan} would look at, which is the case of a request that only read what
     * never changes in place: it need not wait for those who scan.
     */
    public boolean untouched() {
        synchronized (ended) {
            if (!candidates.isEmpty()) {
                return false;
            }
        }
        return !contents.lag(state.workshop().tracking());
    }

    /**
     * As {@link #lock}, for a bounded time.
     *
     * @return false where somebody else has it all the time, or the thread, which has to wait, was interrupted
     */
    public boolean lock(long timeoutNanos) {
        try {
            return contents.lock().tryLock() || contents.lock().tryLock(timeoutNanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Waits for the right to scan and to give the result to the core. */
    public void lock() {
        contents.lock().lock();
    }

    public void unlock() {
        contents.lock().unlock();
    }

    /** Version of the copy. */
    public long version() {
        return contents.stamp().version();
    }

    /** A waiter that is admitted when that version is durable, refused where the token is lost before. */
    public Waiter durable(long version) {
        return contents.acknowledgements().until(version);
    }

    public boolean isDurable(long version) {
        return contents.acknowledgements().has(version);
    }

    public void cancelDurable(Waiter waiter) {
        contents.acknowledgements().cancel(waiter);
    }

    /** Whether the store has not been told of the session yet. */
    public boolean fresh() {
        return contents.fresh();
    }

    /** Whether this is no stay inside the gate, but one on contents of its own, which are not saved. */
    public boolean detached() {
        return pass == TokenGate.NO_PASS;
    }

    /** Whether nobody else can be inside meanwhile, so that nothing need be locked; there is no {@link #leave}. */
    public boolean alone() {
        return pass == TokenGate.NO_PASS || pass == TokenGate.LAST_PASS;
    }

    /** Whether nothing was done that {@link #scan} would look at, leaving aside what others did. */
    public boolean touchedNothing() {
        synchronized (ended) {
            return candidates.isEmpty() && compared;
        }
    }

    /** What {@link TokenGate#leave} wants. */
    public int pass() {
        return pass;
    }

    /** Whether the token went back with what this stay changed: it is at its end, but for waiting. */
    public boolean gaveBack() {
        return gaveBack;
    }

    /** The token goes back with what this stay changed; the gate does not count it any more. */
    public void giveBack() {
        gaveBack = true;
    }

    /**
     * The stay does nothing more, but may be left later, when what it changed is acknowledged: whoever compares
     * meanwhile need not think of it. The caller holds {@link #lock}.
     */
    public void conclude() {
        synchronized (ended) {
            if (!ended.get() && !concluded && !gaveBack) {
                concluded = true;
                contents.concluded(1);
            }
        }
    }

    /** The turn among the requests of the session that this stay has, or null. */
    public Claim turn() {
        return turn;
    }

    /**
     * Claims an attribute for the rest of the stay, or until {@link #unlock}. Locks are of the contents: those of a
     * lost token are in nobody's way.
     *
     * @param wait as in {@link LockTable#claim}
     * @return null where too many wait
     */
    public Claim claim(LockOwner owner, String name, boolean exclusive, boolean wait) {
        Claim claim = locks().claim(owner, state.key(), name, exclusive, wait);
        boolean late = false;
        if (claim != null) {
            synchronized (ended) {
                late = ended.get();
                if (!late) {
                    claims = claims == null ? new ArrayList<>(2) : claims;
                    claims.add(claim);
                }
            }
        }
        if (late) {
            locks().release(claim);
            throw new IllegalStateException("the stay in " + state.key() + " has ended");
        }
        return claim;
    }

    /** Whether that owner has the attribute locked, in this stay or another one. */
    public boolean holds(LockOwner owner, String name, boolean exclusive) {
        return locks().holds(owner, name, exclusive);
    }

    private LockTable locks() {
        return contents.locks(state.token().maxWaiters());
    }

    /** Gives up waiting; no effect on a claim that is decided. */
    public void giveUp(Claim claim) {
        locks().cancel(claim);
    }

    /** Ends a claim of this stay before the stay ends. */
    public void unlock(Claim claim) {
        synchronized (ended) {
            if (claims != null) {
                claims.remove(claim);
            }
        }
        locks().release(claim);
    }

    /** Ends the stay. False where that was done before. What was not compared is left to those who complete later. */
    public boolean leave() {
        if (!ended.compareAndSet(false, true)) {
            return false;
        }
        List<Claim> locked;
        synchronized (ended) {
            locked = claims;
            claims = null;
            if (concluded) {
                contents.concluded(-1);
            }
        }
        if (locked != null) {
            locked.forEach(locks()::release);
        }
        if (!compared) {
            contents.leave(candidates());
        }
        return true;
    }

    void candidate(String name) {
        synchronized (ended) {
            candidates = with(candidates, name);
            compared = false;
        }
    }

    /** The attribute was set or removed. */
    void written(String name) {
        synchronized (ended) {
            written = with(written, name);
        }
        candidate(name);
    }

    private static Set<String> with(Set<String> names, String name) {
        Set<String> all = names.isEmpty() ? new HashSet<>() : names;
        all.add(name);
        return all;
    }

    boolean wrote(String name) {
        synchronized (ended) {
            return written.contains(name);
        }
    }

    void changedMeta() {
        compared = false;
    }

    List<String> candidates() {
        synchronized (ended) {
            return List.copyOf(candidates);
        }
    }

    /** From here on {@link #candidates} are somebody's work. */
    List<String> candidatesToCompare() {
        synchronized (ended) {
            compared = true;
            return List.copyOf(candidates);
        }
    }

    Contents contents() {
        return contents;
    }
}
