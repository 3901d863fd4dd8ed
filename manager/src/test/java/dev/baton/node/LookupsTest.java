package dev.baton.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.model.SessionKey;
import dev.baton.model.SessionMeta;
import dev.baton.protocol.Effect;
import dev.baton.protocol.Input;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class LookupsTest {
    private static final SessionMeta META = new SessionMeta(1, 1800, null, null, null);
    private static final int MANY = 200_000;

    private final AtomicReference<Lookups> lookups = new AtomicReference<>();

    /** Answers every look-up at once. */
    private static final class Answering extends QuietCore {
        @Override
        public List<Effect> step(Input input, long nowNanos) {
            return input instanceof Input.Lookup ask
                    ? List.of(new Effect.LookedUp(ask.ticket(), ask.key(), META, 0, null, null)) : List.of();
        }
    }

    private final EventLoop loop = new EventLoop(new Answering(), new SystemClock(), 100, new EventLoop.Effects() {
        @Override
        public void run(List<Effect> effects) {
            effects.forEach(e -> lookups.get().answered((Effect.LookedUp) e));
        }

        @Override
        public void flush(long nextWakeNanos) {
        }
    }, Runnable::run, failure -> { });

    /** The answer may come before the one who asks has gone on from asking. */
    @Test
    @Timeout(60)
    void anAnswerGivenByAnotherThreadAtOnceIsHeard() throws InterruptedException {
        lookups.set(new Lookups(loop));
        AtomicBoolean done = new AtomicBoolean();
        Thread other = new Thread(() -> {
            while (!done.get()) {
                loop.run();
            }
        });
        other.start();
        try {
            SessionKey key = new SessionKey(1, "id");
            for (int i = 0; i < MANY; i++) {
                assertThat(lookups.get().ask(key, null, 1, TimeUnit.SECONDS.toNanos(5), () -> () -> { })).isNotNull();
            }
        } finally {
            done.set(true);
            other.join();
        }
    }
}
