package dev.baton.benchmarks.differences;

import dev.baton.benchmarks.Machine;
import dev.baton.diff.Methods;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The tables of one run, as Markdown. */
final class DifferenceReport {
    private final String conditions;
    private final List<Pair> pairs = new ArrayList<>();
    private List<Memory> memory = List.of();
    private Map<String, Double> hot = Map.of();

    DifferenceReport(String note) throws IOException {
        conditions = "Differencing: " + Machine.conditions() + (note.isBlank() ? "" : "; " + note);
    }

    void memory(List<Memory> rows) {
        memory = rows;
    }

    void add(Pair pair) {
        pairs.add(pair);
        System.out.println(sizes(pair));
    }

    void hotPaths(Map<String, Double> nanos) {
        hot = nanos;
    }

    void print() throws Exception {
        System.out.print(text());
    }

    void append(Path file) throws Exception {
        Files.writeString(file, text(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        System.out.println("appended to " + file);
    }

    private String text() throws Exception {
        List<String> lines = new ArrayList<>(List.of("", conditions, "", "Goals", "",
                "| what | goal | measured | |", "| --- | --- | --- | --- |"));
        lines.addAll(new Goals(pairs, hot).rows());
        lines.addAll(List.of("", "At the end of every request (JMH), µs", "",
                "| attribute | unchanged | by serialising | first look | one field changed | applied |",
                "| --- | --- | --- | --- | --- | --- |"));
        for (String attribute : List.of("tree", "cart", "bean2K", "session50")) {
            lines.add("| " + attribute + micros(hot.get("unchanged/" + attribute))
                    + micros(hot.get("unchangedBySerialising/" + attribute)) + micros(hot.get("look/" + attribute))
                    + micros(hot.get("oneField/" + attribute)) + micros(hot.get("applyOneField/" + attribute)) + " |");
        }
        lines.addAll(List.of("", "Bytes of a change", "",
                "| case | whole | binary | graph | auto | zstd -3 | vcdiff |", "| --- | --- | --- | --- | --- | --- | --- |"));
        pairs.stream().filter(p -> p.of().changes()).forEach(p -> lines.add(sizes(p)));
        lines.addAll(List.of("", "Times, µs: JDK serialisation; the live value compared with its benchmark, by method;"
                + " from two streams to a patch, by tool; applied", "",
                "| case | serialise | binary | graph | auto | encode | zstd -3 | vcdiff | apply binary | graph | auto "
                + "| zstd -3 | vcdiff |", "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"));
        pairs.forEach(p -> lines.add(times(p)));
        lines.addAll(List.of("", "Heap per attribute, bytes", "",
                "| attribute | live objects | benchmark | to see changes, dropped when idle |", "| --- | --- | --- | --- |"));
        memory.forEach(m -> lines.add("| " + m.attribute() + " | " + m.live() + " | " + m.bytes() + " | " + m.spare()
                + " |"));
        return String.join("\n", lines) + "\n";
    }

    private static String sizes(Pair p) {
        return "| " + p.of().name() + " | " + p.whole() + " | " + p.bytes().get(Methods.Method.BINARY) + " | "
                + p.bytes().get(Methods.Method.GRAPH) + " | " + p.bytes().get(Methods.Method.AUTO) + " | "
                + (p.zstd() == null ? "| " : p.zstd().bytes() + " | " + p.vcdiff().bytes()) + " |";
    }

    private static String times(Pair p) {
        StringBuilder row = new StringBuilder("| " + p.of().name() + micros(p.write()));
        Pair.METHODS.forEach(m -> row.append(micros(p.compare().get(m))));
        if (p.zstd() == null) {
            return row + " |".repeat(9);
        }
        row.append(micros(p.encode())).append(micros(p.zstd().encode())).append(micros(p.vcdiff().encode()));
        Pair.METHODS.forEach(m -> row.append(micros(p.apply().get(m))));
        return row + micros(p.zstd().apply()) + micros(p.vcdiff().apply()) + " |";
    }

    private static String micros(double nanos) {
        return " | " + Goals.number(nanos / 1_000, 2);
    }
}
