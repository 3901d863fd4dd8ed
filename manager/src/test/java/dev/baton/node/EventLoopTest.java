package dev.baton.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.protocol.Effect;
import dev.baton.protocol.Input;
import dev.baton.protocol.InvariantBroken;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EventLoopTest {
    private final ScriptedCore core = new ScriptedCore();
    private final List<String> done = new ArrayList<>();
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicReference<Throwable> broken = new AtomicReference<>();
    private volatile Runnable inEffect = () -> { };
    private EventLoop loop = loop(100_000, Runnable::run);

    private EventLoop loop(int limit, java.util.concurrent.Executor helper) {
        EventLoop.Effects effects = new EventLoop.Effects() {
            @Override
            public void run(List<Effect> list) {
                if (running.incrementAndGet() != 1) {
                    throw new AssertionError("two run effects at the same time");
                }
                for (Effect e : list) {
                    done.add(((Effect.Note) e).text());
                    inEffect.run();
                }
                running.decrementAndGet();
            }

            @Override
            public void flush(long nextWakeNanos) {
                done.add("flush");
            }
        };
        return new EventLoop(core, new SystemClock(), limit, effects, helper, broken::set);
    }

    private static List<Effect> note(String text) {
        return List.of(new Effect.Note(Effect.Level.INFO, text));
    }

    private static String name(Input input) {
        return input instanceof Input.Forget f ? f.name() : input.getClass().getSimpleName();
    }

    @Test
    void inputsThatComeTogetherShareOneFlush() {
        core.answer(in -> note(name(in)));
        loop.offer(new Input.Forget("a"));
        loop.offer(new Input.Forget("b"));
        loop.run();
        assertThat(done).containsExactly("a", "b", "flush");
    }

    @Test
    void anInputGivenByAnEffectIsTakenAfterwards() {
        core.answer(in -> note(name(in)));
        inEffect = () -> {
            inEffect = () -> { };
            loop.give(new Input.Forget("second"));
            loop.run();
            done.add("end of first");
        };
        loop.give(new Input.Forget("first"));
        loop.run();
        assertThat(done).containsExactly("first", "end of first", "second", "flush");
    }

    @Test
    void everyThreadsInputsAreTakenOneAtATimeAndInTheirOrder() throws Exception {
        int threads = 4;
        int each = 5_000;
        core.answer(in -> note(name(in)));
        CountDownLatch go = new CountDownLatch(1);
        List<Thread> all = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            String name = "t" + t + "-";
            Thread thread = new Thread(() -> {
                try {
                    go.await();
                } catch (InterruptedException e) {
                    return;
                }
                for (int i = 0; i < each; i++) {
                    loop.offer(new Input.Forget(name + i));
                    loop.run();
                }
            });
            all.add(thread);
            thread.start();
        }
        go.countDown();
        for (Thread t : all) {
            t.join();
        }
        loop.run();
        assertThat(broken.get()).isNull();
        Map<String, Integer> last = new HashMap<>();
        int notes = 0;
        for (String text : done) {
            if (!text.equals("flush")) {
                String[] parts = text.split("-");
                assertThat(last.merge(parts[0], 1, Integer::sum)).isEqualTo(Integer.parseInt(parts[1]) + 1);
                notes++;
            }
        }
        assertThat(notes).isEqualTo(threads * each);
    }

    @Test
    void aFullInboxRefusesRequestsButNotWhatMustNotBeLost() {
        loop = loop(2, Runnable::run);
        assertThat(loop.offer(new Input.Forget("a"))).isTrue();
        assertThat(loop.offer(new Input.Forget("b"))).isTrue();
        assertThat(loop.offer(new Input.Forget("c"))).isFalse();
        assertThat(loop.overflows()).isEqualTo(1);
        loop.give(new Input.Tick());
        loop.run();
        assertThat(core.inputs).containsExactly(new Input.Forget("a"), new Input.Forget("b"), new Input.Tick());
        assertThat(loop.offer(new Input.Forget("d"))).isTrue();
    }

    @Test
    void aBrokenCoreEndsTheLoop() {
        core.answer(in -> {
            throw new InvariantBroken("two holders");
        });
        loop.offer(new Input.Forget("a"));
        loop.offer(new Input.Forget("b"));
        loop.run();
        assertThat(broken.get()).hasMessage("two holders");
        assertThat(loop.ended()).isTrue();
        assertThat(core.inputs).hasSize(1);
        assertThat(loop.offer(new Input.Forget("c"))).isFalse();
        assertThat(loop.<String>ask(c -> "answer")).isNull();
    }

    @Test
    void aFailingEffectEndsTheLoopToo() {
        core.answer(in -> note(name(in)));
        inEffect = () -> {
            throw new IllegalStateException("bug");
        };
        loop.offer(new Input.Forget("a"));
        loop.run();
        assertThat(broken.get()).hasMessage("bug");
    }

    @Test
    void nobodyWorksForOthersWithoutEnd() throws Exception {
        CountDownLatch helped = new CountDownLatch(1);
        loop = loop(1_000_000, task -> helped.countDown());
        core.answer(in -> {
            if (core.inputs.size() < 100_000 && helped.getCount() > 0) {
                loop.give(new Input.Tick());
            }
            return List.of();
        });
        loop.give(new Input.Tick());
        loop.run();
        assertThat(helped.await(0, TimeUnit.SECONDS)).isTrue();
        assertThat(core.inputs.size()).isLessThan(2_000);
    }

    @Test
    void aQuestionIsAnsweredBetweenTwoSteps() {
        loop.offer(new Input.Forget("a"));
        assertThat(loop.<Integer>ask(c -> core.inputs.size())).isEqualTo(1);
    }
}
