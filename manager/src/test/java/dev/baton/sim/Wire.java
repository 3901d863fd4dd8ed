package dev.baton.sim;

import dev.baton.codec.MalformedMessage;
import dev.baton.codec.MessageCodec;
import dev.baton.protocol.Message;
import java.util.List;

/** How an envelope travels: as bytes of the real codec. */
final class Wire {
    private final MessageCodec codec = new MessageCodec();
    long bytes;

    byte[] encode(List<Message> envelope) {
        byte[] encoded = codec.encode(envelope);
        bytes += encoded.length;
        return encoded;
    }

    List<Message> decode(byte[] encoded) {
        try {
            return codec.decode(encoded, 0, encoded.length);
        } catch (MalformedMessage e) {
            throw new InvariantViolated("codec", "what was written cannot be read: " + e.getMessage(), e);
        }
    }
}
