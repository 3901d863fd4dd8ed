package dev.baton.diff;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Finds the byte ranges of a base that make up a new value, and writes the rest as insertions.
 *
 * <p>Three steps, each for what the one before left over. (1) The common prefix and suffix, compared by words: for a
 * field changed in place, or bytes inserted or removed at one place, this is all. (2) In between, the result is
 * followed at the two shifts that changed fields and changed lengths leave behind: the one of the last copy, and the
 * one of the common suffix; equality of 8 bytes resumes the copy. (3) Where neither holds, 16 bytes are looked up in
 * an index of the base's 16-byte blocks, and the match found is extended to both sides; this finds what was moved,
 * repeated or reordered.
 *
 * <p>Copying with blocks of one side indexed and the other scanned at every position is the method of Andrew Tridgell
 * (Efficient Algorithms for Sorting and Synchronization, 1999) and of Bentley and McIlroy (Data compression using long
 * common strings, 1999), without a rolling hash, since a hash of two words costs less than keeping one. The work is
 * linear in both lengths: every match is kept, and at most {@value BlockIndex#CANDIDATES} are tried per position.
 */
final class BinaryDiff {
    static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int WORD = Long.BYTES;
    /** A shorter copy takes as much room as the bytes themselves. */
    private static final int LEAST_COPY = 4;
    /** So many bytes must have found no place before the base is indexed. */
    private static final int PATIENCE = 24;

    private final byte[] base;
    private final byte[] result;
    private final int suffixShift;
    private final int stop;
    private final PatchWriter writer;
    private BlockIndex index;

    private BinaryDiff(byte[] base, byte[] result) {
        this.base = base;
        this.result = result;
        this.writer = new PatchWriter(base.length, result, result.length);
        int prefix = Arrays.mismatch(base, result);
        int suffix = commonSuffix(base, result, prefix);
        this.suffixShift = base.length - result.length;
        this.stop = result.length - (suffix < LEAST_COPY ? 0 : suffix);
        if (prefix >= LEAST_COPY) {
            writer.copy(0, prefix);
        }
    }

    /**
     * The encoded patch, or null where it would not be shorter than the result.
     *
     * @param base   differs from {@code result}
     */
    static byte[] patch(byte[] base, byte[] result) {
        if (base.length == 0 || result.length == 0) {
            return null;
        }
        BinaryDiff diff = new BinaryDiff(base, result);
        diff.writeMiddle();
        return diff.writer.finish();
    }

    private void writeMiddle() {
        int at = writer.written();
        int shift = 0;
        while (at < stop && !writer.tooLong()) {
            int from = placeOf(at, shift);
            if (from < 0) {
                at = next(at);
                continue;
            }
            int start = at;
            while (start > writer.written() && from > 0 && base[from - 1] == result[start - 1]) {
                start--;
                from--;
            }
            int length = common(from, start);
            writer.insert(start - writer.written());
            writer.copy(from, length);
            shift = from - start;
            at = start + length;
        }
        writer.insert(stop - writer.written());
        writer.copy(stop + suffixShift, result.length - stop);
    }

    /** Where in the base the bytes of the result from here on are found, or -1. */
    private int placeOf(int at, int shift) {
        if (stop - at < WORD) {
            return -1;
        }
        long word = (long) LONG.get(result, at);
        if (wordAt(at + shift, word)) {
            return at + shift;
        }
        if (wordAt(at + suffixShift, word)) {
            return at + suffixShift;
        }
        return index == null || stop - at < BlockIndex.BLOCK ? -1 : index.longest(result, at, stop);
    }

    /** Where to look next; once patience ends, again at what found no place without the index. */
    private int next(int at) {
        if (index != null || at + 1 - writer.written() < PATIENCE) {
            return at + 1;
        }
        index = new BlockIndex(base);
        return writer.written();
    }

    private boolean wordAt(int from, long word) {
        return from >= 0 && from <= base.length - WORD && (long) LONG.get(base, from) == word;
    }

    private int common(int from, int start) {
        int most = Math.min(base.length - from, stop - start);
        int mismatch = Arrays.mismatch(base, from, from + most, result, start, start + most);
        return mismatch < 0 ? most : mismatch;
    }

    private static int commonSuffix(byte[] a, byte[] b, int prefix) {
        int most = Math.min(a.length, b.length) - prefix;
        int n = 0;
        while (most - n >= WORD) {
            long difference = (long) LONG.get(a, a.length - n - WORD) ^ (long) LONG.get(b, b.length - n - WORD);
            if (difference != 0) {
                return n + Long.numberOfLeadingZeros(difference) / 8;
            }
            n += WORD;
        }
        while (n < most && a[a.length - 1 - n] == b[b.length - 1 - n]) {
            n++;
        }
        return n;
    }
}
