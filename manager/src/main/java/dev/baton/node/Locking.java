package dev.baton.node;

import dev.baton.access.AccessLog;
import dev.baton.access.Claim;
import dev.baton.access.Deadlock;
import dev.baton.access.LockOwner;
import dev.baton.access.LockTable;
import dev.baton.access.Waiter;
import dev.baton.model.SessionKey;
import dev.baton.node.SessionUnavailable.Reason;
import dev.baton.protocol.Denial;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.TreeSet;

/**
 * The way to several attributes of one session: one after the other in ascending order, so that two that want the same
 * ones cannot wait for each other; all or none.
 */
final class Locking extends Passage<List<Claim>> {
    private final AccessLog log;
    private final LockOwner owner;
    private final Iterator<String> names;
    private final boolean exclusive;
    private final boolean wait;
    private final Counting counting;
    private final List<Claim> claims = new ArrayList<>(1);
    private String others = "";

    Locking(AccessLog log, LockOwner owner, Collection<String> names, boolean exclusive, boolean wait,
            Counting counting, Parts parts) {
        super(parts);
        this.log = log;
        this.owner = owner;
        this.names = new TreeSet<>(names).iterator();
        this.exclusive = exclusive;
        this.wait = wait;
        this.counting = counting;
    }

    @Override
    Waiter advance() {
        boolean failed = true;
        try {
            Waiter next = next();
            failed = false;
            return next;
        } finally {
            if (failed) {
                drop(claims);
            }
        }
    }

    private Waiter next() {
        while (true) {
            if (!claims.isEmpty()) {
                Claim newest = claims.get(claims.size() - 1);
                Waiter.Outcome outcome = newest.waiter().outcome();
                if (outcome == null) {
                    return newest.waiter();
                }
                if (!outcome.admitted()) {
                    throw refused(newest, outcome.refusal());
                }
            }
            if (!names.hasNext()) {
                return null;
            }
            Claim claim = log.claim(owner, names.next(), exclusive, wait);
            if (claim == null) {
                throw new Refusal(Denial.OVERLOADED, null).of(log.state().key());
            }
            if (claim.waiter().outcome() == null) {
                counting.lockWaits.increment();
            }
            claims.add(claim);
        }
    }

    private SessionUnavailable refused(Claim claim, Object why) {
        SessionKey key = log.state().key();
        if (why instanceof Deadlock deadlock) {
            return Refusal.deadlock(key, deadlock);
        }
        if (why instanceof LockTable.Busy busy) {
            return new SessionUnavailable(Reason.LOCKED, claim + " is in use by " + busy.holders()
                    + " of this process");
        }
        return log.lost() ? Refusal.lost(log) : new SessionUnavailable(Reason.LOCKED, claim + " is in use by " + others
                + " of this process (" + lateness() + ")");
    }

    @Override
    void giveUp(Waiter waiter) {
        Claim newest = claims.get(claims.size() - 1);
        others = newest.blockedBy();
        log.giveUp(newest);
    }

    @Override
    List<Claim> result() {
        return List.copyOf(claims);
    }

    @Override
    void drop(List<Claim> unwanted) {
        unwanted.forEach(log::unlock);
    }
}
