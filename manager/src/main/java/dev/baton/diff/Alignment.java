package dev.baton.diff;

import java.util.Arrays;

/**
 * Which runs of items of an old content make up a new one, in the order of the new one. Few differences are found
 * exactly (Myers, An O(ND) Difference Algorithm and Its Variations, 1986); where there are many, runs are looked up by
 * the first items of each, as {@link BinaryDiff} does with bytes.
 */
final class Alignment {
    /** Most insertions and deletions that are looked for exactly. */
    private static final int MAX_DIFFERENCES = 160;
    /** Items by which runs are looked up. */
    private static final int WINDOW = 8;
    private static final int MAX_WINDOWS = 1 << 16;

    private final Items old;
    private final Items now;
    private int[] runs = new int[12];
    private int count;

    private Alignment(Items old, Items now) {
        this.old = old;
        this.now = now;
    }

    static Alignment of(Items old, Items now) {
        Alignment a = new Alignment(old, now);
        int prefix = old.common(0, old.length(), now, 0, now.length());
        int suffix = 0;
        int most = Math.min(old.length(), now.length()) - prefix;
        while (suffix < most && old.at(old.length() - 1 - suffix) == now.at(now.length() - 1 - suffix)) {
            suffix++;
        }
        int oldEnd = old.length() - suffix;
        int nowEnd = now.length() - suffix;
        a.add(0, 0, prefix);
        if (prefix < oldEnd && prefix < nowEnd && !a.exactly(prefix, oldEnd, prefix, nowEnd)) {
            a.byWindows(prefix, oldEnd, prefix, nowEnd);
        }
        a.add(oldEnd, nowEnd, suffix);
        return a;
    }

    int count() {
        return count;
    }

    int from(int run) {
        return runs[run * 3];
    }

    int to(int run) {
        return runs[run * 3 + 1];
    }

    int length(int run) {
        return runs[run * 3 + 2];
    }

    void drop(int run) {
        System.arraycopy(runs, run * 3 + 3, runs, run * 3, (count - run - 1) * 3);
        count--;
    }

    private void add(int from, int to, int length) {
        if (length == 0) {
            return;
        }
        int last = count * 3 - 3;
        if (count > 0 && runs[last] + runs[last + 2] == from && runs[last + 1] + runs[last + 2] == to) {
            runs[last + 2] += length;
            return;
        }
        if (count * 3 == runs.length) {
            runs = Arrays.copyOf(runs, runs.length * 2);
        }
        runs[count * 3] = from;
        runs[count * 3 + 1] = to;
        runs[count * 3 + 2] = length;
        count++;
    }

    /** @return false where there are too many differences; nothing was added then */
    private boolean exactly(int a0, int a1, int b0, int b1) {
        int n = a1 - a0;
        int m = b1 - b0;
        int limit = Math.min(MAX_DIFFERENCES, n + m);
        if (Math.abs(n - m) > limit) {
            return false;
        }
        // Furthest x on the diagonals -d, -d + 2, ... d, for each number d of differences.
        int[][] furthest = new int[limit + 1][];
        for (int d = 0; d <= limit; d++) {
            int[] reached = new int[d + 1];
            furthest[d] = reached;
            int[] before = d == 0 ? null : furthest[d - 1];
            for (int i = 0; i <= d; i++) {
                int k = 2 * i - d;
                int x = d == 0 ? 0 : i == 0 || i < d && before[i - 1] < before[i] ? before[i] : before[i - 1] + 1;
                int y = x - k;
                if (x <= n && y <= m) {
                    x += old.common(a0 + x, a1, now, b0 + y, b1);
                }
                reached[i] = x;
                if (x == n && x - k == m) {
                    trace(furthest, d, i, a0, b0);
                    return true;
                }
            }
        }
        return false;
    }

    private void trace(int[][] furthest, int differences, int index, int a0, int b0) {
        int[] found = new int[(differences + 1) * 3];
        int runsFound = 0;
        int i = index;
        for (int d = differences; d >= 0; d--) {
            int k = 2 * i - d;
            int end = furthest[d][i];
            int start = 0;
            int previous = i;
            if (d > 0) {
                int[] before = furthest[d - 1];
                boolean down = i == 0 || i < d && before[i - 1] < before[i];
                start = down ? before[i] : before[i - 1] + 1;
                previous = down ? i : i - 1;
            }
            found[runsFound * 3] = start;
            found[runsFound * 3 + 1] = start - k;
            found[runsFound * 3 + 2] = end - start;
            runsFound++;
            i = previous;
        }
        for (int r = runsFound - 1; r >= 0; r--) {
            add(a0 + found[r * 3], b0 + found[r * 3 + 1], found[r * 3 + 2]);
        }
    }

    /** Runs of at least a window, wherever they were before. */
    private void byWindows(int a0, int a1, int b0, int b1) {
        int windows = Math.max(0, a1 - a0 - WINDOW + 1);
        int stride = windows / MAX_WINDOWS + 1;
        int bits = Math.max(4, 33 - Integer.numberOfLeadingZeros(windows / stride + 1));
        int[] first = new int[1 << bits];
        for (int at = a0 + (windows - 1) / stride * stride; at >= a0 && windows > 0; at -= stride) {
            first[hash(old, at) >>> 32 - bits] = at + 1;
        }
        int shift = 0;
        int at = b0;
        int written = b0;
        while (at <= b1 - WINDOW) {
            int from = at + shift;
            if (from < a0 || from >= a1 || old.common(from, a1, now, at, b1) < WINDOW) {
                from = first[hash(now, at) >>> 32 - bits] - 1;
            }
            int length = from < 0 ? 0 : old.common(from, a1, now, at, b1);
            if (length < WINDOW) {
                at++;
                continue;
            }
            int back = 0;
            while (at - back > written && from - back > a0 && old.at(from - back - 1) == now.at(at - back - 1)) {
                back++;
            }
            add(from - back, at - back, length + back);
            shift = from - at;
            at += length;
            written = at;
        }
    }

    private static int hash(Items items, int at) {
        int hash = 0;
        for (int i = 0; i < WINDOW; i++) {
            hash = (hash ^ items.at(at + i)) * 0x9E3779B1;
            hash ^= hash >>> 15;
        }
        return hash * 0x85EBCA6B;
    }
}
