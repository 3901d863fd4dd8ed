package dev.baton.diff;

import dev.baton.model.Renumbering;

/** Writes the form that {@link dev.baton.model.BytePatch} describes, up to a size at which it is of no use any more. */
final class PatchWriter {
    private static final int INSERT = 0;
    private static final int COPY = 1;

    private final byte[] result;
    private final int limit;
    private final PatchBytes out = new PatchBytes();
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
        if (fits(length)) {
            out.append(result, written, length);
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
        return tooLong || out.size() >= limit ? null : out.toBytes();
    }

    private void head(int length, int kind) {
        varint(written + length == result.length ? kind : length * 2L + kind);
    }

    private void zigzag(int value) {
        varint(PatchBytes.zigzag(value));
    }

    private void varint(long value) {
        if (fits(10)) {
            out.varint(value);
        }
    }

    private boolean fits(int more) {
        tooLong |= (long) out.size() + more > (long) limit + 10;
        return !tooLong;
    }
}
