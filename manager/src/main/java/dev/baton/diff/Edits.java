package dev.baton.diff;

import dev.baton.model.BytePatch;
import java.util.Arrays;
import java.util.Comparator;

/** Places of some bytes to be replaced by others; applied together. Trimmed to what differs. */
final class Edits {
    private record Edit(int at, int length, byte[] by) {
        int delta() {
            return by.length - length;
        }
    }

    private final byte[] base;
    private final Edit[] edits;
    private int count;
    private int delta;
    private boolean sameLength = true;
    private byte[] result;

    Edits(byte[] base, int most) {
        this.base = base;
        this.edits = new Edit[most];
    }

    /** The lowest bytes of a number, highest first. */
    void number(int at, long value, int width) {
        byte[] bytes = new byte[width];
        long rest = value;
        for (int i = width - 1; i >= 0; i--) {
            bytes[i] = (byte) rest;
            rest >>>= 8;
        }
        replace(at, width, bytes);
    }

    /** A text with two bytes of length before it. */
    void text(int at, byte[] encoded) {
        int length = (base[at] & 0xff) << 8 | base[at + 1] & 0xff;
        byte[] bytes = new byte[2 + encoded.length];
        bytes[0] = (byte) (encoded.length >>> 8);
        bytes[1] = (byte) encoded.length;
        System.arraycopy(encoded, 0, bytes, 2, encoded.length);
        if (length == encoded.length) {
            replace(at + 2, length, encoded);
        } else {
            replace(at, 2, Arrays.copyOf(bytes, 2));
            replace(at + 2, length, encoded);
        }
    }

    private void replace(int at, int length, byte[] by) {
        int most = Math.min(length, by.length);
        int prefix = Arrays.mismatch(base, at, at + most, by, 0, most);
        if (prefix < 0) {
            prefix = most;
        }
        int suffix = 0;
        while (suffix < most - prefix && base[at + length - 1 - suffix] == by[by.length - 1 - suffix]) {
            suffix++;
        }
        edits[count++] = new Edit(at + prefix, length - prefix - suffix,
                Arrays.copyOfRange(by, prefix, by.length - suffix));
        delta += by.length - length;
        sameLength &= by.length == length;
    }

    /** Modified UTF-8, as serialisation writes strings. */
    static byte[] encoded(String text) {
        byte[] bytes = new byte[text.length()];
        int size = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (bytes.length - size < 3) {
                bytes = Arrays.copyOf(bytes, bytes.length + 3 * (text.length() - i));
            }
            if (c != 0 && c < 0x80) {
                bytes[size++] = (byte) c;
            } else if (c < 0x800) {
                bytes[size++] = (byte) (0xc0 | c >> 6);
                bytes[size++] = (byte) (0x80 | c & 0x3f);
            } else {
                bytes[size++] = (byte) (0xe0 | c >> 12);
                bytes[size++] = (byte) (0x80 | c >> 6 & 0x3f);
                bytes[size++] = (byte) (0x80 | c & 0x3f);
            }
        }
        return Arrays.copyOf(bytes, size);
    }

    boolean sameLength() {
        return sameLength;
    }

    /** By how much what stands at this place moves. */
    int shiftAt(int place) {
        int shift = 0;
        for (int i = 0; i < count; i++) {
            if (edits[i].at + edits[i].length <= place) {
                shift += edits[i].delta();
            }
        }
        return shift;
    }

    /** The bytes with all replacements made. */
    byte[] result() {
        if (result == null) {
            // What is inserted behind a text comes before what replaces the number that stands there.
            Arrays.sort(edits, 0, count, Comparator.comparingInt(Edit::at).thenComparingInt(Edit::length));
            result = new byte[base.length + delta];
            int from = 0;
            int to = 0;
            for (int i = 0; i < count; i++) {
                Edit e = edits[i];
                System.arraycopy(base, from, result, to, e.at - from);
                to += e.at - from;
                System.arraycopy(e.by, 0, result, to, e.by.length);
                to += e.by.length;
                from = e.at + e.length;
            }
            System.arraycopy(base, from, result, to, base.length - from);
        }
        return result;
    }

    /** The patch from the base to {@link #result}, or null where that is not shorter than the result. */
    BytePatch patch() {
        byte[] made = result();
        PatchWriter writer = new PatchWriter(base.length, made, made.length);
        int from = 0;
        for (int i = 0; i < count; i++) {
            writer.copy(from, edits[i].at - from);
            writer.insert(edits[i].by.length);
            from = edits[i].at + edits[i].length;
        }
        writer.copy(from, base.length - from);
        byte[] encoded = writer.finish();
        return encoded == null ? null : new BytePatch(encoded, base, made);
    }
}
