package dev.baton.diff;

import dev.baton.model.AttributeChange;
import java.util.List;
import java.util.Optional;

/**
 * Finds what changed in the attributes of one application (D1 to D4). Any threads; one attribute by one thread at a
 * time.
 */
public final class Differencer {
    private final Methods methods;

    public Differencer(Methods methods) {
        this.methods = methods;
    }

    /**
     * Gives the present bytes of the value that is compared.
     *
     * @param <E> where it cannot be serialised
     */
    public interface Source<E extends Exception> {
        /**
         * @param met if not null, is emptied and filled with the objects as {@code replaceObject} of an
         *            {@code ObjectOutputStream} meets them; a source that cannot tell leaves it empty
         */
        byte[] bytes(List<Object> met) throws E;
    }

    /**
     * What a comparison found.
     *
     * @param change to be sent, or null where nothing changed
     * @param next   the benchmark once the change is accepted
     */
    public record Comparison(AttributeChange change, Benchmark next) {}

    /**
     * Compares the live value with its benchmark. The change applied to the benchmark's bytes gives the bytes of
     * {@link Comparison#next}.
     *
     * @param benchmark null where the store has nothing
     */
    public <E extends Exception> Comparison compare(String name, Benchmark benchmark, Object value, Source<E> source)
            throws E {
        byte[] bytes = source.bytes(null);
        byte[] base = benchmark == null ? null : benchmark.bytes();
        Optional<AttributeChange> change = methods.of(name, value) == Methods.Method.NONE
                ? AttributeDiff.whole(name, base, bytes) : AttributeDiff.between(name, base, bytes);
        return change.isEmpty() ? new Comparison(null, benchmark)
                : new Comparison(change.get(), Benchmark.of(bytes));
    }
}
