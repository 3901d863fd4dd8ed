package dev.baton.node;

import dev.baton.access.AccessLog;
import dev.baton.access.ClientState;
import dev.baton.protocol.Effect;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Lets the application prepare sessions for another process, and sends what was not synchronised yet, one session after
 * the other, before their tokens go back. Who waits for such a token waits for this as well, with its own limit.
 */
final class HandOvers {
    private final Tokens tokens;
    private final Flushes flushes;
    private final Parts parts;
    private final ApplicationEvents events;
    private final ThreadPoolExecutor thread;

    HandOvers(Tokens tokens, Flushes flushes, Parts parts, ApplicationEvents events, NodeThreads threads) {
        this.tokens = tokens;
        this.flushes = flushes;
        this.parts = parts;
        this.events = events;
        // Unbounded, since what is queued is bounded by the tokens held.
        this.thread = new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
                r -> threads.thread("handover", r));
        thread.allowCoreThreadTimeOut(true);
    }

    void prepare(ClientState state) {
        try {
            thread.execute(() -> run(state));
        } catch (RejectedExecutionException stopped) {
            tokens.giveBack(state);
        }
    }

    private void run(ClientState state) {
        AccessLog access = state.lastStay();
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
            tokens.giveBack(state);
        }
    }

    void stop() {
        thread.shutdown();
    }
}
