package dev.baton.graph;

import java.util.Arrays;

/** The columns of a {@link StreamTable} while they grow. */
final class NodeArrays {
    /** Of the column {@link #kind}: the kind's ordinal, and whether an object of the application stands behind it. */
    static final int KIND = 0x3f;
    static final int LIVE = 0x40;

    int count;
    byte[] kind = new byte[64];
    int[] start = new int[64];
    int[] end = new int[64];
    int[] description = new int[64];
    int[] firstSlot = new int[64];
    int[] slotCount = new int[64];

    int slots;
    int[] slotAt = new int[128];
    int[] slotTarget = new int[128];

    /** @return its number, which is its handle in the stream less the first one */
    int add(Kind nodeKind, boolean live, int nodeStart, int itsDescription) {
        if (count == start.length) {
            int more = count * 2;
            kind = Arrays.copyOf(kind, more);
            start = Arrays.copyOf(start, more);
            end = Arrays.copyOf(end, more);
            description = Arrays.copyOf(description, more);
            firstSlot = Arrays.copyOf(firstSlot, more);
            slotCount = Arrays.copyOf(slotCount, more);
        }
        kind[count] = (byte) (nodeKind.ordinal() | (live ? LIVE : 0));
        start[count] = nodeStart;
        description[count] = itsDescription;
        return count++;
    }

    /** The node is complete: these are its slots. */
    void close(int node, int nodeEnd, int[] at, int[] target, int from, int to) {
        int n = to - from;
        if (slots + n > slotAt.length) {
            int more = Math.max(slotAt.length * 2, slots + n);
            slotAt = Arrays.copyOf(slotAt, more);
            slotTarget = Arrays.copyOf(slotTarget, more);
        }
        System.arraycopy(at, from, slotAt, slots, n);
        System.arraycopy(target, from, slotTarget, slots, n);
        end[node] = nodeEnd;
        firstSlot[node] = slots;
        slotCount[node] = n;
        slots += n;
    }
}
