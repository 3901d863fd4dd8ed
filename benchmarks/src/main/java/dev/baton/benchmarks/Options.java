package dev.baton.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What to measure.
 *
 * @param managers    session managers, the first is what the others are compared with
 * @param connections numbers of keep-alive connections
 * @param workloads   kinds of request
 * @param rounds      windows per manager, interleaved
 * @param seconds     length of a window
 * @param warmup      least seconds of load before the first round of a workload, per manager
 * @param jvm         options of the Tomcats' JVMs
 * @param note        conditions worth recording
 * @param results     file to which rows are appended
 * @param jar         the drop-in jar
 * @param home        unpacked Tomcat distribution
 * @param target      where the nodes' directories are made
 */
record Options(List<ManagerKind> managers, List<Integer> connections, List<Workload> workloads, int rounds, int seconds,
               int warmup, List<String> jvm, String note, Path results, Path jar, Path home, Path target) {

    /** @throws IllegalArgumentException with name, value and what is allowed */
    static Options of(String[] arguments) {
        Map<String, String> given = new LinkedHashMap<>();
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            if (!argument.startsWith("--") || equals < 0) {
                throw new IllegalArgumentException("'" + argument + "' is not of the form --name=value");
            }
            given.put(argument.substring(2, equals), argument.substring(equals + 1));
        }
        List<Integer> connections = new ArrayList<>();
        for (String n : given.getOrDefault("connections", "16,1").split(",")) {
            connections.add(number("connections", n, 1, 200));
        }
        Options options = new Options(
                constants("managers", given.getOrDefault("managers", "standard,baton"), ManagerKind.class),
                List.copyOf(connections),
                constants("workloads", given.getOrDefault("workloads", "read,counter,cart"), Workload.class),
                number("rounds", given.getOrDefault("rounds", "5"), 1, 1_000),
                number("seconds", given.getOrDefault("seconds", "3"), 1, 600),
                number("warmup", given.getOrDefault("warmup", "12"), 0, 600),
                List.of(given.getOrDefault("jvm", "-Xms512m -Xmx512m").trim().split("\\s+")),
                given.getOrDefault("note", ""), Path.of(given.getOrDefault("results", "target/RESULTS.md")),
                Path.of(given.getOrDefault("jar", "../dist/target/baton.jar")), Path.of(required(given, "home")),
                Path.of(given.getOrDefault("target", "target")));
        given.keySet().removeAll(List.of("managers", "connections", "workloads", "rounds", "seconds", "warmup", "jvm",
                "note", "results", "jar", "home", "target"));
        if (!given.isEmpty()) {
            throw new IllegalArgumentException("unknown: --" + given.keySet().iterator().next());
        }
        return options;
    }

    private static String required(Map<String, String> given, String name) {
        String value = given.get(name);
        if (value == null) {
            throw new IllegalArgumentException("--" + name + "=... is missing");
        }
        return value;
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

    private static <E extends Enum<E>> List<E> constants(String name, String text, Class<E> type) {
        List<E> constants = new ArrayList<>();
        for (String word : text.split(",")) {
            try {
                constants.add(Enum.valueOf(type, word.trim().toUpperCase(java.util.Locale.ROOT).replace('-', '_')));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("--" + name + ": '" + word + "' is none of "
                        + java.util.Arrays.toString(type.getEnumConstants()).toLowerCase(java.util.Locale.ROOT), e);
            }
        }
        return List.copyOf(constants);
    }
}
