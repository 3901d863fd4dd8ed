package dev.baton.diff;

/**
 * What a process keeps of one attribute to compare the live value with (D5): the bytes that the store has, and mostly
 * what the live objects looked like when they were these bytes, so that nothing need be serialised to see that they
 * still are. The bytes never change; the store in the same process may share the array.
 *
 * <p>Any threads.
 */
public final class Benchmark {
    private final byte[] bytes;
    private volatile Snapshot snapshot;
    private volatile boolean shrunk;
    /** Class of a value of which a snapshot was tried in vain, or null. */
    private final Class<?> unwalkable;

    private Benchmark(byte[] bytes, Snapshot snapshot, Class<?> unwalkable) {
        this.bytes = bytes;
        this.snapshot = snapshot;
        this.unwalkable = unwalkable;
    }

    /** @param bytes as the store has them, not to be changed any more */
    public static Benchmark of(byte[] bytes) {
        return new Benchmark(bytes, null, null);
    }

    static Benchmark of(byte[] bytes, Snapshot snapshot, Class<?> unwalkable) {
        return new Benchmark(bytes, snapshot, unwalkable);
    }

    /** Not to be changed. */
    public byte[] bytes() {
        return bytes;
    }

    /** Whether it is of no use to look at this value otherwise than by serialising it. */
    boolean unwalkable(Object value) {
        return unwalkable == value.getClass();
    }

    /** Whether this very object was what the bytes were written of or read to, as far as is remembered. */
    public boolean isOf(Object value) {
        Snapshot s = snapshot;
        return s != null && s.isOf(value);
    }

    Snapshot snapshot() {
        return snapshot;
    }

    void snapshot(Snapshot made) {
        snapshot = made;
    }

    /** Frees the memory that can be made anew: the next comparison serialises. */
    public void shrink() {
        if (snapshot != null) {
            shrunk = true;
            snapshot = null;
        }
    }

    /** Whether what the value looked like was known, and is not any more. */
    public boolean shrunk() {
        return shrunk;
    }

    /** Bytes of memory that {@link #shrink} frees, about. */
    public long spareBytes() {
        Snapshot s = snapshot;
        return s == null ? 0 : s.bytes();
    }
}
