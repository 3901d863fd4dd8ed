package dev.baton.node;

import dev.baton.access.AccessLog;
import dev.baton.access.ClientState;
import dev.baton.protocol.Effect;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;

/**
 * Lets the application prepare sessions for another process, and sends what was not synchronised yet, before their tokens
 * go back. Who waits for such a token waits for this as well, with its own limit; an application's code that blocks holds
 * up its own session, and others only when many do.
 */
final class HandOvers {
    private final Tokens tokens;
    private final Flushes flushes;
    private final Parts parts;
    private final ApplicationEvents events;
    private final ThreadPoolExecutor pool;

    HandOvers(Tokens tokens, Flushes flushes, Parts parts, ApplicationEvents events, NodeThreads threads) {
        this.tokens = tokens;
        this.flushes = flushes;
        this.parts = parts;
        this.events = events;
        // What is queued is bounded by the tokens held.
        this.pool = threads.forApplication("handover");
    }

    void prepare(AccessLog access) {
        try {
            pool.execute(() -> run(access));
        } catch (RejectedExecutionException stopped) {
            tokens.handedOver(access);
        }
    }

    private void run(AccessLog access) {
        ClientState state = access.state();
        try {
            if (events.wantsHandingOver(state)) {
                events.handingOver(access);
            }
            if (flushes.lags(state)) {
                flushes.synchronise(access);
            }
        } catch (SessionUnavailable e) {
            parts.events().note(Effect.Level.WARNING, state.key() + " was lost while it was handed over: "
                    + e.getMessage(), null);
        } catch (RuntimeException | Error e) {
            parts.events().note(Effect.Level.ERROR, state.key() + " could not be prepared for another process", e);
        } finally {
            tokens.handedOver(access);
        }
    }

    void stop() {
        pool.shutdown();
    }
}
