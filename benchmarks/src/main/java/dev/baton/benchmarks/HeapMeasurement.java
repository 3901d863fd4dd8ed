package dev.baton.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Measures what a session takes of the heaps of all nodes together: while it is in use, and once it has been idle for
 * {@value #IDLE_SECONDS} seconds. Half of the sessions are made on each of two real Tomcats and used by some requests
 * there; what the class histograms after a full collection grew by is divided by their number.
 */
public final class HeapMeasurement {
    /** A minute, and the time until the next rounds of what runs in the background. */
    static final int IDLE_SECONDS = 85;
    private static final int WARM_UP = 200;
    private static final int USES = 3;
    private static final int CLASSES = 40;

    private final Options options;
    private final int sessions;

    /** What sessions are filled with; see the application's class of this name. */
    enum Filling { SMALL, CART, FIFTY }

    /**
     * Bytes per session, all nodes together.
     *
     * @param inUse after its last request
     * @param idle  a minute and some more after it
     */
    record Result(ManagerKind manager, Filling filling, Histogram inUse, Histogram idle) {}

    /** Bytes by class. */
    record Histogram(Map<String, Double> bytes) {
        static Histogram of(List<String> lines) {
            Map<String, Double> bytes = new TreeMap<>();
            for (String line : lines) {
                String[] words = line.trim().split("\\s+");
                if (words.length >= 4 && words[0].endsWith(":") && Character.isDigit(words[0].charAt(0))) {
                    bytes.merge(words[3], Double.valueOf(words[2]), Double::sum);
                }
            }
            return new Histogram(bytes);
        }

        double total() {
            return bytes.values().stream().mapToDouble(Double::doubleValue).sum();
        }

        Histogram plus(Histogram other, double factor) {
            Map<String, Double> sum = new TreeMap<>(bytes);
            other.bytes.forEach((name, b) -> sum.merge(name, b * factor, Double::sum));
            return new Histogram(sum);
        }

        Histogram over(int count) {
            Map<String, Double> each = new TreeMap<>();
            bytes.forEach((name, b) -> each.put(name, b / count));
            return new Histogram(each);
        }
    }

    HeapMeasurement(Options options, int sessions) {
        this.options = options;
        this.sessions = sessions;
    }

    /**
     * Arguments as those of {@link ClusterMeasurement}, and {@code --sessions=} (1000), {@code --fillings=} (all) and
     * {@code --classes=} (also say how much of which class).
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Map<String, String> own = new TreeMap<>(Map.of("sessions", "1000", "fillings", "small,cart,fifty", "classes",
                "false"));
        List<String> others = new ArrayList<>();
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            if (equals > 2 && own.containsKey(argument.substring(2, equals))) {
                own.put(argument.substring(2, equals), argument.substring(equals + 1));
            } else {
                others.add(argument);
            }
        }
        Options options = Options.of(others.toArray(String[]::new));
        HeapMeasurement measurement = new HeapMeasurement(options, Integer.parseInt(own.get("sessions")));
        List<Filling> fillings = new ArrayList<>();
        for (String word : own.get("fillings").split(",")) {
            fillings.add(Filling.valueOf(word.trim().toUpperCase(Locale.ROOT)));
        }
        List<Result> results = new ArrayList<>();
        for (ManagerKind manager : options.managers()) {
            try (Cluster cluster = Cluster.start(options, manager, new Layout(true, 2))) {
                results.addAll(measurement.measure(cluster, fillings));
            }
        }
        report(results).forEach(System.out::println);
        if (Boolean.parseBoolean(own.get("classes"))) {
            for (Result result : results) {
                print(result.manager() + " " + result.filling() + ", in use", result.inUse());
                print(result.manager() + " " + result.filling() + ", idle", result.idle());
            }
        }
    }

    /** A table, each manager beside the first one. */
    static List<String> report(List<Result> results) {
        List<String> rows = new ArrayList<>(List.of("| session | manager | in use, bytes | × first | idle, bytes | × first |",
                "| --- | --- | --- | --- | --- | --- |"));
        for (Result r : results) {
            Result first = results.stream().filter(f -> f.filling() == r.filling()).findFirst().orElse(r);
            rows.add(String.format(Locale.ROOT, "| %s | %s | %.0f | %.2f | %.0f | %.2f |",
                    r.filling().name().toLowerCase(Locale.ROOT), r.manager().label(),
                    r.inUse().total(), r.inUse().total() / first.inUse().total(), r.idle().total(),
                    r.idle().total() / first.idle().total()));
        }
        return rows;
    }

    private static void print(String title, Histogram histogram) {
        System.out.printf(Locale.ROOT, "%n%s: %.0f bytes per session%n", title, histogram.total());
        histogram.bytes().entrySet().stream()
                .sorted(Comparator.comparingDouble((Map.Entry<String, Double> e) -> Math.abs(e.getValue())).reversed())
                .limit(CLASSES).filter(e -> Math.abs(e.getValue()) >= 1)
                .forEach(e -> System.out.printf(Locale.ROOT, "  %10.1f  %s%n", e.getValue(), e.getKey()));
    }

    List<Result> measure(Cluster cluster, List<Filling> fillings) throws IOException, InterruptedException {
        for (Filling filling : fillings) {
            make(cluster, filling, WARM_UP);
        }
        TimeUnit.SECONDS.sleep(IDLE_SECONDS);
        List<Result> results = new ArrayList<>();
        for (Filling filling : fillings) {
            Histogram before = histogram(cluster);
            make(cluster, filling, sessions);
            Histogram inUse = histogram(cluster).plus(before, -1).over(sessions);
            TimeUnit.SECONDS.sleep(IDLE_SECONDS);
            Histogram idle = histogram(cluster).plus(before, -1).over(sessions);
            results.add(new Result(cluster.manager(), filling, inUse, idle));
        }
        return results;
    }

    private static void make(Cluster cluster, Filling filling, int count) throws IOException {
        for (TomcatNode node : cluster.nodes()) {
            String host = "\r\nHost: 127.0.0.1:" + node.port();
            try (Connection connection = new Connection(node.port())) {
                for (int i = 0; i < count / cluster.nodes().size(); i++) {
                    ask(connection, "/fill?filling=" + filling + " HTTP/1.1" + host);
                    String cookie = connection.cookie();
                    for (int use = 0; use < USES; use++) {
                        ask(connection, "/use?filling=" + filling + "&i=" + use % 2 + " HTTP/1.1" + host + "\r\nCookie: "
                                + cookie);
                    }
                }
            }
        }
    }

    private static void ask(Connection connection, String request) throws IOException {
        long answer = connection.exchange(("GET /bench" + request + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
        if (answer < 0) {
            throw new IOException(request + " was answered " + connection.head());
        }
    }

    private static Histogram histogram(Cluster cluster) throws IOException, InterruptedException {
        Histogram sum = new Histogram(Map.of());
        for (TomcatNode node : cluster.nodes()) {
            // Twice: what the first collection found unreferenced only weakly is gone with the second.
            jcmd(node, "GC.run");
            sum = sum.plus(Histogram.of(jcmd(node, "GC.class_histogram")), 1);
        }
        return sum;
    }

    private static List<String> jcmd(TomcatNode node, String command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                String.valueOf(node.pid()), command).redirectErrorStream(true).start();
        List<String> lines;
        try (var reader = process.inputReader(StandardCharsets.UTF_8)) {
            lines = reader.lines().toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        if (process.waitFor() != 0) {
            throw new IOException("jcmd " + command + " failed: " + lines);
        }
        return lines;
    }
}
