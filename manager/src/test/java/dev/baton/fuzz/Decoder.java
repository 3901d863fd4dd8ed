package dev.baton.fuzz;

import dev.baton.codec.MalformedMessage;
import dev.baton.codec.MessageCodec;
import dev.baton.codec.MessageSamples;
import dev.baton.graph.Kinds;
import dev.baton.graph.MalformedGraph;
import dev.baton.graph.StreamPatch;
import dev.baton.graph.StreamTable;
import dev.baton.model.BytePatch;
import dev.baton.model.MalformedPatch;
import dev.baton.tomcat.MetaFormTarget;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The decoders of bytes that come from other nodes. Each may answer, or throw what it declares; nothing else. */
enum Decoder {
    ENVELOPE {
        @Override
        void decode(byte[] bytes) {
            MessageCodec codec = new MessageCodec();
            try {
                byte[] again = codec.encode(codec.decode(bytes, 0, bytes.length));
                codec.decode(again, 0, again.length);
            } catch (MalformedMessage expected) {
                // declared
            }
        }

        @Override
        List<byte[]> samples() {
            return MessageSamples.envelopes(60);
        }
    },

    BYTE_PATCH {
        @Override
        void decode(byte[] bytes) {
            byte[] base = BASE.clone();
            try {
                new BytePatch(bytes).apply(base);
            } catch (MalformedPatch expected) {
                // declared
            }
            untouched(base);
        }

        @Override
        List<byte[]> samples() {
            return Patches.bytePatches(BASE);
        }
    },

    GRAPH_PATCH {
        @Override
        void decode(byte[] bytes) {
            byte[] base = BASE.clone();
            try {
                new StreamPatch(bytes).apply(base);
            } catch (MalformedGraph expected) {
                // declared
            }
            untouched(base);
        }

        @Override
        List<byte[]> samples() {
            return Patches.graphPatches(BASE);
        }
    },

    STREAM {
        @Override
        void decode(byte[] bytes) {
            try {
                StreamTable table = StreamTable.parse(bytes);
                for (int node = 0; node < table.count(); node++) {
                    if (table.start(node) >= table.end(node) || table.end(node) > bytes.length) {
                        throw new AssertionError("node " + node + " from " + table.start(node) + " to "
                                + table.end(node));
                    }
                }
            } catch (MalformedGraph expected) {
                // declared
            }
        }

        @Override
        List<byte[]> samples() throws IOException {
            List<byte[]> streams = new ArrayList<>();
            for (Kinds.Case kind : Kinds.all()) {
                byte[] stream = Kinds.written(kind.value(), new ArrayList<>());
                if (stream.length < 2_000) {
                    streams.add(stream);
                }
            }
            return streams;
        }
    },

    META {
        @Override
        void decode(byte[] bytes) {
            MetaFormTarget.read(bytes);
        }

        @Override
        List<byte[]> samples() {
            return MetaFormTarget.samples();
        }
    };

    /** What patches are applied to. */
    static final byte[] BASE = Patches.base();

    abstract void decode(byte[] bytes);

    /** Well-formed inputs, to begin with. */
    abstract List<byte[]> samples() throws IOException;

    private static void untouched(byte[] base) {
        if (!Arrays.equals(base, BASE)) {
            throw new AssertionError("the base was changed");
        }
    }
}
