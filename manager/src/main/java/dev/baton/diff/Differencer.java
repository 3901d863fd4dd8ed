package dev.baton.diff;

import dev.baton.graph.StreamPatch;
import dev.baton.model.AttributeChange;
import dev.baton.model.BytePatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/**
 * Finds what changed in the attributes of one application (D1 to D4). Any threads; one attribute by one thread at a
 * time.
 *
 * <p>The live objects are looked at first (see {@link Snapshot}); only what looks changed, or has not been looked at
 * before, is serialised. Other threads may change the value meanwhile: it is looked at before and after it was
 * serialised, and serialised again where that differs.
 */
public final class Differencer {
    private static final int TRIES = 3;

    private final Methods methods;

    public Differencer(Methods methods) {
        this.methods = methods;
    }

    /**
     * The value that is compared, as its owner can serialise it.
     *
     * @param <E> where it cannot be serialised
     */
    public interface Source<E extends Exception> {
        /**
         * Its present bytes.
         *
         * @param met if not null, is emptied and filled with the objects as {@code replaceObject} of an
         *            {@code ObjectOutputStream} meets them; a source that cannot tell leaves it empty
         */
        byte[] bytes(List<Object> met) throws E;

        /** Whether no other thread that may change it is at work now, or has been since the comparison began. */
        default boolean alone() {
            return true;
        }
    }

    /**
     * What a comparison found.
     *
     * @param change to be sent, or null where nothing changed
     * @param next   the benchmark once the change is accepted; at once where there is none
     * @param steady false where another thread kept changing the value, so that the bytes may be of no moment
     */
    public record Comparison(AttributeChange change, Benchmark next, boolean steady) {}

    /**
     * Compares the live value with its benchmark. The change applied to the benchmark's bytes gives the bytes of
     * {@link Comparison#next}.
     *
     * @param benchmark null where the store has nothing
     */
    public <E extends Exception> Comparison compare(String name, Benchmark benchmark, Object value, Source<E> source)
            throws E {
        Snapshot before = benchmark == null ? null : benchmark.snapshot();
        Touched touched = benchmark == null ? null : benchmark.look(value);
        if (touched == Snapshot.NOTHING) {
            return new Comparison(null, benchmark, true);
        }
        Methods.Method method = methods.of(name, value);
        if (touched != null && before != null && before.places() != null) {
            Comparison inPlace = inPlace(name, benchmark, before, touched, method);
            if (inPlace != null && (source.alone() || inPlace.next().snapshot().unchanged(value))) {
                return inPlace;
            }
        }
        boolean walks = benchmark == null || !benchmark.unwalkable(value);
        return serialised(name, benchmark, value, walks, touched == null ? null : before, method, source);
    }

    /**
     * As {@link #compare}, by the bytes alone and with the whole value as the change: of what finds smaller changes it
     * uses nothing, and so depends on nothing of it.
     */
    public <E extends Exception> Comparison whole(String name, Benchmark benchmark, Object value, Source<E> source)
            throws E {
        return serialised(name, benchmark, value, false, null, Methods.Method.NONE, source);
    }

    /** The change made to the bytes where they stand; null where that is not possible. */
    private static Comparison inPlace(String name, Benchmark benchmark, Snapshot before, Touched touched,
                                      Methods.Method method) {
        Snapshot after = before.with(touched);
        Edits edits = before.places().edits(benchmark.bytes(), touched, before, after);
        if (edits == null) {
            return null;
        }
        byte[] bytes = edits.result();
        BytePatch patch = method == Methods.Method.NONE ? null : edits.patch();
        AttributeChange change = patch == null ? new AttributeChange.Put(name, bytes)
                : new AttributeChange.BinaryPatch(name, patch);
        Snapshot next = after.with(before.places().after(edits));
        return new Comparison(change, Benchmark.of(bytes, next, null, benchmark.met()), true);
    }

    /**
     * @param walks  whether to note what the objects look like
     * @param before where the value changed in single places only, so that it is worth while to know them; or null
     */
    private static <E extends Exception> Comparison serialised(String name, Benchmark benchmark, Object value,
                                                               boolean walks, Snapshot before, Methods.Method method,
                                                               Source<E> source)
            throws E {
        List<Object> met = before != null || method == Methods.Method.GRAPH ? new ArrayList<>() : null;
        Snapshot snapshot = null;
        byte[] bytes = null;
        boolean steady = false;
        for (int i = 0; i < TRIES && !steady; i++) {
            // Before the bytes: a change between the two must look like one next time.
            snapshot = walks ? Snapshot.of(value) : null;
            bytes = source.bytes(met);
            steady = snapshot != null ? snapshot.unchanged(value)
                    : source.alone() || Arrays.equals(bytes, source.bytes(null));
        }
        Class<?> unwalkable = snapshot == null && source.alone() ? value.getClass() : null;
        // Something may have changed and changed back while others are at work: then only bytes tell.
        Snapshot trusted = steady && source.alone() && snapshot != null
                ? snapshot.sharing(benchmark == null ? null : benchmark.snapshot()) : null;
        if (trusted != null && before != null) {
            trusted = trusted.with(Places.of(bytes, met, trusted));
        }
        List<Object> known = method == Methods.Method.GRAPH ? met : List.of();
        AttributeChange change = benchmark == null ? new AttributeChange.Put(name, bytes)
                : AttributeDiff.between(method, name, benchmark, bytes, known);
        Benchmark next = Benchmark.of(change == null ? benchmark.bytes() : bytes, trusted, unwalkable, known);
        return new Comparison(change == null || benchmark == null ? change : shared(change, benchmark.bytes(), bytes),
                next, steady);
    }

    /** The same change, that gives the store in this process the array that is the next benchmark. */
    private static AttributeChange shared(AttributeChange change, byte[] base, byte[] bytes) {
        if (change instanceof AttributeChange.GraphPatch p) {
            return new AttributeChange.GraphPatch(p.name(), new StreamPatch(p.patch().encoded(), base, bytes));
        }
        return change instanceof AttributeChange.BinaryPatch p
                ? new AttributeChange.BinaryPatch(p.name(), new BytePatch(p.patch().encoded(), base, bytes)) : change;
    }

    /**
     * Whether the value is still what the benchmark's bytes say. Nothing is remembered.
     *
     * @param source serialises the value, where it cannot be told otherwise
     */
    public <E extends Exception> boolean unchanged(Benchmark benchmark, Object value, Bytes<E> source) throws E {
        return benchmark.look(value) == Snapshot.NOTHING || Arrays.equals(benchmark.bytes(), source.get());
    }

    /**
     * The bytes of a value.
     *
     * @param <E> where it cannot be serialised
     */
    public interface Bytes<E extends Exception> {
        byte[] get() throws E;
    }

    /**
     * Remembers what a value looks like that was just made from the benchmark's bytes and that nobody else knows yet.
     */
    public void read(Benchmark benchmark, Object value) {
        read(benchmark, value, List.of());
    }

    /**
     * As above, and finds out where in the bytes everything stands, so that the value may {@link #follow} from here on.
     *
     * @param made the objects as {@code resolveObject} of an {@code ObjectInputStream} met them; empty where not known
     */
    public void read(Benchmark benchmark, Object value, List<Object> made) {
        try {
            Snapshot snapshot = Snapshot.of(value);
            if (snapshot != null && !made.isEmpty() && Following.possible(snapshot)) {
                snapshot = snapshot.with(Places.ofRead(benchmark.bytes(), made, snapshot));
            }
            benchmark.snapshot(snapshot == null ? null : snapshot.asRead());
        } catch (RuntimeException | LinkageError e) {
            // The value can be used all the same, and the next comparison serialises it.
        }
    }

    /**
     * Makes an object that was the attribute's before what its present bytes say, where that is the same as to read it
     * anew: see {@link Following}. Nobody may use it meanwhile who would mind.
     *
     * @param before what the store had when this object was last compared
     * @param others benchmarks of the other attributes that are objects here; null where one of them is not known
     * @return the benchmark of these bytes and the object; null where the attribute must be read anew, and the object
     *         not be used any more
     */
    public Benchmark follow(Benchmark before, Object value, byte[] bytes, Collection<Benchmark> others) {
        try {
            return Following.follow(before, value, bytes, others);
        } catch (RuntimeException | LinkageError e) {
            return null; // reading does not depend on any of that
        }
    }
}
