package dev.baton.benchmarks.differences;

import java.util.Arrays;

/** Time of one call: the median of some rounds, after a warm-up. What is called gives something back, which is used. */
final class Timing {
    private static final int ROUNDS = 7;

    private final long roundNanos;
    /** Written, so that the compiler must not drop what is measured. */
    private Object last;

    /** @param roundNanos of each round, and of the warm-up */
    Timing(long roundNanos) {
        this.roundNanos = roundNanos;
    }

    interface Call {
        Object call() throws Exception;
    }

    /** In ns. */
    double of(Call call) throws Exception {
        long batch = batch(call);
        double[] nanos = new double[ROUNDS];
        for (int r = 0; r < ROUNDS; r++) {
            long calls = 0;
            long start = System.nanoTime();
            long now;
            do {
                run(call, batch);
                calls += batch;
                now = System.nanoTime();
            } while (now - start < roundNanos);
            nanos[r] = (double) (now - start) / calls;
        }
        Arrays.sort(nanos);
        return nanos[ROUNDS / 2];
    }

    /** Warms up until twice a round has passed; as many calls as take about a tenth of a round. */
    private long batch(Call call) throws Exception {
        long calls = 0;
        long start = System.nanoTime();
        long now;
        do {
            run(call, 1);
            calls++;
            now = System.nanoTime();
        } while (now - start < 2 * roundNanos);
        return Math.max(1, calls / 20);
    }

    private void run(Call call, long calls) throws Exception {
        for (long i = 0; i < calls; i++) {
            last = call.call();
        }
    }
}
