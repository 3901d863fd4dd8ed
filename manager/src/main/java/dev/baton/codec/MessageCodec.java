package dev.baton.codec;

import dev.baton.protocol.Message;
import java.util.ArrayList;
import java.util.List;

/**
 * Envelopes as bytes. An envelope is everything that one node has ready for another: a format number, then messages
 * until its end; the sender is not in it, since the transport knows it.
 *
 * <p>Numbers are LEB128 varints. A node, an application and a session key is written in full where the envelope names
 * it first and as a small number after that; hexadecimal session ids take half their characters. Ages travel in whole
 * milliseconds: {@code ageNanos} and {@code idleNanos} are rounded down (and are 0 where negative),
 * {@code primaryAgeNanos} is rounded up. Everything else arrives as it was.
 *
 * <p>Reading checks every length and count against the bytes that are left before it allocates, so that the memory an
 * envelope takes is bounded by {@link #MAX_EXPANSION} times its length whatever its bytes say.
 *
 * <p>Writing reuses a buffer: one thread at a time. {@link #decode} keeps nothing: any threads.
 */
public final class MessageCodec {
    /** First byte of an envelope. A node of another format is refused, never guessed at. */
    static final int FORMAT = 2;

    /** Longest envelope, in bytes, that is written or read. */
    public static final int MAX_ENVELOPE = 256 << 20;

    /** Bytes of memory that {@link #decode} may allocate for one byte of envelope, beside a few hundred. */
    public static final int MAX_EXPANSION = 64;

    private final Out out = new Out();

    /**
     * The envelope with these messages, in order.
     *
     * @throws IllegalArgumentException where a text or an array is longer than the limits of the wire form; what
     *         makes messages must not let that happen
     */
    public byte[] encode(List<Message> messages) {
        try {
            begin();
            messages.forEach(this::add);
            return out.toBytes();
        } finally {
            reset();
        }
    }

    /**
     * Writes one more message into the envelope that {@link #take} returns.
     *
     * @return bytes of the envelope so far
     * @throws IllegalArgumentException as {@link #encode}; the envelope is of no use then, see {@link #reset}
     */
    public int add(Message message) {
        begin();
        MessageForm.MESSAGES.write(out, message);
        return out.length();
    }

    /** The envelope with the messages added since the last one, in order. */
    public byte[] take() {
        try {
            return out.toBytes();
        } finally {
            reset();
        }
    }

    /** Forgets what was added since the last envelope. */
    public void reset() {
        out.reset();
    }

    private void begin() {
        if (out.length() == 0) {
            out.octet(FORMAT);
        }
    }

    /**
     * The messages of an envelope, in order. The array is neither kept nor changed.
     *
     * @throws MalformedMessage where the bytes are not exactly one envelope of this format
     */
    public List<Message> decode(byte[] buffer, int offset, int length) throws MalformedMessage {
        if (length > Limits.ENVELOPE) {
            throw In.malformed("envelope of " + length + " bytes, limit " + Limits.ENVELOPE);
        }
        In in = new In(buffer, offset, length);
        int format = in.octet();
        if (format != FORMAT) {
            throw In.malformed("format " + format + ", this node speaks " + FORMAT);
        }
        List<Message> messages = new ArrayList<>();
        while (in.remaining() > 0) {
            messages.add(MessageForm.MESSAGES.read(in));
        }
        return messages;
    }
}
