package dev.baton.demo.launcher;

import java.util.Locale;
import java.util.function.Consumer;

/** Lines for the person at the terminal, each with the seconds since the start. May be used from any thread. */
final class Progress {
    private final long startNanos = System.nanoTime();
    private final Consumer<String> out;

    Progress(Consumer<String> out) {
        this.out = out;
    }

    void say(String format, Object... args) {
        double seconds = (System.nanoTime() - startNanos) / 1e9;
        out.accept(String.format(Locale.ROOT, "[%5.1f s] ", seconds) + String.format(Locale.ROOT, format, args));
    }

    /** A line that stands for itself. */
    void plain(String line) {
        out.accept(line);
    }

    static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.2f s", nanos / 1e9);
    }
}
