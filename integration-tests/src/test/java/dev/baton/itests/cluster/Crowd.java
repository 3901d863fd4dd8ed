package dev.baton.itests.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Clients at work at the same time, each in a thread of its own.
 *
 * @param <T> what a client brings back
 */
public final class Crowd<T> {
    private final ExecutorService threads;
    private final List<Future<T>> running = new ArrayList<>();

    private Crowd(List<? extends Callable<T>> work) {
        threads = Executors.newFixedThreadPool(work.size());
        work.forEach(each -> running.add(threads.submit(each)));
        threads.shutdown();
    }

    /** Begins the work of all. */
    public static <T> Crowd<T> of(List<? extends Callable<T>> work) {
        return new Crowd<>(work);
    }

    /** Waits until all have finished; the failure of one fails the test. */
    public List<T> join(int seconds) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        List<T> results = new ArrayList<>();
        try {
            for (Future<T> each : running) {
                results.add(each.get(end - System.nanoTime(), TimeUnit.NANOSECONDS));
            }
            return results;
        } catch (ExecutionException e) {
            throw new AssertionError("a client failed: " + e.getCause(), e.getCause());
        } catch (TimeoutException e) {
            long atWork = running.stream().filter(each -> !each.isDone()).count();
            throw new AssertionError("after " + seconds + " s " + atWork + " of " + running.size()
                    + " clients are still at work", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } finally {
            threads.shutdownNow();
        }
    }
}
