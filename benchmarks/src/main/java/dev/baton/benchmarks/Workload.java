package dev.baton.benchmarks;

import java.util.Locale;

/** A kind of request. Every answer is a number that proves that no earlier change was lost. */
enum Workload {
    READ("/read", 0, "reads a mutable attribute of 4 KB"),
    COUNTER("/counter", 1, "sets a counter"),
    /** Changes one of the beans in place. */
    CART("/cart", 100, "changes 1 of 100 beans of a 16 KB cart"),
    /** Changes one attribute in place. */
    ONE_OF_50("/part", 50, "changes 1 of 50 attributes of 2 KB");

    final String path;
    /** Things that a session counts separately: each request that changes one is answered with its new number. */
    final int items;
    final String what;

    Workload(String path, int items, String what) {
        this.path = path;
        this.items = items;
        this.what = what;
    }

    /** Whether something is changed in place, and managers that see nothing else need {@code setAttribute}. */
    boolean inPlace() {
        return items > 1;
    }

    /** As in options and tables. */
    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
