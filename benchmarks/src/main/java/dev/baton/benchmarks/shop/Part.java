package dev.baton.benchmarks.shop;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/** One of the many attributes of a session: about 2 KB when serialised. */
final class Part implements Serializable {
    static final int PARTS = 50;
    private static final int LINES = 30;
    private static final long serialVersionUID = 1L;

    private final List<String> lines = new ArrayList<>();
    private int changes;

    Part(int number) {
        for (int i = 0; i < LINES; i++) {
            lines.add("line " + i + " of part " + number + ", which says "
                    + Integer.toHexString((number * LINES + i) * 0x9e3779b9) + " and no more than that");
        }
    }

    static String name(int number) {
        return "part" + number;
    }

    /** Changes this in place; gives how often that was done. */
    int change() {
        return ++changes;
    }
}
