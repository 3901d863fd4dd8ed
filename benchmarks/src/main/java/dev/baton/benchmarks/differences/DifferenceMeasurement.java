package dev.baton.benchmarks.differences;

import dev.baton.corpus.Case;
import dev.baton.corpus.Corpus;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Measures differencing on the corpus and appends the tables to a file.
 *
 * <p>Options: {@code --results=FILE}, {@code --note=TEXT}, {@code --millis=N} (of each of the rounds that give one time;
 * 0: bytes and memory only), {@code --cases=EXPRESSION} (which cases, by name).
 */
public final class DifferenceMeasurement {
    private DifferenceMeasurement() {
    }

    public static void main(String[] args) throws Exception {
        Map<String, String> options = new TreeMap<>(Map.of("results", "", "note", "", "millis", "12", "cases", ".*"));
        for (String arg : args) {
            String[] parts = arg.split("=", 2);
            if (!arg.startsWith("--") || parts.length < 2 || !options.containsKey(parts[0].substring(2))) {
                throw new IllegalArgumentException(arg + ": options are " + options.keySet() + ", as --name=value");
            }
            options.put(parts[0].substring(2), parts[1]);
        }
        DifferenceReport report = new DifferenceReport(options.get("note"));
        List<Case> cases = new ArrayList<>(Corpus.cases());
        cases.removeIf(c -> !c.name().matches(options.get("cases")));
        report.memory(cases.stream().filter(c -> !c.changes()).map(Memory::of).toList());
        long roundNanos = TimeUnit.MILLISECONDS.toNanos(Long.parseLong(options.get("millis")));
        // All of them once before any is measured: what one case teaches the compiler another one unlearns.
        Timing warming = new Timing(roundNanos / 4);
        for (Case c : cases) {
            Pair.measure(c, warming);
        }
        Timing timing = new Timing(roundNanos);
        for (Case c : cases) {
            report.add(Pair.measure(c, timing));
        }
        report.hotPaths(hotPaths());
        report.print();
        if (!options.get("results").isBlank()) {
            report.append(Path.of(options.get("results")));
        }
    }

    /** By {@code method/attribute}, in ns. */
    private static Map<String, Double> hotPaths() throws Exception {
        Collection<RunResult> results = new Runner(new OptionsBuilder().include(HotPaths.class.getName() + "\\.")
                .verbosity(VerboseMode.SILENT).build()).run();
        Map<String, Double> nanos = new TreeMap<>();
        for (RunResult result : results) {
            String name = result.getParams().getBenchmark();
            nanos.put(name.substring(name.lastIndexOf('.') + 1) + "/" + result.getParams().getParam("attribute"),
                    result.getPrimaryResult().getScore());
        }
        return nanos;
    }
}
