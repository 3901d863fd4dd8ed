package dev.baton.node;

import dev.baton.access.AccessLog;
import dev.baton.access.Waiter;
import dev.baton.model.SessionKey;
import dev.baton.node.SessionUnavailable.Reason;

/** The way to the end of an answer: the version is durable, and this process may still serve. */
final class Durability extends Passage<Void> {
    private final AccessLog log;
    private final long version;
    private final boolean acknowledged;
    private Waiter durable;
    private Waiter lease;

    Durability(AccessLog log, long version, boolean acknowledged, Parts parts) {
        super(parts);
        this.log = log;
        this.version = version;
        this.acknowledged = acknowledged;
    }

    /** Whether there is nothing to wait for, and no failure. */
    boolean reached() {
        return log.gone() || (!acknowledged || log.isDurable(version)) && (!log.lost() || log.gaveBack())
                && parts.leases().valid(log.state().key().segment());
    }

    @Override
    Waiter advance() {
        SessionKey key = log.state().key();
        if (log.gone()) {
            return null;
        }
        if (acknowledged && !log.isDurable(version)) {
            if (log.lost()) {
                throw Refusal.lost(log);
            }
            if (late()) {
                throw new SessionUnavailable(Reason.OUTCOME_UNKNOWN, "version " + version + " of " + key
                        + " was not acknowledged (" + lateness() + "): it may be durable or not");
            }
            durable = log.durable(version);
            if (durable.outcome() == null) {
                return durable;
            }
            return advance();
        }
        if (log.lost() && !log.gaveBack()) { // what is durable stays so when the token is back
            throw Refusal.lost(log);
        }
        while (!parts.leases().valid(key.segment())) {
            parts.leases().mustRun(key);
            if (late() || parts.leases().hopeless()) {
                throw new SessionUnavailable(Reason.STORE_UNREACHABLE, "this process may not answer for " + key
                        + " any more: the nodes that could have another holder do not answer (" + lateness() + ")");
            }
            lease = parts.leases().await(key.segment());
            if (lease == null) {
                throw new SessionUnavailable(Reason.OVERLOADED, "too many requests wait for the right to serve: "
                        + "this process may not answer for " + key);
            }
            if (lease.outcome() == null) {
                return lease;
            }
        }
        return null;
    }

    @Override
    void giveUp(Waiter waiter) {
        if (waiter == durable) {
            log.cancelDurable(waiter);
        } else if (waiter == lease) {
            parts.leases().cancel(waiter);
        }
    }

    @Override
    Void result() {
        return null;
    }

    @Override
    void drop(Void nothing) {
        // Nothing was taken.
    }
}
