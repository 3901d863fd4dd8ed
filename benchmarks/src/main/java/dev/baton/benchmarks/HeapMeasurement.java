package dev.baton.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
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
final class HeapMeasurement {
    /** A minute, and the time until the next rounds of what runs in the background. */
    static final int IDLE_SECONDS = 85;
    private static final int WARM_UP = 200;
    private static final int USES = 3;
    private static final int CLASSES = 40;

    private final Options options;

    /** What sessions are filled with; see the application's class of this name. */
    enum Filling {
        SMALL("a counter and four short strings"), CART("a 16 KB cart of 100 beans"), FIFTY("50 attributes of 2 KB");

        final String what;

        Filling(String what) {
            this.what = what;
        }
    }

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

    private HeapMeasurement(Options options) {
        this.options = options;
    }

    /** With {@code --classes=true} it also prints how much of which class. */
    static void measure(Options options, Report report) throws IOException, InterruptedException {
        report.table("Heap of " + options.sessions() + " sessions on 2 nodes, bytes per session on all nodes together",
                List.of("session", "manager", "in use", "× first", "idle for " + IDLE_SECONDS + " s", "× first"));
        List<ManagerKind> managers = options.managers().stream().filter(m -> !m.asynchronous()).toList();
        try (Fleet fleet = Fleet.of(options, List.of(new Layout(true, 2)), managers, 2, false)) {
            new HeapMeasurement(options).measure(fleet, report);
            report.failures(fleet.failures());
        }
    }

    private void measure(Fleet fleet, Report report) throws IOException, InterruptedException {
        for (Filling filling : options.fillings()) {
            fleet.each(cluster -> make(cluster, filling, WARM_UP));
        }
        TimeUnit.SECONDS.sleep(IDLE_SECONDS);
        for (Filling filling : options.fillings()) {
            write(measure(fleet, filling), report);
        }
    }

    private List<Result> measure(Fleet fleet, Filling filling) throws InterruptedException {
        int sessions = options.sessions();
        Map<Cluster, Histogram> before = new LinkedHashMap<>();
        Map<Cluster, Histogram> inUse = new LinkedHashMap<>();
        List<Result> results = new ArrayList<>();
        fleet.each(cluster -> {
            before.put(cluster, histogram(cluster));
            make(cluster, filling, sessions);
            inUse.put(cluster, histogram(cluster).plus(before.get(cluster), -1).over(sessions));
        });
        TimeUnit.SECONDS.sleep(IDLE_SECONDS);
        fleet.each(cluster -> results.add(new Result(cluster.manager(), filling, inUse.get(cluster),
                histogram(cluster).plus(before.get(cluster), -1).over(sessions))));
        return results;
    }

    /** Each manager beside the first one. */
    private void write(List<Result> results, Report report) throws IOException {
        for (Result r : results) {
            Result first = results.get(0);
            report.row(List.of(r.filling().what, r.manager().label(),
                    String.format(Locale.ROOT, "%.0f", r.inUse().total()),
                    String.format(Locale.ROOT, "%.2f", r.inUse().total() / first.inUse().total()),
                    String.format(Locale.ROOT, "%.0f", r.idle().total()),
                    String.format(Locale.ROOT, "%.2f", r.idle().total() / first.idle().total())));
            if (options.classes()) {
                print(r.manager().label() + " " + r.filling() + ", in use", r.inUse());
                print(r.manager().label() + " " + r.filling() + ", idle", r.idle());
            }
        }
    }

    private static void print(String title, Histogram histogram) {
        System.out.printf(Locale.ROOT, "%n%s: %.0f bytes per session%n", title, histogram.total());
        histogram.bytes().entrySet().stream()
                .sorted(Comparator.comparingDouble((Map.Entry<String, Double> e) -> Math.abs(e.getValue())).reversed())
                .limit(CLASSES).filter(e -> Math.abs(e.getValue()) >= 1)
                .forEach(e -> System.out.printf(Locale.ROOT, "  %10.1f  %s%n", e.getValue(), e.getKey()));
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
