package dev.baton.node;

import dev.baton.access.AccessLog;
import dev.baton.access.Claim;
import dev.baton.access.ClientState;
import dev.baton.access.LockOwner;
import dev.baton.access.LockTable;
import dev.baton.access.TokenGate;
import dev.baton.access.TokenHold;
import dev.baton.protocol.Effect;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Synchronises sessions as routine maintenance, every so many milliseconds, and before their tokens go back, instead of
 * at the end of each request (S5): several changes are compared once and travel as one delta.
 *
 * <p>A request leaves what it touched to the next round. Where a round is due already at its end, which is so where
 * requests follow each other without a gap, it does the work itself: so no change is older than the interval, but for
 * the length of the request that made it.
 *
 * <p>A round writes the application's values, so it has a thread of its own. A value that blocks while it is written
 * keeps that thread: then sessions are synchronised by requests that find the round due, and with their tokens.
 */
final class Flushes {
    /** How long to wait for somebody who compares the same session. */
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final long intervalNanos;
    private final boolean eager;
    private final Commits commits;
    private final Tokens tokens;
    private final Parts parts;
    private final ApplicationEvents events;
    /** Sessions with changes that the store has not seen, and since when. */
    private final Map<ClientState, Long> dirty = new ConcurrentHashMap<>();
    private final ThreadPoolExecutor thread;
    private final TimerQueue.Rounds rounds;

    Flushes(ApplicationSettings settings, Commits commits, Tokens tokens, Parts parts, ApplicationEvents events,
            NodeThreads threads) {
        this.intervalNanos = settings.flushNanos();
        this.eager = settings.eagerRelease();
        this.commits = commits;
        this.tokens = tokens;
        this.parts = parts;
        this.events = events;
        this.thread = threads.forApplication("flush", 1);
        this.rounds = parts.timers().rounds(intervalNanos, thread, this::flushAll);
    }

    void start() {
        if (intervalNanos > 0) {
            rounds.start();
        }
    }

    /** Whether the changes of a stay that completes now are left to the next round. */
    boolean leaves(AccessLog log) {
        if (intervalNanos == 0 || eager || log.fresh() || log.lost() || log.detached() || !log.state().open()) {
            return false;
        }
        Long since = dirty.get(log.state());
        boolean due = since != null && parts.now() - since >= intervalNanos;
        if (due) {
            dirty.remove(log.state());
        }
        return !due;
    }

    /** A stay has ended, and what it left to compare is known. */
    void left(ClientState state) {
        if (lags(state)) {
            dirty.putIfAbsent(state, parts.now());
        }
    }

    /** Whether the session has changes, perhaps, that are to be synchronised before its token goes back. */
    boolean lags(ClientState state) {
        return intervalNanos > 0 && state.lags();
    }

    /** Synchronises all sessions that have changes and that nobody's turn keeps from it. */
    void flushAll() {
        // Not the set itself: one that is put back would come again in the same round, and again.
        for (ClientState state : List.copyOf(dirty.keySet())) {
            flush(state);
        }
    }

    private void flush(ClientState state) {
        TokenHold token = state.token();
        Claim turn = null;
        if (token.turns() != null) {
            turn = token.turns().claim(new LockOwner("flush", parts.now()), state.key(), LockTable.TURN, true, false);
            if (!turn.waiter().outcome().admitted()) {
                return; // the request whose turn it is sees at its end that the round was due
            }
        }
        Long since = dirty.remove(state);
        int pass = token.gate().tryEnter();
        AccessLog log = pass == TokenGate.NO_PASS ? null : state.stay(pass, turn);
        if (log == null) {
            // The token is on its way back, and takes along what there is; or it was lost, and everything with it.
            if (turn != null) {
                token.turns().release(turn);
            }
            return;
        }
        try {
            synchronise(log);
        } catch (SessionUnavailable e) {
            again(state, since);
        } catch (RuntimeException | Error e) { // of the application's values: the other sessions go on
            parts.events().note(Effect.Level.ERROR, "the changes of " + state.key() + " could not be synchronised", e);
            again(state, since);
        } finally {
            tokens.leave(log);
        }
    }

    private void again(ClientState state, Long since) {
        if (since != null) {
            dirty.putIfAbsent(state, since);
        }
    }

    /** Compares and sends what a stay, and those before it, left to compare. */
    void synchronise(AccessLog log) {
        dirty.remove(log.state());
        events.withApplication(() -> commits.complete(log, LIMIT_NANOS));
    }

    void stop() {
        rounds.stop();
        thread.shutdown();
    }
}
