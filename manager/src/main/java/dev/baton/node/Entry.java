package dev.baton.node;

import dev.baton.access.AccessLog;
import dev.baton.access.Claim;
import dev.baton.access.ClientState;
import dev.baton.access.Deadlock;
import dev.baton.access.LockOwner;
import dev.baton.access.LockTable;
import dev.baton.access.TokenGate;
import dev.baton.access.TokenHold;
import dev.baton.access.Waiter;
import dev.baton.node.SessionUnavailable.Reason;
import dev.baton.protocol.Denial;

/**
 * The way into a session: the turn among the requests of this process, where they follow each other; the token; the
 * right to serve. Ends with a stay, or null where there is no such session.
 */
final class Entry extends Passage<AccessLog> {
    private final ClientState state;
    private final LockOwner owner;
    private final Tokens tokens;
    private Claim turn;
    private Waiter gate;
    private Waiter lease;
    /** Who had the turn when this gave up. */
    private String others = "";
    private AccessLog log;
    private boolean absent;

    /** @param owner whose turn it will be, where requests follow each other */
    Entry(ClientState state, LockOwner owner, Tokens tokens, Parts parts) {
        super(parts);
        this.state = state;
        this.owner = owner;
        this.tokens = tokens;
    }

    @Override
    Waiter advance() {
        boolean done = false;
        try {
            Waiter next = next();
            done = next != null || log != null || absent;
            return next;
        } finally {
            if (!done || absent) {
                undo();
            }
        }
    }

    private Waiter next() {
        TokenHold token = state.token();
        if (token.turns() != null) {
            Waiter wait = takeTurn(token);
            if (wait != null) {
                return wait;
            }
        }
        while (true) {
            if (log == null) {
                Waiter wait = throughGate(token);
                if (wait != null || absent) {
                    return wait;
                }
            }
            int segment = state.key().segment();
            if (parts.leases().valid(segment)) {
                if (!log.lost()) {
                    return null;
                }
                // Lost while waiting for the lease: not a bad moment to ask for the token again.
                AccessLog past = log;
                log = null;
                past.leave();
                continue;
            }
            parts.leases().mustRun(state.key());
            if (late() || parts.leases().hopeless()) {
                throw new SessionUnavailable(Reason.STORE_UNREACHABLE, "this process has the token of " + state.key()
                        + " and may not serve it now: the nodes that could have another holder do not answer ("
                        + lateness() + ")");
            }
            lease = parts.leases().await(segment);
            if (lease == null) {
                throw new SessionUnavailable(Reason.OVERLOADED, "too many requests wait for the right to serve: "
                        + "this process has the token of " + state.key() + " and may not serve it now");
            }
            if (lease.outcome() == null) {
                return lease;
            }
        }
    }

    /** Null where this has the turn. */
    private Waiter takeTurn(TokenHold token) {
        if (turn == null) {
            turn = token.turns().claim(owner, state.key(), LockTable.TURN, true, true);
            if (turn == null) {
                throw tooMany();
            }
            if (turn.waiter().outcome() == null) {
                tokens.waitsForTurn();
            }
        }
        Waiter.Outcome outcome = turn.waiter().outcome();
        if (outcome == null) {
            return turn.waiter();
        }
        if (outcome.refusal() instanceof Deadlock deadlock) {
            throw Refusal.deadlock(state.key(), deadlock);
        }
        if (!outcome.admitted()) {
            throw new SessionUnavailable(Reason.LOCKED, state.key() + " is in use by " + others + " of this process ("
                    + lateness() + ")");
        }
        return null;
    }

    /** Null where it is through, or {@link #absent}. */
    private Waiter throughGate(TokenHold token) {
        while (true) {
            if (token.gone()) {
                absent = true;
                return null;
            }
            int pass = gate == null ? token.gate().tryEnter() : TokenGate.NO_PASS;
            if (pass == TokenGate.NO_PASS) {
                if (gate == null) {
                    if (late()) {
                        throw tokens.notGiven(state, lateness());
                    }
                    gate = tokens.await(state);
                    if (gate == null) {
                        throw tooMany();
                    }
                }
                Waiter.Outcome outcome = gate.outcome();
                if (outcome == null) {
                    return gate;
                }
                gate = null;
                if (!outcome.admitted()) {
                    refused(outcome.refusal());
                    return null;
                }
                pass = outcome.pass();
            }
            log = state.stay(pass, turn);
            if (log != null) {
                return null;
            }
        }
    }

    private void refused(Object why) {
        if (!(why instanceof Refusal refusal)) {
            throw tokens.notGiven(state, lateness());
        }
        if (!refusal.absent()) {
            throw refusal.of(state.key());
        }
        absent = true;
    }

    @Override
    void giveUp(Waiter waiter) {
        if (turn != null && waiter == turn.waiter()) {
            others = turn.blockedBy();
            state.token().turns().cancel(turn);
        } else if (waiter == gate) {
            tokens.giveUp(state, waiter);
        } else if (waiter == lease) {
            parts.leases().cancel(waiter);
        }
    }

    /** Whether somebody was let in, and counts there. */
    boolean admitted() {
        return log != null || gate != null && gate.outcome() != null && gate.outcome().admitted();
    }

    /** Whether this has come to its end, inside, and is still there. */
    boolean inside() {
        return log != null && !log.lost();
    }

    /** Nobody goes on with this: what it waits for and what it has is given back. Only without turns. */
    void cancel() {
        if (log == null && gate != null) {
            tokens.giveUp(state, gate);
            Waiter.Outcome outcome = gate.outcome();
            log = outcome.admitted() ? state.stay(outcome.pass(), null) : null;
        }
        if (lease != null) {
            parts.leases().cancel(lease);
        }
        undo();
    }

    @Override
    AccessLog result() {
        return log;
    }

    @Override
    void drop(AccessLog unwanted) {
        if (unwanted != null) {
            tokens.leave(unwanted);
        }
    }

    private void undo() {
        if (log != null) {
            tokens.leave(log);
            log = null;
        } else if (turn != null) {
            state.token().turns().release(turn);
        }
        turn = null;
    }

    private SessionUnavailable tooMany() {
        return new Refusal(Denial.OVERLOADED, tokens.lastSeen(state)).of(state.key());
    }
}
