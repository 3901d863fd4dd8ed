package dev.baton.diff;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/**
 * Changes live objects to what other bytes say that came from the store, instead of making them anew. Only where nobody
 * could tell the difference but by identity:
 * <ul>
 * <li>All the objects were made by reading them here, so that they are in the hands of nobody who did not get them from
 * this attribute; nobody changed them since the bytes that they are compared with; and what is changed is not part of
 * another attribute.</li>
 * <li>The bytes differ in nothing but fields that hold a primitive, a number as an object or a text: those bytes with
 * these fields exchanged are the new ones. Final fields are never set.</li>
 * <li>Each object {@link Shape#follows} what it refers to: it has nothing in a field that is not written, no code of
 * its class runs when it is read, and no hash or order is made of what changes.</li>
 * </ul>
 *
 * <p>One thread.
 */
final class Following {
    /** A field to be set. */
    private record Change(Object object, Field field, Object value) {}

    private final Snapshot before;
    private final Places places;
    private final byte[] from;
    private final byte[] to;
    /** All that differs lies in the former bytes from here to before there. */
    private final int first;
    private final int end;
    /** Behind this place of the former bytes all stands elsewhere, as many bytes further. */
    private final int growsAt;
    private final int growth;
    private final Touched touched = new Touched();
    private final List<Change> changes = new ArrayList<>();

    private Following(Snapshot before, byte[] from, byte[] to) {
        this.before = before;
        this.places = before.places();
        this.from = from;
        this.to = to;
        int mismatch = Arrays.mismatch(from, to);
        this.first = mismatch < 0 ? from.length : mismatch;
        this.end = from.length - BinaryDiff.commonSuffix(from, to, first);
        this.growth = to.length - from.length;
        this.growsAt = growth == 0 ? from.length : grown();
    }

    /**
     * @param others benchmarks of what else may not change; null where not all are known
     * @return the benchmark of the changed object; null where it could not be changed: it is of no use any more
     */
    static Benchmark follow(Benchmark benchmark, Object value, byte[] bytes, Collection<Benchmark> others) {
        Snapshot before = benchmark.snapshot();
        if (before == null || !before.read() || !before.isOf(value) || before.places() == null || others == null) {
            return null;
        }
        Following following = new Following(before, benchmark.bytes(), bytes);
        if (!following.find()) {
            return null;
        }
        Snapshot after = before.with(following.touched);
        Edits edits = before.places().edits(benchmark.bytes(), following.touched, before, after);
        if (edits == null || !Arrays.equals(edits.result(), bytes) || !before.unchanged(value)
                || following.concerns(others) || !following.set()) {
            return null;
        }
        return Benchmark.of(bytes, after.with(before.places().after(edits)), null, benchmark.met());
    }

    /** Whether a graph is of such objects only. */
    static boolean possible(Snapshot snapshot) {
        Reader notes = new Reader(snapshot.prims, snapshot.refs);
        for (Shape shape : snapshot.shapes) {
            int ref = notes.refAt;
            shape.skip(notes);
            if (!shape.follows(snapshot.refs, ref, notes.refAt)) {
                return false;
            }
        }
        return true;
    }

    /** The place of the first text that has another length. What stands before it has not moved. */
    private int grown() {
        int place = from.length;
        for (int i = 0; i < before.refs.length; i++) {
            int at = places.leafAt(i);
            if (at >= 0 && at < place && before.refs[i] instanceof String && at + 3 <= to.length
                    && differs(at + 1, 2) && length(from, at) != length(to, at)) {
                place = at;
            }
        }
        return place;
    }

    /** Finds the fields that differ. False where something cannot follow. */
    private boolean find() {
        Reader notes = new Reader(before.prims, before.refs);
        for (int i = 0; i < before.nodes.length; i++) {
            Shape shape = before.shapes[i];
            int prim = notes.primAt;
            int ref = notes.refAt;
            shape.skip(notes);
            if (!shape.follows(before.refs, ref, notes.refAt)
                    || shape instanceof FieldShape fields && !fields(before.nodes[i], fields, prim, ref)) {
                return false;
            }
        }
        return true;
    }

    private boolean fields(Object object, FieldShape shape, int prim, int ref) {
        for (int i = 0; i < shape.primFields.size(); i++) {
            int at = places.primAt(prim + i);
            if (at >= 0 && differs(at, places.primWidth(prim + i))) {
                Field field = shape.primFields.get(i);
                Object value = number(field.getType(), at);
                if (value == null || Leaves.bits(value) != before.prims[prim + i]
                        && !(touched.prim(prim + i, Leaves.bits(value)) && change(object, field, value))) {
                    return false;
                }
            }
        }
        for (int i = 0; i < shape.refFields.size(); i++) {
            int at = places.leafAt(ref + i);
            Object leaf = at < 0 ? null : before.refs[ref + i];
            if (leaf != null && leafDiffers(leaf, at)) {
                Object value = leaf instanceof String ? text(at) : number(leaf.getClass(), at);
                if (value == null || !value.equals(leaf)
                        && !(touched.leaf(ref + i, value) && change(object, shape.refFields.get(i), value))) {
                    return false;
                }
            }
        }
        return true;
    }

    private boolean change(Object object, Field field, Object value) {
        changes.add(new Change(object, field, value));
        return !Modifier.isFinal(field.getModifiers()) && field.trySetAccessible();
    }

    private boolean leafDiffers(Object leaf, int at) {
        return leaf instanceof String ? differs(at + 1, 2 + length(from, at)) : differs(at, Places.width(leaf));
    }

    private boolean differs(int at, int width) {
        return at < end && at + width > first;
    }

    private int moved(int at) {
        return at > growsAt ? at + growth : at;
    }

    /** Of the text that begins there. */
    private static int length(byte[] bytes, int at) {
        return (bytes[at + 1] & 0xff) << 8 | bytes[at + 2] & 0xff;
    }

    /** Null where there is none. */
    private String text(int place) {
        int at = moved(place) + 1;
        try {
            return at < 0 || at > to.length ? null
                    : new DataInputStream(new ByteArrayInputStream(to, at, to.length - at)).readUTF();
        } catch (IOException e) {
            return null;
        }
    }

    /** The number of this type, primitive or not, as an object; null where there is none. */
    private Object number(Class<?> type, int place) {
        int at = moved(place);
        ByteBuffer bytes = ByteBuffer.wrap(to);
        try {
            if (type == int.class || type == Integer.class) {
                return bytes.getInt(at);
            } else if (type == long.class || type == Long.class) {
                return bytes.getLong(at);
            } else if (type == double.class || type == Double.class) {
                return bytes.getDouble(at);
            } else if (type == boolean.class || type == Boolean.class) {
                return bytes.get(at) != 0;
            } else if (type == float.class || type == Float.class) {
                return bytes.getFloat(at);
            } else if (type == short.class || type == Short.class) {
                return bytes.getShort(at);
            } else if (type == char.class || type == Character.class) {
                return bytes.getChar(at);
            }
            return bytes.get(at);
        } catch (IndexOutOfBoundsException e) {
            return null;
        }
    }

    /** Whether what is to be changed is, or may be, part of one of these as well. */
    private boolean concerns(Collection<Benchmark> others) {
        for (Benchmark other : others) {
            Object[] nodes = other.nodes();
            if (nodes == null && !other.plain()) {
                return true;
            }
            for (int i = 0; nodes != null && i < nodes.length; i++) {
                for (Change change : changes) {
                    if (nodes[i] == change.object()) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private boolean set() {
        try {
            for (Change change : changes) {
                change.field().set(change.object(), change.value());
            }
            return true;
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            return false; // some are set perhaps: the object is of no use any more
        }
    }
}
