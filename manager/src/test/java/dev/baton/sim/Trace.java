package dev.baton.sim;

import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What happened, one line an event. Lines are made only where somebody wants them; a running hash over them tells
 * whether two runs were the same.
 */
final class Trace {
    private final Consumer<String> sink;
    private final Scheduler scheduler;
    private long hash = 1469598103934665603L;

    /** @param sink takes each line, or null: then no line is made */
    Trace(Scheduler scheduler, Consumer<String> sink) {
        this.scheduler = scheduler;
        this.sink = sink;
    }

    boolean on() {
        return sink != null;
    }

    void line(String who, Supplier<String> text) {
        if (sink == null) {
            return;
        }
        long micros = scheduler.now() / 1_000;
        StringBuilder line = new StringBuilder(120);
        line.append(micros / 1_000_000).append('.');
        String fraction = Long.toString(1_000_000 + micros % 1_000_000);
        line.append(fraction, 1, fraction.length()).append(' ').append(who).append(' ').append(text.get());
        for (int i = 0; i < line.length(); i++) {
            hash = (hash ^ line.charAt(i)) * 1099511628211L;
        }
        sink.accept(line.toString());
    }

    long hash() {
        return hash;
    }
}
