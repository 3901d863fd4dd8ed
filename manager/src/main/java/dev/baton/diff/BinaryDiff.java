package dev.baton.diff;

import dev.baton.model.Renumbering;
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
 *
 * <p>One object more moves the numbers of all back-references behind it. Where copies keep ending within references,
 * the two are compared once more with such differences overlooked but noted, and the patch is made from the base with
 * its references renumbered accordingly ({@link Renumbering}), if that is shorter.
 */
final class BinaryDiff {
    static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int WORD = Long.BYTES;
    /** A shorter copy takes as much room as the bytes themselves. */
    private static final int LEAST_COPY = 4;
    /** So many bytes must have found no place, since the last long copy, before the base is indexed. */
    private static final int PATIENCE = 24;
    /** A shorter one may be what changed records of equal length happen to have in common. */
    private static final int LONG_COPY = 32;
    /** So many references with other numbers make it worth while to look for what they have in common. */
    private static final int MANY_REFERENCES = 3;

    private final byte[] base;
    private final byte[] result;
    private final int suffixShift;
    private final int stop;
    private final PatchWriter writer;
    /** Not null: other numbers of references are no difference, and are told to it. */
    private final ReferenceShifts shifts;
    private BlockIndex index;
    /** Bytes that found no place since the last long copy. */
    private int doubt;
    /** Copies that ended within a reference. */
    private int endsInReferences;

    private BinaryDiff(byte[] base, byte[] result, int limit, ReferenceShifts shifts) {
        this.base = base;
        this.result = result;
        this.shifts = shifts;
        this.writer = new PatchWriter(base.length, result, limit);
        // equal ones happen once the base is renumbered
        int prefix = Math.max(0, Arrays.mismatch(base, result));
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
        BinaryDiff plain = new BinaryDiff(base, result, result.length, null);
        plain.writeMiddle(MANY_REFERENCES);
        if (plain.endsInReferences < MANY_REFERENCES) {
            return plain.writer.finish();
        }
        byte[] renumbered = renumbered(base, result);
        BinaryDiff other = new BinaryDiff(base, result, renumbered == null ? result.length : renumbered.length, null);
        other.writeMiddle(Integer.MAX_VALUE);
        byte[] patch = other.writer.finish();
        return patch == null ? renumbered : patch;
    }

    /** The patch that renumbers the base's references; null where they have not moved, or it would not be shorter. */
    private static byte[] renumbered(byte[] base, byte[] result) {
        ReferenceShifts shifts = new ReferenceShifts(base, result);
        new BinaryDiff(base, result, result.length, shifts).writeMiddle(Integer.MAX_VALUE);
        Renumbering renumbering = shifts.renumbering();
        if (renumbering == null) {
            return null;
        }
        BinaryDiff diff = new BinaryDiff(renumbering.apply(base), result, result.length, null);
        diff.writeMiddle(Integer.MAX_VALUE);
        diff.writer.renumber(renumbering);
        return diff.writer.finish();
    }

    /** @param references given up once so many copies ended within a reference */
    private void writeMiddle(int references) {
        int at = writer.written();
        int shift = 0;
        while (at < stop && !writer.tooLong() && endsInReferences < references) {
            int from = placeOf(at, shift);
            if (from < 0) {
                at = next(at);
                continue;
            }
            int begun = writer.written();
            int start = at;
            while (start > begun && from > 0 && base[from - 1] == result[start - 1]) {
                start--;
                from--;
            }
            int length = common(from, start);
            writer.insert(start - begun);
            copy(from, start, length);
            shift = from - start;
            at = start + length;
            doubt = length < LONG_COPY ? doubt + start - begun : 0;
        }
        writer.insert(stop - writer.written());
        copy(stop + suffixShift, stop, result.length - stop);
    }

    private void copy(int from, int start, int length) {
        writer.copy(from, length);
        if (shifts != null) {
            shifts.copied(from, start, length);
        }
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
        if (index != null || doubt + at + 1 - writer.written() < PATIENCE) {
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
        int length = 0;
        while (true) {
            int mismatch = Arrays.mismatch(base, from + length, from + most, result, start + length, start + most);
            if (mismatch < 0) {
                return most;
            }
            length += mismatch;
            int into = intoReference(from + length, start + length);
            if (into < 0) {
                return length;
            }
            endsInReferences++;
            if (shifts == null || length - into + Renumbering.LENGTH > most) {
                return length;
            }
            length += Renumbering.LENGTH - into;
        }
    }

    /** How many bytes before these offsets a reference begins, in both; -1 where none does. */
    private int intoReference(int from, int start) {
        for (int before = Renumbering.NUMBER; before < Renumbering.LENGTH; before++) {
            if (from >= before && start >= before && Renumbering.isReference(base, from - before)
                    && Renumbering.isReference(result, start - before)) {
                return before;
            }
        }
        return -1;
    }

    static int commonSuffix(byte[] a, byte[] b, int prefix) {
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
