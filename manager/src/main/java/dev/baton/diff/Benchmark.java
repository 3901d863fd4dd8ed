package dev.baton.diff;

import java.util.List;

/**
 * What a process keeps of one attribute to compare the live value with (D5): the bytes that the store has, and mostly
 * what the live objects looked like when they were these bytes, so that nothing need be serialised to see that they
 * still are. The bytes never change; the store in the same process may share the array.
 *
 * <p>Any threads.
 */
public class Benchmark {
    private static final Object PLAIN = new Object();

    private final byte[] bytes;
    /** The value's {@link Snapshot}, or where it is a plain value that refers to nothing the value itself; or null. */
    private volatile Object looked;

    private Benchmark(byte[] bytes, Snapshot snapshot) {
        this.bytes = bytes;
        this.looked = brief(snapshot);
    }

    /** What most benchmarks have no need of, and so no fields for. */
    private static final class Detailed extends Benchmark {
        /** Class of a value of which a snapshot was tried in vain, or null. */
        private final Class<?> unwalkable;
        private volatile List<Object> met;

        Detailed(byte[] bytes, Snapshot snapshot, Class<?> unwalkable, List<Object> met) {
            super(bytes, snapshot);
            this.unwalkable = unwalkable;
            this.met = met;
        }
    }

    /** @param bytes as the store has them, not to be changed any more */
    public static Benchmark of(byte[] bytes) {
        return new Benchmark(bytes, null);
    }

    static Benchmark of(byte[] bytes, Snapshot snapshot, Class<?> unwalkable, List<Object> met) {
        return unwalkable == null && met.isEmpty() ? new Benchmark(bytes, snapshot)
                : new Detailed(bytes, snapshot, unwalkable, met);
    }

    /** Not to be changed. */
    public byte[] bytes() {
        return bytes;
    }

    /** Whether it is of no use to look at this value otherwise than by serialising it. */
    boolean unwalkable(Object value) {
        return this instanceof Detailed d && d.unwalkable == value.getClass();
    }

    /** Whether this very object was what the bytes were written of or read to, as far as is remembered. */
    public boolean isOf(Object value) {
        Object before = looked;
        return before instanceof Snapshot s ? s.isOf(value) : before == value && value != null;
    }

    /** Whether it is remembered what the bytes were written of or read to; if not, only serialising tells a change. */
    public boolean known() {
        return looked != null;
    }

    /** Whether what the bytes were written of is known to be a plain value, which shares no object with any other. */
    public boolean plain() {
        Object before = looked;
        return before != null && !(before instanceof Snapshot);
    }

    /**
     * Stands for the objects that the value consists of: the same one as long as they are the same and no longer; null
     * where they are not known.
     */
    public Object objects() {
        Object[] nodes = nodes();
        return nodes != null ? nodes : plain() ? PLAIN : null;
    }

    /** The objects that the value consists of, plain values left out; null where they are not known. */
    Object[] nodes() {
        Snapshot s = snapshot();
        return s == null ? null : s.nodes;
    }

    Snapshot snapshot() {
        return looked instanceof Snapshot s ? s : null;
    }

    void snapshot(Snapshot made) {
        looked = brief(made);
    }

    private static Object brief(Snapshot snapshot) {
        return snapshot != null && snapshot.size() == 0 ? snapshot.root() : snapshot;
    }

    /** As {@link Snapshot#look}; null also where it is not known what the value looked like. */
    Touched look(Object present) {
        Object before = looked;
        if (before instanceof Snapshot s) {
            return s.look(present);
        }
        return before != null && (before == present || Leaves.equal(present, before)) ? Snapshot.NOTHING : null;
    }

    /** The live objects met when the bytes were written; empty where that is not known. */
    List<Object> met() {
        return this instanceof Detailed d ? d.met : List.of();
    }

    /** Frees the memory that can be made anew: the next comparison serialises. */
    public void shrink() {
        if (looked instanceof Snapshot) {
            looked = null;
        }
        if (this instanceof Detailed d) {
            d.met = List.of();
        }
    }

    /** Bytes of memory that {@link #shrink} frees, about. */
    public long spareBytes() {
        Snapshot s = snapshot();
        return (s == null ? 0 : s.bytes()) + 4L * met().size();
    }
}
