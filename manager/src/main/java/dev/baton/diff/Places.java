package dev.baton.diff;

import dev.baton.graph.Description;
import dev.baton.graph.Kind;
import dev.baton.graph.MalformedGraph;
import dev.baton.graph.StreamTable;
import java.lang.reflect.Field;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * Where in an attribute's bytes the primitives and the plain values stand that its {@link Snapshot} noted, so that a
 * change of one can be made to the bytes without serialising anything.
 *
 * <p>A primitive field is a few bytes at a fixed place. A string or a number as an object can be exchanged for another
 * one where nothing else in the stream refers to it: the numbers of all other objects stay as they are. The result is
 * what serialisation writes, or where equal plain values were one object and are two now or the other way round, the
 * same but for that.
 *
 * <p>Immutable.
 */
final class Places {
    /** Larger ones are serialised. */
    private static final int MAX_BYTES = 16 << 20;
    /** Of a string's encoded form in the stream. */
    private static final int MAX_TEXT = 0xffff;
    private static final int STRING = 0x74;

    /** Offset and width of each noted primitive, -1 where it has no place of its own. */
    private final int[] primAt;
    private final byte[] primWidth;
    /** Offset of each noted reference's string, or of a box's value; -1 where it cannot be exchanged. */
    private final int[] leafAt;

    private Places(int[] primAt, byte[] primWidth, int[] leafAt) {
        this.primAt = primAt;
        this.primWidth = primWidth;
        this.leafAt = leafAt;
    }

    /**
     * @param met what {@code replaceObject} saw when these bytes were written of the graph that was noted
     * @return null where that cannot be told
     */
    static Places of(byte[] bytes, List<Object> met, Snapshot snapshot) {
        return of(bytes, table -> LiveNodes.of(table, met), snapshot);
    }

    /**
     * @param made what {@code resolveObject} saw when the graph that was noted was read from these bytes
     * @return null where that cannot be told
     */
    static Places ofRead(byte[] bytes, List<Object> made, Snapshot snapshot) {
        return of(bytes, table -> LiveNodes.ofRead(table, made), snapshot);
    }

    private static Places of(byte[] bytes, Function<StreamTable, Object[]> objects, Snapshot snapshot) {
        if (bytes.length > MAX_BYTES) {
            return null;
        }
        try {
            StreamTable table = StreamTable.parse(bytes);
            Object[] live = objects.apply(table);
            return live == null ? null : Finder.of(table, live, snapshot);
        } catch (MalformedGraph e) {
            return null;
        }
    }

    /** Goes once through the snapshot with the stream's table at hand. */
    private static final class Finder {
        private final StreamTable table;
        private final LiveIndex index;
        private final int[] references;

        Finder(StreamTable table, LiveIndex index) {
            this.table = table;
            this.index = index;
            this.references = new int[table.count()];
            for (int node = 0; node < references.length; node++) {
                int first = table.firstSlot(node);
                for (int slot = first; slot < first + table.slotCount(node); slot++) {
                    if (table.slotTarget(slot) >= 0) {
                        references[table.slotTarget(slot)]++;
                    }
                }
            }
        }

        /** Null where an object was written more than once, as unshared. */
        static Places of(StreamTable table, Object[] live, Snapshot snapshot) {
            LiveIndex index = new LiveIndex(live);
            for (int node = 0; node < live.length; node++) {
                if (live[node] != null && index.of(live[node]) != node) {
                    return null;
                }
            }
            return new Finder(table, index).find(snapshot);
        }

        private Places find(Snapshot snapshot) {
            int[] primAt = new int[snapshot.prims.length];
            byte[] primWidth = new byte[primAt.length];
            int[] leafAt = new int[snapshot.refs.length];
            Arrays.fill(primAt, -1);
            Reader notes = new Reader(snapshot.prims, snapshot.refs);
            for (int i = 0; i < snapshot.nodes.length; i++) {
                int first = notes.primAt;
                snapshot.shapes[i].skip(notes);
                if (snapshot.shapes[i] instanceof FieldShape shape) {
                    int node = index.of(snapshot.nodes[i]);
                    if (node >= 0 && table.kind(node) == Kind.PLAIN) {
                        fields(shape, node, first, primAt, primWidth);
                    }
                }
            }
            for (int i = 0; i < leafAt.length; i++) {
                leafAt[i] = leaf(snapshot.refs[i]);
            }
            return new Places(primAt, primWidth, leafAt);
        }

        private void fields(FieldShape shape, int node, int first, int[] primAt, byte[] primWidth) {
            List<Field> fields = shape.primFields;
            List<Description> levels = table.description(node).levels();
            int next = 0;
            for (int level = 0; level < levels.size() && next < fields.size(); level++) {
                Description description = levels.get(level);
                int at = table.primitivesAt(node, level);
                for (int i = 0; i < description.primitives(); i++) {
                    Field field = next < fields.size() ? fields.get(next) : null;
                    if (field == null || !description.name().equals(field.getDeclaringClass().getName())
                            || !description.fieldName(i).equals(field.getName())) {
                        Arrays.fill(primAt, first, first + fields.size(), -1);
                        return;
                    }
                    primAt[first + next] = at + description.fieldOffset(i);
                    primWidth[first + next] = (byte) width(description.fieldType(i));
                    next++;
                }
            }
        }

        private int leaf(Object object) {
            boolean box = Leaves.box(object);
            if (!box && !(object instanceof String)) {
                return -1;
            }
            int node = index.of(object);
            if (node < 0 || references[node] != 1) {
                return -1;
            }
            if (box) {
                return table.kind(node) == Kind.PLAIN
                        ? table.primitivesAt(node, table.description(node).levels().size() - 1) : -1;
            }
            return table.kind(node) == Kind.STRING && table.bytes()[table.start(node)] == STRING
                    ? table.start(node) : -1;
        }
    }

    private static int width(char type) {
        return type == 'J' || type == 'D' ? 8 : type == 'I' || type == 'F' ? 4 : type == 'S' || type == 'C' ? 2 : 1;
    }

    static int width(Object box) {
        return box instanceof Long || box instanceof Double ? 8 : box instanceof Integer || box instanceof Float ? 4
                : box instanceof Short || box instanceof Character ? 2 : 1;
    }

    /**
     * The edits that make these changes.
     *
     * @param before the graph without them
     * @param after  the graph with them
     * @return null where one of them cannot be made in place
     */
    Edits edits(byte[] bytes, Touched touched, Snapshot before, Snapshot after) {
        Edits edits = new Edits(bytes, touched.primCount() + 2 * touched.refCount());
        for (int i = 0; i < touched.primCount(); i++) {
            int number = touched.prim(i);
            if (primAt[number] < 0) {
                return null;
            }
            edits.number(primAt[number], touched.value(i), primWidth[number]);
        }
        for (int i = 0; i < touched.refCount(); i++) {
            int at = leafAt[touched.ref(i)];
            Object leaf = touched.leaf(i);
            if (at < 0 || occurrences(leaf, after.refs) != 1
                    || occurrences(before.refs[touched.ref(i)], before.refs) != 1) {
                return null;
            }
            if (leaf instanceof String text) {
                byte[] encoded = Edits.encoded(text);
                if (encoded.length > MAX_TEXT) {
                    return null;
                }
                edits.text(at + 1, encoded);
            } else {
                edits.number(at, Leaves.bits(leaf), width(leaf));
            }
        }
        return edits;
    }

    private static int occurrences(Object object, Object[] in) {
        int count = 0;
        for (Object o : in) {
            count += o == object ? 1 : 0;
        }
        return count;
    }

    /** Offset of a noted primitive, or -1. */
    int primAt(int number) {
        return primAt[number];
    }

    int primWidth(int number) {
        return primWidth[number];
    }

    /** Offset of a noted reference's string, or of a box's value; -1 where it cannot be exchanged. */
    int leafAt(int number) {
        return leafAt[number];
    }

    /** The places in the bytes after these edits. */
    Places after(Edits edits) {
        return edits.sameLength() ? this : new Places(shifted(primAt, edits), primWidth, shifted(leafAt, edits));
    }

    private static int[] shifted(int[] places, Edits edits) {
        int[] after = new int[places.length];
        for (int i = 0; i < places.length; i++) {
            after[i] = places[i] < 0 ? -1 : places[i] + edits.shiftAt(places[i]);
        }
        return after;
    }

    /** Bytes of memory that it takes, about. */
    long bytes() {
        return 32 + 5L * primAt.length + 4L * leafAt.length;
    }
}
