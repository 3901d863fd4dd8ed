package dev.baton.benchmarks.differences;

import dev.baton.corpus.Case;
import dev.baton.corpus.Corpus;
import dev.baton.diff.AttributeDiff;
import dev.baton.diff.Benchmark;
import dev.baton.diff.Differencer;
import dev.baton.diff.Methods;
import dev.baton.graph.StreamPatch;
import dev.baton.model.AttributeChange;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * One attribute and one mutation, measured. Bytes are those of the change without the attribute's name; times are in ns.
 *
 * @param bytes    by method; 0 where nothing is sent
 * @param compare  by method: the live value against its benchmark, until the change is there to be sent
 * @param apply    by method, in the store; 0 where nothing is sent
 * @param write    JDK serialisation
 * @param encode   the byte patch from both streams
 * @param zstd     bytes, encoding, applying; null where nothing changed
 * @param vcdiff   as zstd
 */
record Pair(Case of, int whole, Map<Methods.Method, Integer> bytes, Map<Methods.Method, Double> compare,
            Map<Methods.Method, Double> apply, double write, double encode, Reference zstd, Reference vcdiff) {
    static final List<Methods.Method> METHODS = List.of(Methods.Method.BINARY, Methods.Method.GRAPH, Methods.Method.AUTO);
    private static final String NAME = "a";

    record Reference(int bytes, double encode, double apply) {}

    static Pair measure(Case of, Timing timing) throws Exception {
        Map<Methods.Method, Integer> bytes = new EnumMap<>(Methods.Method.class);
        Map<Methods.Method, Double> compare = new EnumMap<>(Methods.Method.class);
        Map<Methods.Method, Double> apply = new EnumMap<>(Methods.Method.class);
        for (Methods.Method method : METHODS) {
            Differencer differencer = new Differencer(Methods.usual(method));
            Object value = of.make();
            Benchmark benchmark = first(differencer, value);
            byte[] base = benchmark.bytes().clone();
            Object changed = of.change(value);
            AttributeChange change = compare(differencer, benchmark, changed).change();
            check(of, method, change == null ? base : change.apply(base), Corpus.bytes(changed));
            bytes.put(method, body(change));
            compare.put(method, timing.of(() -> compare(differencer, benchmark, changed)));
            apply.put(method, change == null ? 0 : timing.of(() -> change.apply(base)));
        }
        Object value = of.make();
        byte[] base = Corpus.bytes(value);
        Object changed = of.change(value);
        byte[] current = Corpus.bytes(changed);
        double write = timing.of(() -> Corpus.bytes(changed));
        if (!of.changes()) {
            return new Pair(of, current.length, bytes, compare, apply, write, 0, null, null);
        }
        double encode = timing.of(() -> AttributeDiff.between(NAME, base, current));
        try (ReferenceTools tools = new ReferenceTools(base, current)) {
            byte[] zstd = tools.zstd();
            byte[] vcdiff = tools.vcdiff();
            check(of, "zstd", tools.unzstd(zstd), current);
            check(of, "vcdiff", tools.unvcdiff(vcdiff), current);
            return new Pair(of, current.length, bytes, compare, apply, write, encode,
                    new Reference(zstd.length, timing.of(tools::zstd), timing.of(() -> tools.unzstd(zstd))),
                    new Reference(vcdiff.length, timing.of(tools::vcdiff), timing.of(() -> tools.unvcdiff(vcdiff))));
        }
    }

    static Benchmark first(Differencer differencer, Object value) {
        return compare(differencer, null, value).next();
    }

    static Differencer.Comparison compare(Differencer differencer, Benchmark benchmark, Object value) {
        return differencer.compare(NAME, benchmark, value, (List<Object> met) -> Corpus.bytes(value, met));
    }

    /** What a change takes without the attribute's name and the checksum of graph patches. */
    static int body(AttributeChange change) {
        if (change instanceof AttributeChange.GraphPatch graph) {
            return graph.patch().encoded().length - StreamPatch.HEADER;
        }
        return change == null ? 0 : change.size() - change.name().length() - 4;
    }

    private static void check(Case of, Object how, byte[] got, byte[] wanted) {
        if (!Arrays.equals(got, wanted)) {
            throw new IllegalStateException(of.name() + " by " + how + ": the result is not the present value");
        }
    }
}
