package dev.baton.benchmarks;

/** Durations, counted in classes that are at most 1/64 of a duration wide. One thread at a time. */
final class Latencies {
    private static final int BITS = 6;
    private static final int CLASSES = 1 << BITS;

    private final int[] counts = new int[(Long.SIZE - BITS) << BITS];
    private long total;

    void add(long nanos) {
        counts[classOf(nanos)]++;
        total++;
    }

    void addAll(Latencies others) {
        for (int i = 0; i < counts.length; i++) {
            counts[i] += others.counts[i];
        }
        total += others.total;
    }

    /**
     * The microseconds that the given share of all durations, from 0 to 1, does not exceed; by the middle of its class.
     * 0 where there are none.
     */
    double micros(double share) {
        long rank = Math.max(1, (long) Math.ceil(share * total));
        long seen = 0;
        for (int i = 0; i < counts.length; i++) {
            seen += counts[i];
            if (seen >= rank) {
                return middle(i) / 1e3;
            }
        }
        return 0;
    }

    private static int classOf(long nanos) {
        if (nanos < CLASSES) {
            return (int) Math.max(0, nanos);
        }
        int shift = Long.SIZE - 1 - Long.numberOfLeadingZeros(nanos) - BITS;
        return (shift << BITS) + (int) (nanos >>> shift);
    }

    private static double middle(int index) {
        if (index < CLASSES) {
            return index;
        }
        int shift = (index >> BITS) - 1;
        long least = ((index & (CLASSES - 1L)) + CLASSES) << shift;
        return least + ((1L << shift) - 1) / 2.0;
    }
}
