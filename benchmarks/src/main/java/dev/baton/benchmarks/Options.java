package dev.baton.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * What to measure.
 *
 * @param parts       tables to make
 * @param managers    session managers, the first is what the others are compared with
 * @param layouts     routing and numbers of nodes
 * @param connections numbers of clients, each of which has one request under way
 * @param workloads   kinds of request
 * @param rounds      windows per manager, interleaved
 * @param seconds     length of a window
 * @param warmup      least seconds of load before the first round of a workload, per manager
 * @param sessions    how many sessions' heap is measured
 * @param fillings    what those are filled with
 * @param classes     whether to print the classes that take the heap
 * @param jvm         options of the Tomcats' JVMs
 * @param note        conditions worth recording
 * @param results     file to which rows are appended
 * @param jar         the drop-in jar
 * @param home        unpacked Tomcat distribution
 * @param target      where the nodes' directories are made
 */
record Options(List<Part> parts, List<ManagerKind> managers, List<Layout> layouts, List<Integer> connections,
               List<Workload> workloads, int rounds, int seconds, int warmup, int sessions,
               List<HeapMeasurement.Filling> fillings, boolean classes, List<String> jvm, String note, Path results,
               Path jar, Path home, Path target) {

    /**
     * Of arguments {@code --name=value}; an empty value is none. {@code --short=true} makes what is not given such that
     * all parts together take some minutes.
     *
     * @throws IllegalArgumentException with name, value and what is allowed
     */
    static Options of(String[] arguments) {
        Map<String, String> given = new LinkedHashMap<>();
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            if (!argument.startsWith("--") || equals < 0) {
                throw new IllegalArgumentException("'" + argument + "' is not of the form --name=value");
            }
            given.put(argument.substring(2, equals), argument.substring(equals + 1).trim());
        }
        boolean brief = Boolean.parseBoolean(take(given, "short", "false"));
        Options options = new Options(
                constants(given, "parts", brief ? "speed,lost,start" : "speed,lost,heap,start,flat", Part.class),
                constants(given, "managers", brief ? "standard,baton,delta-sync,backup-sync"
                        : "standard,baton,delta-sync,delta-async,backup-sync,backup-async", ManagerKind.class),
                list(given, "layouts", "sticky-2,robin-3", Layout::of),
                list(given, "connections", brief ? "16" : "16,1", n -> number("connections", n, 1, 200)),
                constants(given, "workloads", "read,counter,cart,one-of-50", Workload.class),
                number("rounds", take(given, "rounds", "3"), 1, 1_000),
                number("seconds", take(given, "seconds", "1"), 1, 600),
                number("warmup", take(given, "warmup", brief ? "2" : "10"), 0, 600),
                number("sessions", take(given, "sessions", "1000"), 2, 100_000),
                constants(given, "fillings", "cart", HeapMeasurement.Filling.class),
                Boolean.parseBoolean(take(given, "classes", "false")),
                List.of(take(given, "jvm", "-Xms512m -Xmx512m").split("\\s+")),
                take(given, "note", ""), Path.of(take(given, "results", "target/RESULTS.md")),
                Path.of(take(given, "jar", "../dist/target/baton.jar")), Path.of(take(given, "home", "")),
                Path.of(take(given, "target", "target")));
        if (options.home().toString().isEmpty()) {
            throw new IllegalArgumentException("--home=... is missing");
        }
        if (!given.isEmpty()) {
            throw new IllegalArgumentException("unknown: --" + given.keySet().iterator().next());
        }
        return options;
    }

    private static String take(Map<String, String> given, String name, String otherwise) {
        String value = given.remove(name);
        return value == null || value.isEmpty() ? otherwise : value;
    }

    private static int number(String name, String text, int least, int most) {
        try {
            int n = Integer.parseInt(text.trim());
            if (n >= least && n <= most) {
                return n;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--" + name + ": '" + text + "' is no number", e);
        }
        throw new IllegalArgumentException("--" + name + ": " + text + " outside " + least + ".." + most);
    }

    private static <T> List<T> list(Map<String, String> given, String name, String otherwise,
                                    Function<String, T> parser) {
        List<T> values = new ArrayList<>();
        for (String word : take(given, name, otherwise).split(",")) {
            try {
                values.add(parser.apply(word.trim()));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        e.getMessage().startsWith("--") ? e.getMessage() : "--" + name + ": " + e.getMessage(), e);
            }
        }
        return List.copyOf(values);
    }

    private static <E extends Enum<E>> List<E> constants(Map<String, String> given, String name, String otherwise,
                                                         Class<E> type) {
        return list(given, name, otherwise, word -> {
            for (E constant : type.getEnumConstants()) {
                if (label(constant).equals(word.toLowerCase(Locale.ROOT))) {
                    return constant;
                }
            }
            throw new IllegalArgumentException("'" + word + "' is none of "
                    + List.of(type.getEnumConstants()).stream().map(Options::label).toList());
        });
    }

    private static String label(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
