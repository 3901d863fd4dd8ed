package dev.baton.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class TimerQueueTest {
    private final ManualClock clock = new ManualClock(-100);
    private final List<String> done = new ArrayList<>();
    private final List<String> failed = new ArrayList<>();
    private final TimerQueue timers = new TimerQueue(clock, e -> failed.add(e.getMessage()));

    @Test
    void actionsRunInTheOrderOfTheirTimesAndNotBefore() {
        timers.at(20, () -> done.add("late"));
        timers.at(10, () -> done.add("first"));
        timers.at(10, () -> done.add("second"));
        timers.runDue();
        assertThat(done).isEmpty();
        clock.set(19);
        timers.runDue();
        assertThat(done).containsExactly("first", "second");
        clock.set(20);
        timers.runDue();
        timers.runDue();
        assertThat(done).containsExactly("first", "second", "late");
    }

    @Test
    void aCancelledActionDoesNotRun() {
        TimerQueue.Entry entry = timers.after(5, () -> done.add("cancelled"));
        entry.cancel();
        clock.move(10);
        timers.runDue();
        assertThat(done).isEmpty();
    }

    @Test
    void whatIsDueHasBeenRunAlsoWhereAnotherThreadDoesIt() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        timers.at(1, () -> {
            inside.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            done.add("by another");
        });
        clock.set(1);
        Thread other = new Thread(timers::runDue);
        other.start();
        inside.await();
        AtomicReference<List<String>> seen = new AtomicReference<>();
        Thread second = new Thread(() -> {
            timers.runDue();
            seen.set(List.copyOf(done));
        });
        second.start();
        while (second.getState() != Thread.State.WAITING && second.isAlive()) {
            Thread.onSpinWait();
        }
        goOn.countDown();
        other.join();
        second.join();
        assertThat(seen.get()).containsExactly("by another");
    }

    @Test
    void oneThatFailsDoesNotKeepTheOthersFromRunning() {
        othersRunBeside("bug", () -> {
            throw new IllegalStateException("bug");
        });
    }

    @Test
    void norDoesOneThatEndsInAnError() {
        othersRunBeside("no thread", () -> {
            throw new OutOfMemoryError("no thread");
        });
    }

    private void othersRunBeside(String message, Runnable failing) {
        timers.after(1, failing);
        timers.after(2, () -> done.add("other"));
        clock.move(10);
        timers.runDue();
        assertThat(failed).containsExactly(message);
        assertThat(done).containsExactly("other");
    }

    @Test
    void theThreadBelongsToTheJarNotToWhoeverStartedIt() throws Exception {
        TimerQueue real = new TimerQueue(new SystemClock(), e -> failed.add(e.getMessage()));
        ClassLoader application = new ClassLoader() { };
        Thread.currentThread().setContextClassLoader(application);
        AtomicReference<Thread> thread = new AtomicReference<>();
        CountDownLatch ran = new CountDownLatch(1);
        try {
            real.start(new NodeThreads("n"));
            real.after(TimeUnit.MILLISECONDS.toNanos(1), () -> {
                thread.set(Thread.currentThread());
                ran.countDown();
            });
            assertThat(ran.await(20, TimeUnit.SECONDS)).isTrue();
        } finally {
            Thread.currentThread().setContextClassLoader(TimerQueueTest.class.getClassLoader());
            real.stop();
        }
        assertThat(thread.get().getContextClassLoader()).isSameAs(TimerQueue.class.getClassLoader());
        assertThat(thread.get().isDaemon()).isTrue();
        assertThat(thread.get().isAlive()).isFalse();
    }
}
