package dev.baton.node;

import dev.baton.access.ClientState;
import dev.baton.access.ClientStates;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Lets go of sessions that nobody used for a while: the token goes back to the store, and when it is there all that this
 * process had of the session beside the store's bytes. Who comes next gets the token and objects read from the bytes.
 *
 * <p>A session stays as it is while the store has not all of it, or the application could tell the difference; see
 * {@link ClientState#settle} and {@link ApplicationEvents#mayLetGo}. Looking takes as long as to read all objects of the
 * session, so it has a thread of its own; who comes meanwhile does not wait for it. A value that blocks while it is read keeps that
 * thread: then sessions stay until they are asked for.
 */
final class IdleSessions {
    static final long ROUND_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final long afterNanos;
    private final ClientStates states;
    private final Tokens tokens;
    private final Parts parts;
    private final ApplicationEvents events;
    private final ThreadPoolExecutor thread;
    private final TimerQueue.Rounds rounds;
    private volatile boolean stopped;

    IdleSessions(ApplicationSettings settings, ClientStates states, Tokens tokens, Parts parts,
                 ApplicationEvents events, NodeThreads threads) {
        this.afterNanos = settings.releaseIdleNanos();
        this.states = states;
        this.tokens = tokens;
        this.parts = parts;
        this.events = events;
        this.thread = threads.forApplication("idle", 1);
        this.rounds = parts.timers().rounds(ROUND_NANOS, thread, this::round);
    }

    void start() {
        if (afterNanos > 0) {
            rounds.start();
        }
    }

    /** Looks at every session once. */
    void round() {
        long now = parts.now();
        for (ClientState state : states.all()) {
            long idle = state.token().idleNanos(now);
            if (!stopped && (idle < 0 || idle >= afterNanos)) {
                look(state);
            }
        }
    }

    private void look(ClientState state) {
        if (!events.mayLetGo(state)) {
            return;
        }
        events.withApplication(state::settle);
        if (!state.settled()) {
            return;
        }
        if (state.open()) {
            tokens.releaseUnused(state);
        }
        // Not yet, where its token is still on its way: then in a later round.
        states.letGo(state);
    }

    void stop() {
        stopped = true;
        rounds.stop();
        thread.shutdown();
    }
}
