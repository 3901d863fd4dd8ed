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
        Throwable unsent = null;
        boolean back = false;
        try {
            tell(access);
            if (flushes.lags(state)) {
                flushes.synchronise(access);
            }
        } catch (RuntimeException | Error e) {
            unsent = e;
        } finally {
            back = tokens.handedOver(access);
        }
        // Back all the same: who waits for the session must not wait for what may never succeed.
        if (unsent != null && (back || access.lost())) {
            failed(access, "went back to the store without the last changes that were made here", unsent);
        }
    }

    /** Whatever becomes of that, what requests changed is to be sent. */
    private void tell(AccessLog access) {
        ClientState state = access.state();
        try {
            if (events.wantsHandingOver(state)) {
                events.handingOver(access);
            }
        } catch (RuntimeException | Error e) {
            failed(access, "could not be prepared for another process", e);
        }
    }

    private void failed(AccessLog access, String what, Throwable why) {
        if (access.lost()) {
            parts.events().note(Effect.Level.WARNING, access.state().key() + " was lost while it was handed over: "
                    + why.getMessage(), null);
        } else {
            parts.events().note(Effect.Level.ERROR, access.state().key() + " " + what, why);
        }
    }

    void stop() {
        pool.shutdown();
    }
}
