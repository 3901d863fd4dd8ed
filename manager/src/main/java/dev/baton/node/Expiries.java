package dev.baton.node;

import dev.baton.access.AccessLog;
import dev.baton.access.ClientState;
import dev.baton.access.ClientStates;
import dev.baton.protocol.Effect;
import dev.baton.protocol.Input;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Runs the destroyed listeners of expired sessions on threads that may wait for them.
 */
final class Expiries {
    private final ClientStates states;
    private final Parts parts;
    private final ApplicationEvents events;
    private final ThreadPoolExecutor pool;
    private volatile boolean abandoned;

    Expiries(ClientStates states, Parts parts, ApplicationEvents events, NodeThreads threads) {
        this.states = states;
        this.parts = parts;
        this.events = events;
        // The store hands out a bounded number of expired sessions at a time, and holds them anyway.
        this.pool = threads.forApplication("expiry");
    }

    void expire(Effect.Expire e) {
        try {
            pool.execute(() -> run(e));
        } catch (RejectedExecutionException stopped) {
            parts.loop().give(new Input.Expired(e.key(), e.fence()));
        }
    }

    private void run(Effect.Expire e) {
        if (e.image() != null && !abandoned) {
            // It may have waited here for long. Whoever has the session now goes on with it, perhaps this very process.
            if (Boolean.FALSE.equals(parts.loop().ask(core -> core.expires(e.key(), e.fence())))) {
                return;
            }
            tell(e);
        }
        parts.loop().give(new Input.Expired(e.key(), e.fence()));
        parts.loop().run();
    }

    private void tell(Effect.Expire e) {
        ClientState state = states.state(e.key().id());
        state.token().fence(e.fence());
        state.token().learnIdle(e.idleNanos(), parts.now());
        AccessLog log = state.detached(e.image(), e.contents());
        try {
            events.expired(log);
        } catch (RuntimeException | Error failure) {
            parts.events().note(Effect.Level.ERROR, "a listener failed while " + e.key() + " expired", failure);
        }
    }

    /** What is queued still runs, in the time given; the rest is destroyed without its listeners. */
    void stop(long timeoutNanos) {
        pool.shutdown();
        try {
            pool.awaitTermination(Math.max(0, timeoutNanos), TimeUnit.NANOSECONDS);
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
        abandoned = true;
    }
}
