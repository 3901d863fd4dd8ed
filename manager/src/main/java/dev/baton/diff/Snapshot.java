package dev.baton.diff;

import java.util.Arrays;
import java.util.Comparator;

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
    /** The answer that nothing changed. */
    static final Touched NOTHING = new Touched();

    /** Tells the same object from others; no order. */
    static final Comparator<Object> IDENTITY = (a, b) -> a == b ? 0 : 1;
    private static final Object[] NO_OBJECTS = {};
    private static final Shape[] NO_SHAPES = {};
    private static final long[] NO_PRIMS = {};

    final Object[] nodes;
    final Shape[] shapes;
    final long[] prims;
    final Object[] refs;
    private final Object root;
    private final long copied;
    /** Of what was noted, in the bytes that were written of it; null where not known. */
    private final Places places;
    /** Whether all these objects came into being when the value was read from bytes here. */
    private final boolean read;

    private Snapshot(Object root, Object[] nodes, Shape[] shapes, long[] prims, Object[] refs, long copied,
                     Places places, boolean read) {
        this.root = root;
        this.nodes = nodes;
        this.shapes = shapes;
        this.prims = prims;
        this.refs = refs;
        this.copied = copied;
        this.places = places;
        this.read = read;
    }

    /** As the graph is now; null where the like of it cannot be compared without serialising it. */
    static Snapshot of(Object root) {
        try {
            if (root != null && Shapes.of(root).leaf()) {
                return new Snapshot(root, NO_OBJECTS, NO_SHAPES, NO_PRIMS, NO_OBJECTS, 0, null, false);
            }
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
            Snapshot snapshot = new Snapshot(root, nodes, shapes, Arrays.copyOf(notes.prims, notes.primCount),
                    Arrays.copyOf(notes.refs, notes.refCount), notes.copied(), null, false);
            return opaque && !snapshot.unchanged(root) ? null : snapshot;
        } catch (Shape.Unwalkable | RuntimeException | LinkageError e) {
            return null;
        }
    }

    /** As this one; where the objects are those of another snapshot, in its array: see {@link Benchmark#objects}. */
    Snapshot sharing(Snapshot before) {
        return before == null || !Arrays.equals(nodes, before.nodes, IDENTITY) ? this
                : new Snapshot(root, before.nodes, shapes, prims, refs, copied, places, before.read);
    }

    /** Whether the graph of this object is the noted one and looks the same; false also where that cannot be told. */
    boolean unchanged(Object present) {
        return look(present) == NOTHING;
    }

    /** {@link #NOTHING}, or the single places that changed; null where anything else did, or where that cannot be told. */
    Touched look(Object present) {
        if (present != root && !Leaves.equal(present, root)) {
            return null;
        }
        Touched touched = NOTHING;
        Reader notes = new Reader(prims, refs);
        try {
            for (int i = 0; i < nodes.length; i++) {
                int prim = notes.primAt;
                int ref = notes.refAt;
                if (!shapes[i].same(nodes[i], notes)) {
                    if (shapes[i].opaque()) {
                        return null;
                    }
                    touched = touched == NOTHING ? new Touched() : touched;
                    notes.primAt = prim;
                    notes.refAt = ref;
                    shapes[i].skip(notes);
                    if (!compare(i, prim, notes.primAt, ref, notes.refAt, touched)) {
                        return null;
                    }
                }
            }
            return touched;
        } catch (Shape.Unwalkable | RuntimeException | LinkageError e) {
            return null;
        }
    }

    private boolean compare(int node, int prim, int primEnd, int ref, int refEnd, Touched touched)
            throws Shape.Unwalkable {
        Notes now = new Notes();
        shapes[node].note(nodes[node], now);
        if (now.primCount != primEnd - prim || now.refCount != refEnd - ref) {
            return false;
        }
        for (int i = prim; i < primEnd; i++) {
            if (now.prims[i - prim] != prims[i] && !touched.prim(i, now.prims[i - prim])) {
                return false;
            }
        }
        for (int i = ref; i < refEnd; i++) {
            Object present = now.refs[i - ref];
            if (present != refs[i] && !Leaves.equal(present, refs[i])
                    && !(Leaves.exchangeable(refs[i], present) && touched.leaf(i, present))) {
                return false;
            }
        }
        return true;
    }

    /** As the graph was when {@link #look} found this. */
    Snapshot with(Touched touched) {
        long[] newPrims = prims;
        if (touched.primCount() > 0) {
            newPrims = prims.clone();
            for (int i = 0; i < touched.primCount(); i++) {
                newPrims[touched.prim(i)] = touched.value(i);
            }
        }
        Object[] newRefs = refs;
        if (touched.refCount() > 0) {
            newRefs = refs.clone();
            for (int i = 0; i < touched.refCount(); i++) {
                newRefs[touched.ref(i)] = touched.leaf(i);
            }
        }
        return new Snapshot(root, nodes, shapes, newPrims, newRefs, copied, null, read);
    }

    Object root() {
        return root;
    }

    boolean isOf(Object value) {
        return root == value;
    }

    Places places() {
        return places;
    }

    Snapshot with(Places known) {
        return new Snapshot(root, nodes, shapes, prims, refs, copied, known, read);
    }

    /** Whether all objects were made by reading the value from bytes in this process; see {@link #asRead}. */
    boolean read() {
        return read;
    }

    /** The same of a value that was just read, so that nobody has its objects but who got them from it. */
    Snapshot asRead() {
        return new Snapshot(root, nodes, shapes, prims, refs, copied, places, true);
    }

    /** Whether some object may refer to others that were not noted. */
    boolean opaque() {
        for (Shape shape : shapes) {
            if (shape.opaque()) {
                return true;
            }
        }
        return false;
    }

    int size() {
        return nodes.length;
    }

    /** Bytes of memory that it takes, about, without the live objects. */
    long bytes() {
        return 64 + 8L * nodes.length + 8L * prims.length + 4L * refs.length + copied
                + (places == null ? 0 : places.bytes());
    }
}
