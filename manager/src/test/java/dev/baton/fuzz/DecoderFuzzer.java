package dev.baton.fuzz;

import java.util.Arrays;

/** What Jazzer calls: the first byte chooses the decoder. Needs nothing of Jazzer itself. */
public final class DecoderFuzzer {
    private static final Decoder[] DECODERS = Decoder.values();

    private DecoderFuzzer() {
    }

    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length > 0) {
            DECODERS[(data[0] & 0xff) % DECODERS.length].decode(Arrays.copyOfRange(data, 1, data.length));
        }
    }
}
