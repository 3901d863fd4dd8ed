package dev.baton.model;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Other numbers for the back-references of a Java serialisation stream. Such a stream numbers its objects, strings and
 * classes in the order in which they are met, so that one object more moves the numbers of all that follow, and every
 * reference to one of them is written differently.
 *
 * <p>A reference is, wherever these bytes stand, {@code 71 00 7e hh hh}: TC_REFERENCE and the number {@code hhhh}
 * above the base 7e0000 (Java Object Serialization Specification, 6.4.2). They are found from left to right without
 * overlap; five bytes of some other meaning are changed as well, which whoever makes a renumbering takes into account.
 *
 * <p>The new number is the old one plus a shift, modulo 65,536; the shift is constant between two thresholds. Encoded
 * as pairs of varints, thresholds ascending: the step from the threshold before (from 0 for the first, at least 1 for
 * the others), and the zigzag shift from that threshold on less the shift before it (0 below the first; never 0).
 */
public final class Renumbering {
    /** Numbers that can be given another. */
    public static final int NUMBERS = 1 << 16;
    /** Bytes of a reference. */
    public static final int LENGTH = 5;
    /** Where in a reference its number stands. */
    public static final int NUMBER = 3;
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int MARK = 0x7e0071;
    private static final long ONES = 0x0101010101010101L;
    private static final long MARKS = 0x71 * ONES;

    private final int[] thresholds;
    private final int[] shifts;

    /**
     * @param thresholds ascending, in 0 to 65,535
     * @param shifts     for numbers from the threshold of the same index on; each another than the one before it
     */
    public Renumbering(int[] thresholds, int[] shifts) {
        this.thresholds = thresholds;
        this.shifts = shifts;
    }

    static Renumbering read(PatchReader in) throws MalformedPatch {
        int most = in.left() / 2;
        int[] thresholds = new int[most];
        int[] shifts = new int[most];
        int count = 0;
        long threshold = 0;
        long shift = 0;
        while (in.left() > 0) {
            long step = in.varint();
            long change = in.zigzag();
            threshold += step;
            shift += change;
            if (step == 0 && count > 0 || change == 0 || step >= NUMBERS || threshold >= NUMBERS
                    || Math.abs(shift) >= NUMBERS || Math.abs(change) >= 2 * NUMBERS) {
                throw new MalformedPatch("renumbering by " + shift + " from " + threshold);
            }
            thresholds[count] = (int) threshold;
            shifts[count++] = (int) shift;
        }
        return new Renumbering(Arrays.copyOf(thresholds, count), Arrays.copyOf(shifts, count));
    }

    /** Thresholds, ascending; not to be changed. */
    public int[] thresholds() {
        return thresholds;
    }

    /** Shifts from each threshold on; not to be changed. */
    public int[] shifts() {
        return shifts;
    }

    /** A copy of the bytes with all references renumbered. */
    public byte[] apply(byte[] bytes) {
        byte[] renumbered = bytes.clone();
        for (int at = next(bytes, 0, bytes.length); at >= 0; at = next(bytes, at + LENGTH, bytes.length)) {
            int number = number(bytes, at);
            number += shift(number);
            renumbered[at + NUMBER] = (byte) (number >> 8);
            renumbered[at + NUMBER + 1] = (byte) number;
        }
        return renumbered;
    }

    private int shift(int number) {
        int low = 0;
        int high = thresholds.length;
        while (low < high) {
            int middle = low + high >>> 1;
            if (thresholds[middle] <= number) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low == 0 ? 0 : shifts[low - 1];
    }

    /** Where the first reference that lies within these bounds begins; -1 if there is none. */
    public static int next(byte[] bytes, int from, int to) {
        int at = from;
        while (at <= to - LENGTH) {
            // eight bytes at once: is there a 71 among them?
            if (at <= to - Long.BYTES) {
                long word = (long) LONG.get(bytes, at) ^ MARKS;
                long zeros = word - ONES & ~word & ONES << 7;
                if (zeros == 0) {
                    at += Long.BYTES;
                    continue;
                }
                at += Long.numberOfTrailingZeros(zeros) >>> 3;
            }
            if (at <= to - LENGTH && isReference(bytes, at)) {
                return at;
            }
            at++;
        }
        return -1;
    }

    /** Whether a reference begins here; at least four bytes must be left. */
    public static boolean isReference(byte[] bytes, int at) {
        return ((int) INT.get(bytes, at) & 0xffffff) == MARK;
    }

    /** The number of the reference that begins here. */
    public static int number(byte[] bytes, int at) {
        return (bytes[at + NUMBER] & 0xff) << 8 | bytes[at + NUMBER + 1] & 0xff;
    }
}
