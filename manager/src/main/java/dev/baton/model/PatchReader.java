package dev.baton.model;

/** Numbers out of an encoded patch, each checked against its end. */
final class PatchReader {
    private final byte[] bytes;
    private int at;

    PatchReader(byte[] bytes) {
        this.bytes = bytes;
    }

    int at() {
        return at;
    }

    int left() {
        return bytes.length - at;
    }

    /** The caller has checked that so many are left. */
    void skip(int count) {
        at += count;
    }

    long varint() throws MalformedPatch {
        long value = 0;
        for (int shift = 0; shift < 63; shift += 7) {
            if (at >= bytes.length) {
                throw new MalformedPatch("patch ends inside a number");
            }
            byte b = bytes[at++];
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw new MalformedPatch("number too long");
    }

    long zigzag() throws MalformedPatch {
        long n = varint();
        return (n >>> 1) ^ -(n & 1);
    }
}
