package dev.baton.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The test is every thread: what the executor was given runs when the test says so, and time is moved. */
@Timeout(30)
class ShortTasksTest {
    private final ManualClock clock = new ManualClock(-7);
    private final List<Throwable> failures = new ArrayList<>();
    private final TimerQueue timers = new TimerQueue(clock, failures::add);
    private final ArrayDeque<Runnable> threads = new ArrayDeque<>();
    private final List<String> done = new ArrayList<>();
    private Executor helpers = Runnable::run;
    private final ShortTasks tasks = new ShortTasks(clock, timers, action -> helpers.execute(action),
            () -> done.add("loop"));

    private void add(String name) {
        add(name, () -> { });
    }

    private void add(String name, Runnable action) {
        tasks.add(threads::add, () -> {
            done.add(name);
            action.run();
        }, () -> done.add(name + " refused"));
    }

    /** A request that commits. */
    private void commit() {
        done.add(tasks.defers() ? "deferred" : "at once");
    }

    private void tick() {
        clock.move(ShortTasks.TICK_NANOS);
        timers.runDue();
    }

    private void runAll() {
        while (!threads.isEmpty()) {
            threads.poll().run();
        }
    }

    @Test
    void oneThreadDoesOneAfterTheOther() {
        add("a");
        add("b");
        add("c", () -> add("d"));
        assertThat(threads).hasSize(1);
        threads.poll().run();
        assertThat(done).containsExactly("a", "b", "c", "d");
        add("e");
        assertThat(threads).as("a thread that has gone").hasSize(1);
    }

    @Test
    void whatTheyCommitGoesTogetherWithTheLast() {
        add("a", this::commit);
        add("b", this::commit);
        add("c", this::commit);
        threads.poll().run();
        assertThat(done).containsExactly("a", "deferred", "b", "deferred", "c", "at once", "loop");
    }

    @Test
    void whatWasDeferredGoesAlsoWhereTheLastCommitsNothing() {
        add("a", this::commit);
        add("b");
        threads.poll().run();
        assertThat(done).containsExactly("a", "deferred", "b", "loop");
    }

    @Test
    void whatWasDeferredGoesAfterSomeTasksThoughOthersWait() {
        IntStream.rangeClosed(1, 7).forEach(i -> add("t", this::commit));
        add("t", () -> {
            IntStream.rangeClosed(1, 7).forEach(i -> add("u"));
            commit();
        });
        threads.poll().run();
        assertThat(done.indexOf("loop")).as("%s", done).isEqualTo(2 * ShortTasks.SWEEP);
        assertThat(done.lastIndexOf("u")).isGreaterThan(done.indexOf("loop"));
    }

    @Test
    void beforeAThreadWaitsWhatItHasDeferredGoes() {
        add("a", this::commit);
        add("b", tasks::beforeWaiting);
        threads.poll().run();
        assertThat(done).containsExactly("a", "deferred", "b", "loop");
        tasks.beforeWaiting();
        assertThat(done).as("no thread of these").hasSize(4);
    }

    @Test
    void nothingIsDeferredByOtherThreads() {
        add("a");
        assertThat(tasks.defers()).isFalse();
    }

    @Test
    void whoWaitsBehindALongTaskGetsAThread() {
        add("long", () -> {
            add("b");
            add("c");
            tick();
            assertThat(threads).as("it has just begun").isEmpty();
            tick();
            assertThat(threads).hasSize(2);
            add("d");
            assertThat(threads).as("another thread for those that come").hasSize(3);
        });
        threads.poll().run();
        assertThat(done).containsExactly("long", "loop");
        runAll();
        assertThat(done).containsExactly("long", "loop", "b", "c", "d");
    }

    @Test
    void whatWasDeferredBeforeALongTaskGoes() {
        add("a", this::commit);
        add("long", () -> {
            tick();
            tick();
            done.add("end");
        });
        threads.poll().run();
        assertThat(done).startsWith("a", "deferred", "long", "loop", "end");
    }

    @Test
    void aTaskThatIsLongAlreadyHoldsUpNobody() {
        add("long", () -> {
            clock.move(ShortTasks.LONG_NANOS + 1);
            add("b");
            assertThat(threads).hasSize(1);
        });
        threads.poll().run();
        threads.poll().run();
        assertThat(done).containsExactly("long", "b");
    }

    @Test
    void whereTasksAreLongOnTheAverageEachHasAThreadForAWhile() {
        IntStream.rangeClosed(1, 40).forEach(i -> add("t", () -> clock.move(4 * ShortTasks.SHORT_NANOS)));
        threads.poll().run();
        assertThat(threads).as("the rest").hasSizeGreaterThan(20);
        runAll();
        add("a");
        add("b");
        assertThat(threads).hasSize(2);
        runAll();
        clock.move(ShortTasks.PAUSE_NANOS);
        add("c");
        add("d");
        assertThat(threads).hasSize(1);
    }

    @Test
    void aFewThatAreLongerThanOthersAreNoMatter() {
        for (int i = 0; i < 200; i++) {
            boolean kept = i % 20 == 0;
            add("t", () -> clock.move(kept ? 100 * ShortTasks.SHORT_NANOS : ShortTasks.SHORT_NANOS / 4));
        }
        int begun = threads.size();
        IntStream.rangeClosed(1, begun).forEach(i -> threads.poll().run());
        assertThat(done).filteredOn("t"::equals).hasSize(200);
        assertThat(threads).isEmpty();
    }

    @Test
    void moreThreadsWhereManyWait() {
        int enough = Math.min(Runtime.getRuntime().availableProcessors(), 3);
        IntStream.rangeClosed(1, 3 * ShortTasks.SWEEP - 1).forEach(i -> add("t"));
        assertThat(threads).hasSize(enough);
    }

    @Test
    void whereThereIsNoThreadEachIsTold() {
        tasks.add(action -> {
            throw new RejectedExecutionException();
        }, () -> done.add("a"), () -> done.add("a refused"));
        assertThat(done).containsExactly("a refused");
        add("b");
        assertThat(threads).hasSize(1);
    }

    @Test
    void anErrorIsNoReasonToForgetTheOthers() {
        add("bad", () -> {
            throw new OutOfMemoryError("by the test");
        });
        add("b");
        assertThatThrownBy(() -> threads.poll().run()).isInstanceOf(OutOfMemoryError.class);
        threads.poll().run();
        add("c");
        threads.poll().run();
        assertThat(done).containsExactly("bad", "b", "c");
    }

    @Test
    void aHelperThatIsNotThereEndsNoTicks() {
        helpers = action -> {
            throw new RejectedExecutionException("by the test");
        };
        add("long", () -> {
            add("b");
            tick();
            tick();
        });
        threads.poll().run();
        assertThat(failures).hasSize(1);
        threads.clear();
        helpers = Runnable::run;
        add("long", () -> {
            add("c");
            tick();
            tick();
            assertThat(threads).hasSize(1);
        });
        threads.poll().run();
    }

    @Test
    void afterTheEndEachHasAThread() {
        add("a");
        add("b");
        tasks.close();
        assertThat(threads).as("the first, which finds nothing to do, and two").hasSize(3);
        add("c");
        add("d");
        assertThat(threads).hasSize(5);
        runAll();
        assertThat(done).containsExactly("a", "b", "c", "d");
    }

    @Test
    void anInterruptIsNotForTheNext() {
        add("a", () -> Thread.currentThread().interrupt());
        add("b", () -> done.add(Thread.currentThread().isInterrupted() ? "interrupted" : "not interrupted"));
        threads.poll().run();
        assertThat(done).containsExactly("a", "b", "not interrupted");
    }
}
