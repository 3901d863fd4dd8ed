package dev.baton.node;

import dev.baton.access.AccessLog;
import dev.baton.access.ClientState;
import dev.baton.access.ClientStates;
import dev.baton.protocol.Effect;
import dev.baton.protocol.Input;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Runs the destroyed listeners of expired sessions, one session after the other, on a thread that may wait for them.
 */
final class Expiries {
    private final ClientStates states;
    private final Parts parts;
    private final ApplicationEvents events;
    private final ThreadPoolExecutor thread;
    private volatile boolean abandoned;

    Expiries(ClientStates states, Parts parts, ApplicationEvents events, NodeThreads threads) {
        this.states = states;
        this.parts = parts;
        this.events = events;
        // Unbounded: the store hands out a bounded number of expired sessions at a time, and holds them anyway.
        this.thread = new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
                r -> threads.thread("expiry", r));
        thread.allowCoreThreadTimeOut(true);
    }

    void expire(Effect.Expire e) {
        try {
            thread.execute(() -> run(e));
        } catch (RejectedExecutionException stopped) {
            parts.loop().give(new Input.Destroy(e.key()));
        }
    }

    private void run(Effect.Expire e) {
        if (e.image() != null && !abandoned) {
            tell(e);
        }
        parts.loop().give(new Input.Destroy(e.key()));
        parts.loop().run();
    }

    private void tell(Effect.Expire e) {
        ClientState state = states.state(e.key().id());
        state.token().fence(e.fence());
        state.token().learnIdle(e.idleNanos(), parts.now());
        AccessLog log = state.detached(e.image(), e.contents());
        try {
            events.expired(log);
        } catch (RuntimeException | LinkageError failure) {
            parts.events().note(Effect.Level.ERROR, "a listener failed while " + e.key() + " expired", failure);
        }
    }

    /** What is queued still runs, in the time given; the rest is destroyed without its listeners. */
    void stop(long timeoutNanos) {
        thread.shutdown();
        try {
            thread.awaitTermination(Math.max(0, timeoutNanos), TimeUnit.NANOSECONDS);
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
        abandoned = true;
    }
}
