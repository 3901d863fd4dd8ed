package dev.baton.node;

import dev.baton.protocol.Effect;
import dev.baton.protocol.Input;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Runs the core, one input at a time, and hands its effects on in the order of the steps. There is no thread for it:
 * whoever brings an input runs the core if nobody else does, else leaves the input to the one who does. So a commit
 * costs no hand-off, and inputs that come while effects are carried out are taken together afterwards.
 *
 * <p>{@link #offer} and {@link #give} only queue and may be called with locks held. {@link #run} must be called after
 * them, without any lock that an effect may want.
 */
final class EventLoop {
    /** Inputs taken before the effects are carried out: envelopes fill, but nobody waits for long. */
    private static final int ROUND = 64;
    /** Rounds that one caller works for others before a helper takes over. */
    private static final int MAX_ROUNDS = 16;
    private static final long ASK_SECONDS = 10;

    /** Carries out the effects of one or more steps. Always called by one thread at a time. */
    interface Effects {
        void run(List<Effect> effects);

        /** The round is over: what was kept back to go together goes now. */
        void flush(long nextWakeNanos);
    }

    private record Query<T>(Function<Core, T> question, CompletableFuture<T> answer) {
        void run(Core core) {
            try {
                answer.complete(question.apply(core));
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        }
    }

    private final Core core;
    private final Clock clock;
    private final int limit;
    private final Effects effects;
    private final Executor helper;
    private final Consumer<Throwable> broken;
    /** {@link Input}s and {@link Query}s. */
    private final Queue<Object> inbox = new ConcurrentLinkedQueue<>();
    private final AtomicInteger size = new AtomicInteger();
    private final AtomicBoolean busy = new AtomicBoolean();
    private final LongAdder steps = new LongAdder();
    private final LongAdder overflows = new LongAdder();
    private volatile boolean ended;

    /**
     * @param limit  inputs that may wait
     * @param helper goes on where a caller has worked enough for others
     * @param broken told once where the core or an effect fails; the loop is at its end then
     */
    EventLoop(Core core, Clock clock, int limit, Effects effects, Executor helper, Consumer<Throwable> broken) {
        this.core = core;
        this.clock = clock;
        this.limit = limit;
        this.effects = effects;
        this.helper = helper;
        this.broken = broken;
    }

    /** Queues an input; false where the inbox is full or the loop has ended: nothing happened. */
    boolean offer(Input input) {
        if (ended || size.get() >= limit) {
            overflows.increment();
            return false;
        }
        add(input);
        return true;
    }

    /**
     * Queues an input that must not be lost, such as a token on its way back. Their number is bounded by that of the
     * sessions in use here, not by the inbox.
     */
    void give(Input input) {
        if (!ended) {
            add(input);
        }
    }

    private void add(Object work) {
        size.incrementAndGet();
        inbox.add(work);
    }

    /** Asks the core between two steps; null where the loop has ended or does not get to it. */
    <T> T ask(Function<Core, T> question) {
        if (ended) {
            return null;
        }
        Query<T> query = new Query<>(question, new CompletableFuture<>());
        add(query);
        run();
        try {
            return query.answer.get(ASK_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        } catch (ExecutionException | TimeoutException e) {
            return null;
        }
    }

    /** Works off the inbox, unless somebody is at it. */
    void run() {
        run(MAX_ROUNDS);
    }

    private void run(int rounds) {
        for (int round = 0; !inbox.isEmpty(); round++) {
            if (round == rounds) {
                helper.execute(() -> run(Integer.MAX_VALUE));
                return;
            }
            if (!busy.compareAndSet(false, true)) {
                return;
            }
            try {
                round();
            } finally {
                busy.set(false);
            }
        }
    }

    private void round() {
        try {
            for (int i = 0; i < ROUND; i++) {
                Object work = inbox.poll();
                if (work == null) {
                    break;
                }
                size.decrementAndGet();
                if (work instanceof Query<?> query) {
                    query.run(core);
                } else if (!ended) {
                    steps.increment();
                    effects.run(core.step((Input) work, clock.nanos()));
                }
            }
            if (!ended) {
                effects.flush(core.nextWakeNanos());
            }
        } catch (Throwable e) {
            // Whatever it was, the core's state cannot be relied upon any more.
            if (!ended) {
                ended = true;
                broken.accept(e);
            }
        }
    }

    /** Takes no input any more. What is queued is dropped. */
    void end() {
        ended = true;
        run();
    }

    boolean ended() {
        return ended;
    }

    long steps() {
        return steps.sum();
    }

    long overflows() {
        return overflows.sum();
    }
}
