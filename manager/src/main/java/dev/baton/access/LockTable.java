package dev.baton.access;

import dev.baton.model.SessionKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Locks of portions by name, shared or exclusive, among the owners of one process (L8). Owners get a portion in the
 * order of their claims; one that has it already is let in again at once, or, where it had it shared and wants it
 * exclusive, before the others that wait. A claim belongs to no thread. Nothing blocks in here: who has to wait gets a
 * {@link Waiter}. Circles of waiting owners are broken by {@link Deadlock}.
 *
 * <p>Any threads. An empty table is small, since every session has one.
 */
public final class LockTable {
    /** Name of the whole, where a table stands for one thing. */
    public static final String TURN = "";

    private final int maxWaiters;
    /** What is held or waited for; null while nothing is. */
    private Map<String, Portion> portions;
    private int waiting;
    private Object ended;

    /**
     * Why a claim is refused that was not to wait.
     *
     * @param holders who stood in the way, for people
     */
    public record Busy(String holders) {}

    private static final class Portion {
        final List<Claim> held = new ArrayList<>(2);
        final List<Claim> queue = new ArrayList<>(0);

        boolean holds(LockOwner owner, boolean exclusive) {
            for (Claim each : held) {
                if (each.owner() == owner && (each.exclusive() || !exclusive)) {
                    return true;
                }
            }
            return false;
        }

        boolean admits(Claim claim) {
            return held.stream().noneMatch(h -> conflict(h, claim));
        }

        /** Where in the queue a claim belongs that cannot be granted at once. */
        int place(Claim claim) {
            if (holds(claim.owner(), false)) {
                return 0;
            }
            for (int i = queue.size(); i > 0; i--) {
                if (queue.get(i - 1).owner() == claim.owner()) {
                    return i;
                }
            }
            return queue.size();
        }
    }

    /** @param maxWaiters claims that may wait at the same time */
    public LockTable(int maxWaiters) {
        this.maxWaiters = maxWaiters;
    }

    private static boolean conflict(Claim a, Claim b) {
        return a.owner() != b.owner() && (a.exclusive() || b.exclusive());
    }

    /**
     * Claims a portion. Every claim must be {@link #release released}, whatever became of it.
     *
     * @param session for people
     * @param wait    false: it is refused as {@link Busy} where it would have to wait
     * @return decided at once where the portion is free or the table has ended; null where too many wait
     */
    public Claim claim(LockOwner owner, SessionKey session, String name, boolean exclusive, boolean wait) {
        Claim claim = new Claim(this, owner, session, name, exclusive);
        synchronized (this) {
            if (ended != null) {
                end(claim, new Waiter.Outcome(TokenGate.NO_PASS, ended));
                return claim;
            }
            if (portions == null) {
                portions = new HashMap<>(4);
            }
            Portion portion = portions.computeIfAbsent(name, n -> new Portion());
            if (portion.admits(claim) && (portion.queue.isEmpty() || portion.holds(owner, false))) {
                claim.state = Claim.State.HELD;
                portion.held.add(claim);
                claim.waiter().admit();
                return claim;
            }
            if (waiting >= maxWaiters && wait) {
                return null;
            }
            waiting++;
            portion.queue.add(portion.place(claim), claim);
            owner.waiting().add(claim);
            if (!wait) {
                refuse(claim, new Busy(claim.blockedBy()));
                return claim;
            }
        }
        Deadlock.breakAll(claim);
        return claim;
    }

    /** Whether the owner has the portion, exclusively if that is asked for. */
    public synchronized boolean holds(LockOwner owner, String name, boolean exclusive) {
        Portion portion = portions == null ? null : portions.get(name);
        return portion != null && portion.holds(owner, exclusive);
    }

    /**
     * One more claim of the same owner to what is held by that one, which is not {@link #release released} meanwhile:
     * held at once.
     */
    public Claim again(Claim held) {
        return claim(held.owner(), held.session(), held.portion(), held.exclusive(), false);
    }

    /** Gives up waiting; no effect on a claim that is decided. */
    public void cancel(Claim claim) {
        refuse(claim, Waiter.Outcome.CANCELLED.refusal());
    }

    synchronized void refuse(Claim claim, Object reason) {
        if (claim.state == Claim.State.WAITING) {
            Portion portion = portions.get(claim.portion());
            portion.queue.remove(claim);
            waiting--;
            end(claim, new Waiter.Outcome(TokenGate.NO_PASS, reason));
            grant(claim.portion(), portion);
        }
    }

    private static void end(Claim claim, Waiter.Outcome outcome) {
        claim.state = Claim.State.OVER;
        claim.owner().waiting().remove(claim);
        claim.waiter().decide(outcome);
    }

    /** Ends the claim, held or waiting. May be called again. */
    public synchronized void release(Claim claim) {
        cancel(claim);
        if (claim.state == Claim.State.HELD) {
            claim.state = Claim.State.OVER;
            Portion portion = portions.get(claim.portion());
            portion.held.remove(claim);
            grant(claim.portion(), portion);
        }
    }

    private void grant(String name, Portion portion) {
        while (!portion.queue.isEmpty() && portion.admits(portion.queue.get(0))) {
            Claim next = portion.queue.remove(0);
            waiting--;
            next.state = Claim.State.HELD;
            portion.held.add(next);
            next.owner().waiting().remove(next);
            next.waiter().admit();
        }
        if (portion.held.isEmpty() && portion.queue.isEmpty()) {
            portions.remove(name);
            if (portions.isEmpty()) {
                portions = null;
            }
        }
    }

    /**
     * What the locks guard is of the past: all claims that wait, and all that come, are refused for that reason. Claims
     * that are held harm nobody.
     */
    synchronized void end(Object reason) {
        ended = reason;
        if (portions != null) {
            for (Portion portion : portions.values()) {
                List<Claim> refused = List.copyOf(portion.queue);
                portion.queue.clear();
                refused.forEach(c -> end(c, new Waiter.Outcome(TokenGate.NO_PASS, reason)));
            }
            waiting = 0;
        }
    }

    /** Who must do something before that claim can be granted; empty where it does not wait. */
    synchronized Set<LockOwner> blockers(Claim claim) {
        Set<LockOwner> blockers = new LinkedHashSet<>();
        if (claim.state == Claim.State.WAITING) {
            Portion portion = portions.get(claim.portion());
            portion.held.stream().filter(h -> conflict(h, claim)).map(Claim::owner).forEach(blockers::add);
            // Those before the nearest exclusive one stand in its way, and by that in this one's.
            for (int i = portion.queue.indexOf(claim) - 1; i >= 0; i--) {
                Claim before = portion.queue.get(i);
                if (conflict(before, claim)) {
                    blockers.add(before.owner());
                }
                if (before.exclusive()) {
                    break;
                }
            }
        }
        return blockers;
    }

    /** Claims that wait now. */
    synchronized int waiting() {
        return waiting;
    }
}
