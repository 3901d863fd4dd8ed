package dev.baton.model;

import java.lang.ref.WeakReference;
import java.util.Arrays;

/**
 * A byte-range patch: copies out of the base and inserted bytes, in the order of the result.
 *
 * <p>Encoded form, all numbers unsigned LEB128 varints: length of the base, zigzag difference of the result's length
 * from it, then operations until the result is full. An operation starts with {@code n = length * 2 + kind}; kind 0
 * inserts the {@code length} bytes that follow, kind 1 copies {@code length} bytes from the base at an offset that
 * follows, given as the zigzag difference from the end of the previous copy; the length 0 stands for all that is left
 * of the result. Copies may overlap and may go in any order, so that insertion, deletion and reordering are all
 * expressed. Where anything follows the last operation it is a {@link Renumbering}, and the copies are taken from the
 * base so renumbered.
 *
 * <p>{@link #apply} checks every number before it is used; allocated are the result, whose declared length must not
 * exceed {@link #MAX_RESULT}, and with a renumbering a copy of the base.
 */
public final class BytePatch {
    /** Largest result, in bytes. */
    public static final int MAX_RESULT = 64 << 20;

    private final byte[] encoded;
    /** Both or neither; weak, since patches are kept when nobody has these any more. */
    private final WeakReference<byte[]> madeOf;
    private final WeakReference<byte[]> makes;

    public BytePatch(byte[] encoded) {
        this.encoded = encoded;
        this.madeOf = null;
        this.makes = null;
    }

    /**
     * A patch whose result is at hand: whoever applies it to the very base in the same process gets that very array, so
     * that the process and the primary in it share one.
     */
    public BytePatch(byte[] encoded, byte[] base, byte[] result) {
        this.encoded = encoded;
        this.madeOf = new WeakReference<>(base);
        this.makes = new WeakReference<>(result);
    }

    /** The encoded form, not to be changed. */
    public byte[] encoded() {
        return encoded;
    }

    /**
     * The result of this patch on a base.
     *
     * @throws MalformedPatch where the patch is not well-formed or was not made for a base of this length
     */
    public byte[] apply(byte[] base) throws MalformedPatch {
        byte[] known = madeOf != null && madeOf.get() == base ? makes.get() : null;
        if (known != null) {
            return known;
        }
        PatchReader in = new PatchReader(encoded);
        long baseLength = in.varint();
        long resultLength = baseLength + in.zigzag();
        if (baseLength != base.length) {
            throw new MalformedPatch("patch is for a base of " + baseLength + " bytes, the base has " + base.length);
        }
        // Each operation takes at least one byte of patch and each copied byte must exist, so a short patch can only
        // ask for a large result by copying: bounded by MAX_RESULT.
        if (resultLength < 0 || resultLength > MAX_RESULT) {
            throw new MalformedPatch("patch declares a result of " + resultLength + " bytes, limit " + MAX_RESULT);
        }
        Renumbering renumbering = check(base.length, (int) resultLength);
        byte[] source = renumbering == null ? base : renumbering.apply(base);
        byte[] result = new byte[(int) resultLength];
        int at = 0;
        long previousEnd = 0;
        while (at < result.length) {
            long head = in.varint();
            int length = head <= 1 ? result.length - at : (int) (head >>> 1);
            if ((head & 1) == 0) {
                System.arraycopy(encoded, in.at(), result, at, length);
                in.skip(length);
            } else {
                long offset = previousEnd + in.zigzag();
                System.arraycopy(source, (int) offset, result, at, length);
                previousEnd = offset + length;
            }
            at += length;
        }
        return result;
    }

    /**
     * Walks the operations without allocating, so that a lying header costs nothing.
     *
     * @return what follows them, or null
     */
    private Renumbering check(int baseLength, int resultLength) throws MalformedPatch {
        PatchReader in = new PatchReader(encoded);
        in.varint();
        in.zigzag();
        long at = 0;
        long previousEnd = 0;
        while (at < resultLength) {
            long head = in.varint();
            long length = head <= 1 ? resultLength - at : head >>> 1;
            if (length <= 0 || length > resultLength - at) {
                throw new MalformedPatch("operation of " + length + " bytes at " + at + " of " + resultLength);
            }
            if ((head & 1) == 0) {
                if (length > in.left()) {
                    throw new MalformedPatch("insertion of " + length + " bytes, patch has " + in.left());
                }
                in.skip((int) length);
            } else {
                long offset = previousEnd + in.zigzag();
                if (offset < 0 || offset > baseLength - length) {
                    throw new MalformedPatch("copy of " + length + " bytes at " + offset + " from a base of " + baseLength);
                }
                previousEnd = offset + length;
            }
            at += length;
        }
        return in.left() == 0 ? null : Renumbering.read(in);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof BytePatch p && Arrays.equals(encoded, p.encoded);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(encoded);
    }
}
