package dev.baton.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;

/** Tables of one run, as Markdown, written line by line: what was measured stays, whatever happens later. */
final class Report {
    private static final int REASON = 300;

    private final Path file;
    private int columns;
    private boolean failed;

    Report(Path file) {
        this.file = file;
    }

    void text(String text) throws IOException {
        write("\n" + text + "\n");
    }

    void table(String title, List<String> head) throws IOException {
        columns = head.size();
        write("\n" + title + "\n\n" + line(head) + "|" + " --- |".repeat(columns) + "\n");
    }

    void row(List<String> cells) throws IOException {
        write(line(cells));
    }

    /** In place of the rows of what could not be measured. */
    void failure(String what, Throwable reason) throws IOException {
        failure(what, reason.getMessage() == null ? reason.toString() : reason.getMessage());
    }

    void failure(String what, String reason) throws IOException {
        failed = true;
        System.err.println(what + " failed: " + reason);
        String brief = reason.lines().findFirst().orElse("").replace('|', '/');
        write("| **failed**: " + what + ": " + brief.substring(0, Math.min(REASON, brief.length()))
                + " |" + " |".repeat(Math.max(0, columns - 1)) + "\n");
    }

    void failures(Map<String, String> reasons) throws IOException {
        for (Map.Entry<String, String> reason : reasons.entrySet()) {
            failure(reason.getKey(), reason.getValue());
        }
    }

    boolean failed() {
        return failed;
    }

    private static String line(List<String> cells) {
        return "| " + String.join(" | ", cells) + " |\n";
    }

    private void write(String text) throws IOException {
        System.out.print(text);
        Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}
