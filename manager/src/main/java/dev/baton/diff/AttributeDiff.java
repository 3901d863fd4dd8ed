package dev.baton.diff;

import dev.baton.graph.StreamPatch;
import dev.baton.model.AttributeChange;
import dev.baton.model.BytePatch;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The smallest change that turns an attribute's benchmark into its present bytes (D1 to D4): for every result
 * {@code change.apply(benchmark)} equals {@code current}. Pure; any threads.
 *
 * <p>All methods have the same stored form, so that each change may come from another one: none needs the whole
 * attribute first.
 *
 * <p>{@code AUTO} weighs what was measured (benchmarks/RESULTS.md). To compare two graphs takes about 15 ns per byte of
 * the value, and 4 more in each store, ten times what a byte patch takes; a byte less to send is worth 100 ns at most,
 * on a slow network. So the graph is asked only where the byte patch is more than an {@value #WORTH_A_GRAPH}th of the
 * whole, and the whole is not so large that a request would wait for it.
 */
public final class AttributeDiff {
    private static final int WORTH_A_GRAPH = 8;
    private static final int MAX_GRAPH_BYTES = 256 << 10;

    private AttributeDiff() {
    }

    /**
     * By this method.
     *
     * @param current the present bytes; kept by the result
     * @param met     the live objects met when they were written; empty where that is not known
     * @return null where nothing changed
     */
    static AttributeChange between(Methods.Method method, String name, Benchmark benchmark, byte[] current,
                                   List<Object> met) {
        byte[] base = benchmark.bytes();
        if (Arrays.equals(base, current)) {
            return null;
        }
        return switch (method) {
            case NONE -> new AttributeChange.Put(name, current);
            case BINARY -> binary(name, base, current);
            case GRAPH -> {
                AttributeChange graph = graph(name, benchmark, current, met, current.length);
                yield graph == null ? binary(name, base, current) : graph;
            }
            case AUTO -> {
                AttributeChange binary = binary(name, base, current);
                int size = binary instanceof AttributeChange.BinaryPatch p ? p.patch().encoded().length : current.length;
                AttributeChange graph = size <= current.length / WORTH_A_GRAPH || current.length > MAX_GRAPH_BYTES
                        ? null : graph(name, benchmark, current, met, size);
                yield graph == null ? binary : graph;
            }
        };
    }

    /** Null where it would not be shorter than the limit. */
    private static AttributeChange graph(String name, Benchmark benchmark, byte[] current, List<Object> met, int limit) {
        StreamPatch patch = GraphDiff.patch(benchmark.bytes(), benchmark.met(), current, met, limit);
        return patch == null ? null : new AttributeChange.GraphPatch(name, patch);
    }

    private static AttributeChange binary(String name, byte[] base, byte[] current) {
        byte[] patch = BinaryDiff.patch(base, current);
        return patch == null ? new AttributeChange.Put(name, current)
                : new AttributeChange.BinaryPatch(name, new BytePatch(patch));
    }

    /**
     * Nothing where the bytes are equal; else the change that {@code AUTO} takes, from the bytes alone (B3).
     *
     * @param benchmark what the store has, or null where it has nothing
     * @param current   the present bytes; kept by the result
     */
    public static Optional<AttributeChange> smallest(String name, byte[] benchmark, byte[] current) {
        return ofBytes(Methods.Method.AUTO, name, benchmark, current);
    }

    /**
     * Nothing where the bytes are equal; else a byte-range patch where that is smaller than the whole value.
     *
     * @param benchmark what the store has, or null where it has nothing
     * @param current   the present bytes; kept by the result
     */
    public static Optional<AttributeChange> between(String name, byte[] benchmark, byte[] current) {
        return ofBytes(Methods.Method.BINARY, name, benchmark, current);
    }

    private static Optional<AttributeChange> ofBytes(Methods.Method method, String name, byte[] benchmark,
                                                     byte[] current) {
        return benchmark == null ? Optional.of(new AttributeChange.Put(name, current))
                : Optional.ofNullable(between(method, name, Benchmark.of(benchmark), current, List.of()));
    }
}
