package dev.baton.jgroups;

import dev.baton.codec.MessageCodec;

/**
 * What travels in one JGroups message: flags, the number of this frame, the number of the last frame received in the
 * other direction, then a piece of an envelope or nothing.
 *
 * <p>Numbers count frames with a piece, modulo 256; a frame without one repeats the number of the last that had one.
 */
final class Frame {
    /** Bytes before the piece. */
    static final int HEADER = 3;
    /** Longest piece, in bytes. */
    static final int PIECE = 16 << 10;
    /** Longest envelope, cut in pieces, that is put together again. */
    static final int MAX_ENVELOPE = MessageCodec.MAX_ENVELOPE;

    /** Upper half of the flags; a frame of another version is not understood. */
    static final int VERSION = 0x10;
    /** There is a piece. */
    static final int DATA = 0x01;
    static final int FIRST = 0x02;
    static final int LAST = 0x04;
    /** The sender waits for the acknowledgement. */
    static final int ASK = 0x08;

    private static final int KNOWN = DATA | FIRST | LAST | ASK;

    private Frame() {
    }

    static byte[] make(int flags, int number, int acknowledged, byte[] envelope, int offset, int length) {
        byte[] frame = new byte[HEADER + length];
        frame[0] = (byte) (VERSION | flags);
        frame[1] = (byte) number;
        frame[2] = (byte) acknowledged;
        System.arraycopy(envelope, offset, frame, HEADER, length);
        return frame;
    }

    /** Flags of a frame, or -1 where these bytes are none. */
    static int flags(byte[] buffer, int offset, int length) {
        if (length < HEADER || length > HEADER + PIECE || (buffer[offset] & 0xF0) != VERSION) {
            return -1;
        }
        int flags = buffer[offset] & KNOWN;
        boolean data = (flags & DATA) != 0;
        return data || length == HEADER && (flags & (FIRST | LAST)) == 0 ? flags : -1;
    }
}
