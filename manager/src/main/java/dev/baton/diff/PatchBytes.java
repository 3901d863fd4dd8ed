package dev.baton.diff;

import java.util.Arrays;

/** Bytes of a patch while they grow. */
final class PatchBytes {
    private byte[] bytes = new byte[32];
    private int size;

    int size() {
        return size;
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, size);
    }

    void octet(int value) {
        if (size == bytes.length) {
            bytes = Arrays.copyOf(bytes, size * 2);
        }
        bytes[size++] = (byte) value;
    }

    /** Four bytes. */
    void fixed(int value) {
        for (int shift = 24; shift >= 0; shift -= 8) {
            octet(value >> shift);
        }
    }

    void varint(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            octet((int) rest | 0x80);
            rest >>>= 7;
        }
        octet((int) rest);
    }

    /** A number together with that of the operations behind it. */
    void head(long number, int operations) {
        varint(number * 4 + Math.min(operations, 3));
        if (operations >= 3) {
            varint(operations - 3);
        }
    }

    void append(byte[] from, int offset, int length) {
        if (length > bytes.length - size) {
            bytes = Arrays.copyOf(bytes, Math.max(size + length, bytes.length * 2));
        }
        System.arraycopy(from, offset, bytes, size, length);
        size += length;
    }

    void append(PatchBytes other) {
        append(other.bytes, 0, other.size);
    }

    static long zigzag(long value) {
        return value << 1 ^ value >> 63;
    }

    /** Bytes that a number takes. */
    static int length(long value) {
        return value == 0 ? 1 : (70 - Long.numberOfLeadingZeros(value)) / 7;
    }
}
