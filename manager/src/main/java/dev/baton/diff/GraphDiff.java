package dev.baton.diff;

import dev.baton.graph.MalformedGraph;
import dev.baton.graph.StreamPatch;
import dev.baton.graph.StreamTable;
import java.util.Arrays;
import java.util.List;

/**
 * Object graph differencing (D2): what changed between two serialised values, as a patch of their graphs. Pure; any
 * threads.
 */
final class GraphDiff {
    private static final int NONE = -1;

    private final StreamTable base;
    private final StreamTable now;
    /** For each new node the one of the base, or -1. */
    private final int[] toBase;
    private final GraphPatchWriter writer;

    private GraphDiff(StreamTable base, StreamTable now, int[] toBase, int limit) {
        this.base = base;
        this.now = now;
        this.toBase = toBase;
        this.writer = new GraphPatchWriter(base, now, toBase, limit);
    }

    /**
     * As below, from bytes.
     *
     * @param metBase what {@code replaceObject} was shown when the base was written, or empty where not known
     * @return null also where one of them is no graph
     */
    static StreamPatch patch(byte[] base, List<Object> metBase, byte[] now, List<Object> metNow, int limit) {
        try {
            StreamTable baseTable = StreamTable.parse(base);
            StreamTable nowTable = StreamTable.parse(now);
            boolean known = !metBase.isEmpty() && !metNow.isEmpty();
            return patch(baseTable, known ? LiveNodes.of(baseTable, metBase) : null,
                    nowTable, known ? LiveNodes.of(nowTable, metNow) : null, limit);
        } catch (MalformedGraph e) {
            return null;
        }
    }

    /**
     * The patch that turns the one stream into the other, applied once for trial.
     *
     * @param liveBase the live object behind each node, see {@link LiveNodes}, or null where not known; with both sides
     *                 known, moved and exchanged objects are told apart, and patches are smaller
     * @param limit    the patch must be shorter than this
     * @return null where the patch would not be shorter, or would not give the very bytes
     */
    static StreamPatch patch(StreamTable base, Object[] liveBase, StreamTable now, Object[] liveNow, int limit) {
        int[] toBase = NodeMatch.of(base, liveBase, now, liveNow);
        byte[] encoded = new GraphDiff(base, now, toBase, limit).encode();
        if (encoded == null) {
            return null;
        }
        try {
            return Arrays.equals(StreamPatch.result(base, encoded), now.bytes()) ? new StreamPatch(encoded) : null;
        } catch (MalformedGraph e) {
            return null;
        }
    }

    private byte[] encode() {
        if (!sameTarget(base.root(), now.root())) {
            writer.change(0, NONE);
        }
        int[] toNow = new int[base.count()];
        Arrays.fill(toNow, NONE);
        for (int node = 0; node < toBase.length; node++) {
            if (toBase[node] != NONE) {
                toNow[toBase[node]] = node;
            }
        }
        for (int node = 0; node < toNow.length && !writer.tooLong(); node++) {
            if (toNow[node] != NONE && changed(node, toNow[node])) {
                writer.change(node + 1, toNow[node]);
            }
        }
        return writer.finish();
    }

    private boolean sameTarget(int baseNode, int newNode) {
        return newNode < 0 || baseNode < 0 ? newNode == baseNode : toBase[newNode] == baseNode;
    }

    /** Whether the own bytes or what the slots refer to differ. */
    private boolean changed(int baseNode, int newNode) {
        int slots = base.slotCount(baseNode);
        if (slots != now.slotCount(newNode)) {
            return true;
        }
        int firstBase = base.firstSlot(baseNode);
        int firstNow = now.firstSlot(newNode);
        int at = base.start(baseNode);
        int atNow = now.start(newNode);
        for (int i = 0; i < slots; i++) {
            if (!sameTarget(base.slotTarget(firstBase + i), now.slotTarget(firstNow + i))
                    || !Arrays.equals(base.bytes(), at, base.slotAt(firstBase + i),
                    now.bytes(), atNow, now.slotAt(firstNow + i))) {
                return true;
            }
            at = base.slotEnd(firstBase + i);
            atNow = now.slotEnd(firstNow + i);
        }
        return !Arrays.equals(base.bytes(), at, base.end(baseNode), now.bytes(), atNow, now.end(newNode));
    }
}
