package dev.baton.diff;

import dev.baton.model.BytePatch;
import java.util.Arrays;

/** What was noted of a graph's nodes: primitives and references one after the other, and the nodes found in them. */
final class Notes {
    /** Larger graphs are serialised instead. */
    private static final int MAX_NODES = 1 << 20;

    final NodeTable nodes = new NodeTable();
    long[] prims = new long[32];
    Object[] refs = new Object[32];
    int primCount;
    int refCount;
    /** Bytes of the arrays copied, about. */
    private long copied;

    void prim(long value) {
        reserve(1, 0);
        prims[primCount++] = value;
    }

    /** Something to compare with that is no node. */
    void thing(Object value) {
        reserve(0, 1);
        refs[refCount++] = value;
    }

    void ref(Object value) throws Shape.Unwalkable {
        thing(value);
        discover(value);
    }

    void discover(Object value) throws Shape.Unwalkable {
        if (value != null && !Shapes.of(value).leaf()) {
            nodes.add(value);
            if (nodes.size() > MAX_NODES) {
                throw new Shape.Unwalkable("more than " + MAX_NODES + " objects");
            }
        }
    }

    long copied() {
        return copied;
    }

    /** So many bytes are to be copied. */
    void copies(long bytes) throws Shape.Unwalkable {
        copied += bytes;
        if (copied > BytePatch.MAX_RESULT) {
            throw new Shape.Unwalkable("more than an attribute may have");
        }
    }

    void reserve(int morePrims, int moreRefs) {
        if (prims.length - primCount < morePrims) {
            prims = Arrays.copyOf(prims, Math.max(prims.length * 2, primCount + morePrims));
        }
        if (refs.length - refCount < moreRefs) {
            refs = Arrays.copyOf(refs, Math.max(refs.length * 2, refCount + moreRefs));
        }
    }
}
