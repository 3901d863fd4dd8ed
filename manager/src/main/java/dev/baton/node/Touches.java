package dev.baton.node;

import dev.baton.access.ClientState;
import dev.baton.access.TokenHold;
import dev.baton.model.SessionMeta;
import dev.baton.protocol.Change;
import dev.baton.protocol.Input;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Tells the store, by and by and many at a time, of sessions that were accessed without a change. */
final class Touches {
    static final long ROUND_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final int PER_INTERVAL = 20;
    private static final int BATCH = 1_000;

    private final Parts parts;
    private final Set<ClientState> accessed = ConcurrentHashMap.newKeySet();
    private final TimerQueue.Rounds rounds;

    Touches(Parts parts) {
        this.parts = parts;
        this.rounds = parts.timers().rounds(ROUND_NANOS, Runnable::run, () -> tell(false));
    }

    void start() {
        rounds.start();
    }

    void accessed(ClientState state) {
        if (state.token().access(parts.now())) {
            accessed.add(state);
        }
    }

    /** From the one to the other the session counts as accessed at every moment. */
    void user(ClientState state, boolean comes) {
        state.token().user(comes);
        accessed(state);
    }

    /** @param all whether to tell also what is not due yet */
    void tell(boolean all) {
        long now = parts.now();
        List<Change.Touch> batch = new ArrayList<>();
        // Not the set itself: one that is put back would come again in the same round, and again.
        for (ClientState state : List.copyOf(accessed)) {
            TokenHold token = state.token();
            if (token.hasUsers() && !token.gone()) {
                token.access(now);
            }
            if (token.gone() || !token.touchDue()) {
                // Told along with a change; a further access brings it here again.
                accessed.remove(state);
                if (!token.gone() && token.touchDue()) {
                    accessed.add(state);
                }
            } else if (all || now - token.toldNanos() >= intervalNanos(state)) {
                accessed.remove(state);
                token.told(now);
                batch.add(new Change.Touch(state.key(), token.ageNanos(now)));
                if (token.hasUsers()) {
                    accessed.add(state);
                }
                if (batch.size() == BATCH) {
                    parts.loop().give(new Input.Touch(batch));
                    batch = new ArrayList<>();
                }
            }
        }
        if (!batch.isEmpty()) {
            parts.loop().give(new Input.Touch(batch));
        }
        parts.loop().run();
    }

    private static long intervalNanos(ClientState state) {
        SessionMeta meta = state.meta();
        long interval = meta == null ? 0 : TimeUnit.SECONDS.toNanos(meta.maxInactiveSeconds()) / PER_INTERVAL;
        return Math.max(ROUND_NANOS, interval);
    }

    void stop() {
        rounds.stop();
        tell(true);
    }
}
