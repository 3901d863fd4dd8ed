package dev.baton.diff;

import java.util.Arrays;

/**
 * The single places at which a graph differs from its {@link Snapshot}: numbers of noted primitives with their present
 * values, and of noted references that went from one plain value to another of the same class.
 */
final class Touched {
    /** With more of them the attribute is serialised. */
    private static final int MOST = 256;

    private int[] prims = new int[4];
    private long[] values = new long[4];
    private int primCount;
    private int[] refs = new int[4];
    private Object[] leaves = new Object[4];
    private int refCount;

    boolean prim(int number, long value) {
        if (primCount == prims.length) {
            prims = Arrays.copyOf(prims, primCount * 2);
            values = Arrays.copyOf(values, primCount * 2);
        }
        prims[primCount] = number;
        values[primCount++] = value;
        return primCount + refCount <= MOST;
    }

    boolean leaf(int number, Object value) {
        if (refCount == refs.length) {
            refs = Arrays.copyOf(refs, refCount * 2);
            leaves = Arrays.copyOf(leaves, refCount * 2);
        }
        refs[refCount] = number;
        leaves[refCount++] = value;
        return primCount + refCount <= MOST;
    }

    int primCount() {
        return primCount;
    }

    int prim(int i) {
        return prims[i];
    }

    long value(int i) {
        return values[i];
    }

    int refCount() {
        return refCount;
    }

    int ref(int i) {
        return refs[i];
    }

    Object leaf(int i) {
        return leaves[i];
    }
}
