package dev.baton.node;

import dev.baton.access.AccessLog;
import dev.baton.access.ClientState;
import dev.baton.access.TokenGate;
import dev.baton.access.TokenHold;
import dev.baton.access.Waiter;
import dev.baton.node.SessionUnavailable.Reason;
import dev.baton.protocol.Denial;
import dev.baton.protocol.ProtocolReport;
import java.util.function.Supplier;

/**
 * The way into a session: the turn among the requests of this process, where they follow each other; the token; the
 * right to serve. Ends with a stay, or null where there is no such session.
 */
final class Entry extends Passage<AccessLog> {
    private final ClientState state;
    private final Tokens tokens;
    private final Parts parts;
    private Waiter turn;
    private Waiter gate;
    private Waiter lease;
    private boolean hasTurn;
    private AccessLog log;
    private boolean absent;

    Entry(ClientState state, Tokens tokens, Parts parts) {
        this.state = state;
        this.tokens = tokens;
        this.parts = parts;
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
        if (token.turns() != null && !hasTurn) {
            if (turn == null) {
                turn = take(token);
            }
            if (turn.outcome() == null) {
                return turn;
            }
            hasTurn = turn.outcome().admitted();
            if (!hasTurn) {
                throw locked("another request of this process");
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
            if (late()) {
                throw new SessionUnavailable(Reason.STORE_UNREACHABLE, "this process may not serve " + state.key()
                        + " now: the nodes that could have another holder do not answer (" + lateness() + ")");
            }
            lease = parts.leases().await(segment);
            if (lease == null) {
                throw new SessionUnavailable(Reason.OVERLOADED, "too many requests wait for the right to serve");
            }
            if (lease.outcome() == null) {
                return lease;
            }
        }
    }

    private Waiter take(TokenHold token) {
        Waiter waiter = token.turns().take();
        if (waiter == null) {
            throw tooMany();
        }
        return waiter;
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
                        throw locked(holder());
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
            log = state.stay(pass, hasTurn);
            if (log != null) {
                return null;
            }
        }
    }

    private void refused(Object why) {
        if (!(why instanceof Refusal refusal)) {
            throw locked(holder());
        }
        if (!refusal.absent()) {
            throw refusal.of(state.key());
        }
        absent = true;
    }

    @Override
    void giveUp(Waiter waiter) {
        if (waiter == turn) {
            state.token().turns().cancel(waiter);
        } else if (waiter == gate) {
            tokens.giveUp(state, waiter);
        } else if (waiter == lease) {
            parts.leases().cancel(waiter);
        }
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
        } else if (hasTurn) {
            state.token().turns().end();
        }
        hasTurn = false;
    }

    private String holder() {
        Supplier<String> unknown = () -> "another process";
        ProtocolReport.SessionReport report = parts.loop().ask(core -> core.report(state.key()));
        return report == null || report.holder() == null ? unknown.get() : report.holder().toString();
    }

    private SessionUnavailable locked(String holder) {
        return new SessionUnavailable(Reason.LOCKED, state.key() + " is in use by " + holder + " (" + lateness() + ")");
    }

    private SessionUnavailable tooMany() {
        return new Refusal(Denial.OVERLOADED, null).of(state.key());
    }
}
