package dev.baton.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.access.Waiter;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** With helpers that run when the test says so. */
class PassageTest {
    private static final long LIMIT = 1_000;

    private final ManualClock clock = new ManualClock(0);
    private final TimerQueue timers = new TimerQueue(clock, e -> {
        throw new AssertionError(e);
    });
    private final Queue<Runnable> helpers = new ArrayDeque<>();
    private final Waiter first = new Waiter();
    private final Waiter second = new Waiter();
    private boolean broken;

    /** One after the other, as {@link Locking} does with several names. */
    private final class Both extends Passage<String> {
        Both() {
            super(null);
        }

        @Override
        Waiter advance() {
            if (broken) {
                throw new StackOverflowError();
            }
            for (Waiter waiter : List.of(first, second)) {
                if (waiter.outcome() == null) {
                    return waiter;
                }
                if (!waiter.outcome().admitted()) {
                    throw new IllegalStateException(lateness());
                }
            }
            return null;
        }

        @Override
        void giveUp(Waiter waiter) {
            waiter.cancel();
        }

        @Override
        String result() {
            return "both";
        }

        @Override
        void drop(String result) {
            throw new AssertionError("nobody gave up");
        }
    }

    private CompletableFuture<String> both() {
        CompletableFuture<String> end = new Both().async(LIMIT, timers, helpers::add).toCompletableFuture();
        runHelpers();
        return end;
    }

    private void timeIsOver() {
        clock.move(LIMIT);
        timers.runDue();
    }

    private void runHelpers() {
        for (Runnable next = helpers.poll(); next != null; next = helpers.poll()) {
            next.run();
        }
    }

    @Test
    void itEndsWithItsResultOrItsLimit() {
        CompletableFuture<String> end = both();
        first.admit();
        runHelpers();
        assertThat(end).isNotDone();
        timeIsOver();
        runHelpers();
        assertThat(end).isCompletedExceptionally();
        assertThat(end.handle((r, e) -> e.getMessage())).isCompletedWithValue("timed out");
    }

    @Test
    void theLimitCountsAlsoWhereItMeetsTheEndOfOneOfSeveralWaits() {
        CompletableFuture<String> end = both();
        timeIsOver();
        first.admit();
        runHelpers();
        assertThat(end.handle((r, e) -> e == null ? r : e.getMessage())).isCompletedWithValue("timed out");
    }

    @Test
    void whatIsThereAtTheLimitIsStillTaken() {
        CompletableFuture<String> end = both();
        second.admit();
        timeIsOver();
        first.admit();
        runHelpers();
        assertThat(end).isCompletedWithValue("both");
    }

    @Test
    void anErrorOnTheWayTellsWhoeverWaits() {
        CompletableFuture<String> end = both();
        broken = true;
        first.admit();
        runHelpers();
        assertThat(end.handle((r, e) -> e.toString())).isCompletedWithValue(new StackOverflowError().toString());
    }
}
