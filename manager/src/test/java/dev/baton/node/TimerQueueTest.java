package dev.baton.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
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
    void aRoundComesAfterTheOneBeforeWhateverBecameOfIt() {
        TimerQueue.Rounds rounds = timers.rounds(10, Runnable::run, () -> {
            done.add("at " + clock.nanos());
            throw new OutOfMemoryError("round");
        });
        move(100);
        assertThat(done).as("not started").isEmpty();
        rounds.start();
        move(9);
        move(1);
        move(9);
        move(5);
        move(10);
        rounds.stop();
        move(100);
        assertThat(done).containsExactly("at 10", "at 24", "at 34");
        assertThat(failed).containsExactly("round", "round", "round");
    }

    @Test
    void noRoundBeginsBeforeTheOneBeforeHasEnded() {
        List<Runnable> begun = new ArrayList<>();
        timers.rounds(10, begun::add, () -> done.add("round")).start();
        move(10);
        move(100);
        assertThat(begun).hasSize(1);
        begun.remove(0).run();
        move(0); // It took longer than the time between two.
        begun.remove(0).run();
        assertThat(done).containsExactly("round", "round");
        move(9);
        assertThat(begun).isEmpty();
        move(1);
        assertThat(begun).hasSize(1);
    }

    @Test
    void roundsThatGetNoThreadOnceGoOnAndThoseThatGetNoneAnyMoreEnd() {
        List<Error> refused = new ArrayList<>(List.of(new OutOfMemoryError("no thread")));
        List<String> asked = new ArrayList<>();
        timers.rounds(10, round -> {
            asked.add("at " + clock.nanos());
            if (!refused.isEmpty()) {
                throw refused.remove(0);
            }
            throw new RejectedExecutionException();
        }, () -> done.add("round")).start();
        move(10);
        move(10);
        move(100);
        assertThat(asked).containsExactly("at -90", "at -80");
        assertThat(failed).containsExactly("no thread");
    }

    @Test
    void aFailureThatCannotBeToldEitherEndsNothingAndDoublesNoRounds() {
        TimerQueue speechless = new TimerQueue(clock, e -> {
            throw new OutOfMemoryError("no memory to tell it");
        });
        speechless.rounds(10, Runnable::run, () -> {
            done.add("round");
            throw new OutOfMemoryError("round");
        }).start();
        speechless.after(10, () -> {
            throw new IllegalStateException("bug");
        });
        speechless.after(10, () -> done.add("other"));
        for (int i = 0; i < 2; i++) {
            clock.move(10);
            assertThatCode(speechless::runDue).doesNotThrowAnyException();
        }
        assertThat(done).containsExactly("round", "other", "round");
    }

    private void move(long nanos) {
        clock.move(nanos);
        timers.runDue();
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
