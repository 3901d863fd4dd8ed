package dev.baton.benchmarks.differences;

import static dev.baton.diff.Methods.Method.AUTO;
import static dev.baton.diff.Methods.Method.BINARY;
import static dev.baton.diff.Methods.Method.GRAPH;

import dev.baton.diff.Methods;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/** The goals, each beside what was measured. */
final class Goals {
    private static final int LARGE = 64_000;
    private static final int MEDIUM = 16_000;

    private final List<Pair> changed;
    private final Map<String, Double> hot;
    private final List<String> rows = new ArrayList<>();

    Goals(List<Pair> pairs, Map<String, Double> hotPathNanos) {
        this.changed = pairs.stream().filter(p -> p.of().changes()).toList();
        this.hot = hotPathNanos;
    }

    List<String> rows() throws Exception {
        hotPaths();
        bytes();
        times();
        return rows;
    }

    private void hotPaths() throws Exception {
        micros("tree of 2,274 objects, found unchanged", 30, hot.get("unchanged/tree"));
        atLeast("the same, times faster than serialising and comparing", 10,
                hot.get("unchangedBySerialising/tree") / hot.get("unchanged/tree"));
        micros("cart, found unchanged", 3, hot.get("unchanged/cart"));
        micros("session of 50 attributes in one, found unchanged", 6, hot.get("unchanged/session50"));
        atMost("first look at the tree, of the time to serialise and compare it", 0.5, 2,
                hot.get("look/tree") / hot.get("unchangedBySerialising/tree"), "");
        micros("one field of the tree changed", 35, hot.get("oneField/tree"));
        atMost("bytes of it", 16, 0, HotPaths.bytesOf("tree"), " B");
        atMost("one of 50 attributes changed, body", 20, 0, HotPaths.bytesOf("bean2K"), " B");
    }

    private void bytes() {
        atMost("binary, bytes beside zstd -3: geometric mean", 0.75, 2, mean(p -> ratio(p, BINARY)), "");
        Pair worst = worst(p -> ratio(p, BINARY));
        atMost("binary, bytes beside zstd -3: worst (" + worst.of().name() + ")", 2, 2, ratio(worst, BINARY), "");
        atMost("binary, bytes of all changes beside the sum of zstd -3", 1, 2,
                sum(BINARY) / changed.stream().mapToDouble(p -> p.zstd().bytes()).sum(), "");
        atMost("graph, bytes beside binary: geometric mean", 0.6, 2,
                mean(p -> (double) p.bytes().get(GRAPH) / p.bytes().get(BINARY)), "");
        atMost("graph, bytes of all changes beside the sum of binary", 1, 2, sum(GRAPH) / sum(BINARY), "");
        for (Map.Entry<String, Integer> goal : List.of(Map.entry("tree/attrPut", 40), Map.entry("tree/insertMid", 70),
                Map.entry("cyclic/relink", 50), Map.entry("cart/sortAll", 300), Map.entry("records/replace1", 40))) {
            find(goal.getKey()).ifPresent(p ->
                    atMost("graph, " + goal.getKey(), goal.getValue(), 0, p.bytes().get(GRAPH), " B"));
        }
        worst = worst(p -> (double) p.bytes().get(AUTO) / Math.min(p.whole(), p.bytes().get(BINARY)));
        atMost("auto, bytes beside the smaller of binary and whole: worst (" + worst.of().name() + ")", 1, 2,
                (double) worst.bytes().get(AUTO) / Math.min(worst.whole(), worst.bytes().get(BINARY)), "");
    }

    private void times() {
        perByte("binary, encoding local changes from 64 KB on", 0.2, p -> p.whole() >= LARGE, Pair::encode);
        perByte("binary, encoding changes of the order from 16 KB on", 1,
                p -> p.whole() >= MEDIUM && p.of().mutation().matches("reorder|sortAll"), Pair::encode);
        perByte("binary, applying local changes", 0.1, p -> p.whole() >= MEDIUM
                && !p.of().mutation().matches("reorder|sortAll"), p -> p.apply().get(BINARY));
        find("tree/prim").ifPresent(p -> micros("graph, applying one changed field of the tree", 1,
                p.apply().get(GRAPH)));
    }

    private void perByte(String what, double goal, Predicate<Pair> of, ToDoubleFunction<Pair> nanos) {
        List<Pair> some = changed.stream().filter(of).toList();
        some.stream().max(Comparator.comparingDouble(p -> nanos.applyAsDouble(p) / p.whole())).ifPresent(worst -> {
            long reached = some.stream().filter(p -> nanos.applyAsDouble(p) / p.whole() <= goal).count();
            atMost(what + ", " + reached + " of " + some.size() + "; worst (" + worst.of().name() + ")", goal, 2,
                    nanos.applyAsDouble(worst) / worst.whole(), " ns/B");
        });
    }

    private double sum(Methods.Method method) {
        return changed.stream().mapToDouble(p -> p.bytes().get(method)).sum();
    }

    private static double ratio(Pair pair, Methods.Method method) {
        return (double) pair.bytes().get(method) / pair.zstd().bytes();
    }

    private double mean(ToDoubleFunction<Pair> ratio) {
        return Math.exp(changed.stream().mapToDouble(p -> Math.log(ratio.applyAsDouble(p))).average().orElse(0));
    }

    private Pair worst(ToDoubleFunction<Pair> ratio) {
        return changed.stream().max(Comparator.comparingDouble(ratio)).orElseThrow();
    }

    private Optional<Pair> find(String name) {
        return changed.stream().filter(p -> p.of().name().equals(name)).findFirst();
    }

    private void micros(String what, double goal, double nanos) {
        atMost(what, goal, 2, nanos / 1_000, " µs");
    }

    private void atMost(String what, double goal, int decimals, double measured, String unit) {
        row(what, "≤ " + number(goal), number(measured, decimals) + unit, measured <= goal, measured / goal);
    }

    private void atLeast(String what, double goal, double measured) {
        row(what, "≥ " + number(goal), number(measured, 1), measured >= goal, goal / measured);
    }

    private void row(String what, String goal, String measured, boolean reached, double missedBy) {
        rows.add("| " + what + " | " + goal + " | " + measured + " | "
                + (reached ? "reached" : "missed: × " + number(missedBy, 2)) + " |");
    }

    private static String number(double value) {
        return value == Math.rint(value) ? number(value, 0) : String.valueOf(value);
    }

    static String number(double value, int decimals) {
        return String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }
}
