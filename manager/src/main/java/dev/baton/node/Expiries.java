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

/** Runs the destroyed listeners of expired sessions, one session after the other, on a thread that may wait for them. */
final class Expiries {
    private static final int MAX_QUEUED = 1_000;

    private final ClientStates states;
    private final Parts parts;
    private final ApplicationEvents events;
    private final ThreadPoolExecutor thread;

    Expiries(ClientStates states, Parts parts, ApplicationEvents events, NodeThreads threads) {
        this.states = states;
        this.parts = parts;
        this.events = events;
        this.thread = new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(MAX_QUEUED),
                r -> threads.thread("expiry", r));
        thread.allowCoreThreadTimeOut(true);
    }

    void expire(Effect.Expire e) {
        try {
            thread.execute(() -> run(e));
        } catch (RejectedExecutionException full) {
            // The token goes back; the primary tries again by itself, here or elsewhere.
            parts.loop().give(new Input.Idle(e.key(), e.idleNanos()));
        }
    }

    private void run(Effect.Expire e) {
        ClientState state = states.state(e.key().id());
        state.token().fence(e.fence());
        state.token().learnIdle(e.idleNanos(), parts.now());
        AccessLog log = state.detached(e.image(), e.contents());
        try {
            events.expired(log);
        } catch (RuntimeException | LinkageError failure) {
            parts.events().note(Effect.Level.ERROR, "a listener failed while " + e.key() + " expired", failure);
        }
        parts.loop().give(new Input.Destroy(e.key()));
        parts.loop().run();
    }

    /** What is queued still runs, in the time given. */
    void stop(long timeoutNanos) {
        thread.shutdown();
        try {
            thread.awaitTermination(Math.max(0, timeoutNanos), TimeUnit.NANOSECONDS);
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }
}
