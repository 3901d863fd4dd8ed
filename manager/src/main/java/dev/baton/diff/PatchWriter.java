package dev.baton.diff;

import dev.baton.model.Renumbering;
import java.util.Arrays;

/** Writes the form that {@link dev.baton.model.BytePatch} describes, up to a size at which it is of no use any more. */
final class PatchWriter {
    private static final int INSERT = 0;
    private static final int COPY = 1;

    private final byte[] result;
    private final int limit;
    private byte[] out = new byte[64];
    private int size;
    private int written;
    private int previousEnd;
    private boolean tooLong;

    /** @param limit the patch must be shorter than this */
    PatchWriter(int baseLength, byte[] result, int limit) {
        this.result = result;
        this.limit = limit;
        varint(baseLength);
        zigzag(result.length - baseLength);
    }

    boolean tooLong() {
        return tooLong;
    }

    /** Up to which byte of the result the patch goes. */
    int written() {
        return written;
    }

    /** The next {@code length} bytes of the result as they are. */
    void insert(int length) {
        if (length == 0 || tooLong) {
            return;
        }
        head(length, INSERT);
        if (reserve(length)) {
            System.arraycopy(result, written, out, size, length);
            size += length;
        }
        written += length;
    }

    void copy(int baseOffset, int length) {
        if (length == 0 || tooLong) {
            return;
        }
        head(length, COPY);
        zigzag(baseOffset - previousEnd);
        previousEnd = baseOffset + length;
        written += length;
    }

    /** At the end: the copies are out of the base so renumbered. */
    void renumber(Renumbering renumbering) {
        int threshold = 0;
        int shift = 0;
        for (int i = 0; i < renumbering.thresholds().length; i++) {
            varint(renumbering.thresholds()[i] - threshold);
            zigzag(renumbering.shifts()[i] - shift);
            threshold = renumbering.thresholds()[i];
            shift = renumbering.shifts()[i];
        }
    }

    /** The patch, or null where it is not shorter than the limit. */
    byte[] finish() {
        return tooLong || size >= limit ? null : Arrays.copyOf(out, size);
    }

    private void head(int length, int kind) {
        varint(written + length == result.length ? kind : length * 2L + kind);
    }

    private void zigzag(int value) {
        varint((long) value << 1 ^ (long) value >> 63);
    }

    private void varint(long value) {
        if (!reserve(10)) {
            return;
        }
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        out[size++] = (byte) rest;
    }

    private boolean reserve(int more) {
        if (tooLong || (long) size + more > (long) limit + 10) {
            tooLong = true;
            return false;
        }
        if (out.length - size < more) {
            out = Arrays.copyOf(out, Math.max(out.length * 2, size + more));
        }
        return true;
    }
}
