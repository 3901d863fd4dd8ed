package dev.baton.demo.launcher;

import java.net.URI;
import java.net.http.HttpClient;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;

/** Visitors who keep on shopping, wherever the balancer sends them, while the tour kills and starts nodes. */
final class Crowd implements AutoCloseable {
    /** Below what a cart remembers. */
    private static final int MAX_CHANGES = 400;
    private static final long PAUSE_MILLIS = 60;
    private static final long END_LIMIT_SECONDS = 90;

    /**
     * @param changes      confirmed
     * @param again        of these, sent more than once
     * @param longestNanos that one of them had to wait for its confirmation
     * @param wrong        what their carts lack
     */
    record Outcome(int changes, int again, long longestNanos, List<String> wrong) {}

    private final List<String> skus;
    private final ExecutorService threads;
    private final List<Future<Outcome>> running;
    private volatile boolean enough;

    Crowd(int visitors, List<String> skus, URI shop, HttpClient client) {
        this.skus = skus;
        threads = Executors.newFixedThreadPool(visitors, task -> {
            Thread thread = new Thread(task, "visitor");
            thread.setDaemon(true);
            return thread;
        });
        running = IntStream.rangeClosed(1, visitors)
                .mapToObj(i -> threads.submit(() -> shop(i, new Visitor(shop, client)))).toList();
    }

    private Outcome shop(int number, Visitor visitor) throws DemoFailed, InterruptedException {
        int again = 0;
        long longest = 0;
        for (int i = 0; i < MAX_CHANGES && !enough; i++) {
            Visitor.Confirmed confirmed = visitor.add(skus.get((i + number) % skus.size()), 1, null);
            again += confirmed.attempts() > 1 ? 1 : 0;
            longest = Math.max(longest, confirmed.nanos());
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        }
        List<String> wrong = visitor.compare(null).stream().map(w -> "visitor " + number + ": " + w).toList();
        return new Outcome(visitor.ledger().confirmations(), again, longest, wrong);
    }

    /** Lets them finish, and compares their carts with what was confirmed to them. */
    Outcome finish() throws DemoFailed, InterruptedException {
        enough = true;
        int changes = 0;
        int again = 0;
        long longest = 0;
        List<String> wrong = new ArrayList<>();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(END_LIMIT_SECONDS);
        for (Future<Outcome> visitor : running) {
            try {
                Outcome one = visitor.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
                changes += one.changes;
                again += one.again;
                longest = Math.max(longest, one.longestNanos);
                wrong.addAll(one.wrong);
            } catch (ExecutionException e) {
                throw e.getCause() instanceof DemoFailed failed ? failed
                        : new DemoFailed("a visitor failed: " + e.getCause(), e.getCause());
            } catch (TimeoutException e) {
                throw new DemoFailed("the visitors did not finish within " + END_LIMIT_SECONDS + " s", e);
            }
        }
        return new Outcome(changes, again, longest, wrong);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
