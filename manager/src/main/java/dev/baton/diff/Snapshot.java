package dev.baton.diff;

import java.util.Arrays;

/**
 * What a graph of live objects looked like, to see later whether it still does without serialising it (D2, D4).
 *
 * <p>Of each object that can be reached: its primitives and its references. While all objects known look the same, no
 * other can be reached, so that neither a table of objects seen nor any recursion is needed. An object replaced by an
 * equal one counts as changed, unless it is a plain value such as a String.
 *
 * <p>Immutable, holds on to the objects. Looking at them while others change them gives any answer, but no exception.
 */
final class Snapshot {
    private final Object root;
    private final Object[] nodes;
    private final Shape[] shapes;
    private final long[] prims;
    private final Object[] refs;
    private final long copied;

    private Snapshot(Object root, Object[] nodes, Shape[] shapes, Notes notes) {
        this.root = root;
        this.nodes = nodes;
        this.shapes = shapes;
        this.prims = Arrays.copyOf(notes.prims, notes.primCount);
        this.refs = Arrays.copyOf(notes.refs, notes.refCount);
        this.copied = notes.copied;
    }

    /** As the graph is now; null where the like of it cannot be compared without serialising it. */
    static Snapshot of(Object root) {
        try {
            Notes notes = new Notes();
            notes.discover(root);
            boolean opaque = false;
            for (int i = 0; i < notes.nodes.size(); i++) {
                Object node = notes.nodes.node(i);
                Shape shape = Shapes.of(node);
                opaque |= shape.opaque();
                shape.note(node, notes);
            }
            Object[] nodes = notes.nodes.nodes();
            Shape[] shapes = new Shape[nodes.length];
            for (int i = 0; i < nodes.length; i++) {
                shapes[i] = Shapes.of(nodes[i]);
            }
            Snapshot snapshot = new Snapshot(root, nodes, shapes, notes);
            return opaque && !snapshot.unchanged(root) ? null : snapshot;
        } catch (Shape.Unwalkable | RuntimeException | LinkageError e) {
            return null;
        }
    }

    /** Whether the graph of this object is the noted one and looks the same; false also where that cannot be told. */
    boolean unchanged(Object present) {
        if (present != root && !Leaves.equal(present, root)) {
            return false;
        }
        Reader notes = new Reader(prims, refs);
        try {
            for (int i = 0; i < nodes.length; i++) {
                if (!shapes[i].same(nodes[i], notes)) {
                    return false;
                }
            }
            return true;
        } catch (Shape.Unwalkable | RuntimeException | LinkageError e) {
            return false;
        }
    }

    int size() {
        return nodes.length;
    }

    /** Bytes of memory that it takes, about, without the live objects. */
    long bytes() {
        return 64 + 12L * nodes.length + 8L * prims.length + 4L * refs.length + copied;
    }
}
