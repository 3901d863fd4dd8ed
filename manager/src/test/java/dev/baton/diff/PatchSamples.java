package dev.baton.diff;

import dev.baton.graph.StreamPatch;
import java.util.List;

/** Well-formed patches, made as they are in earnest. */
public final class PatchSamples {
    private PatchSamples() {
    }

    /** Null where it would not be smaller than the result. */
    public static byte[] bytePatch(byte[] base, byte[] result) {
        return BinaryDiff.patch(base, result);
    }

    /** Null where one of them is no graph. */
    public static byte[] graphPatch(byte[] base, byte[] result) {
        StreamPatch patch = GraphDiff.patch(base, List.of(), result, List.of(), Integer.MAX_VALUE);
        return patch == null ? null : patch.encoded();
    }
}
