package dev.baton.jgroups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TurnstileTest {
    private final Turnstile turnstile = new Turnstile();

    @RepeatedTest(20)
    void oneAtATimeAndNothingIsLeftUndone() throws InterruptedException {
        ConcurrentLinkedQueue<Integer> todo = new ConcurrentLinkedQueue<>();
        List<Integer> done = new ArrayList<>(); // behind the turnstile, else it would break
        AtomicBoolean inside = new AtomicBoolean();
        AtomicBoolean two = new AtomicBoolean();
        List<Thread> threads = IntStream.range(0, 4).mapToObj(t -> new Thread(() -> {
            for (int i = 0; i < 5_000; i++) {
                todo.add(i);
                if (turnstile.take()) {
                    turnstile.run(() -> {
                        if (!inside.compareAndSet(false, true)) {
                            two.set(true);
                        }
                        for (Integer next; (next = todo.poll()) != null; ) {
                            done.add(next);
                        }
                        inside.set(false);
                    });
                }
            }
        })).toList();
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(two).isFalse();
        assertThat(todo).isEmpty();
        assertThat(done).hasSize(20_000);
    }

    @Test
    void whoComesWhileSomebodyIsInsideMakesHimGoRoundAgain() {
        List<String> rounds = new ArrayList<>();
        assertThat(turnstile.take()).isTrue();
        turnstile.run(() -> {
            rounds.add("round");
            if (rounds.size() == 1) {
                assertThat(turnstile.take()).isFalse();
            }
        });
        assertThat(rounds).hasSize(2);
        assertThat(turnstile.take()).isTrue();
    }

    @Test
    void isFreeAfterAFailure() {
        assertThat(turnstile.take()).isTrue();
        assertThatThrownBy(() -> turnstile.run(() -> {
            throw new IllegalStateException("as planned");
        })).hasMessage("as planned");
        assertThat(turnstile.take()).isTrue();
        turnstile.giveUp();
        assertThat(turnstile.take()).isTrue();
    }
}
