package dev.baton.codec;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Well-formed envelopes of random messages. */
public final class MessageSamples {
    private MessageSamples() {
    }

    public static List<byte[]> envelopes(int count) {
        RandomMessages messages = new RandomMessages(new Random(1));
        MessageCodec codec = new MessageCodec();
        List<byte[]> envelopes = new ArrayList<>();
        while (envelopes.size() < count) {
            byte[] envelope = codec.encode(messages.envelope(3));
            if (envelope.length < 2_000) {
                envelopes.add(envelope);
            }
        }
        return envelopes;
    }
}
