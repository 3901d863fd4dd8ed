package dev.baton.model;

import java.util.Arrays;
import java.util.TreeMap;

/**
 * Lists of attribute names that sessions have alike, so that each is in memory once. Bounded; one thread at a time.
 */
public final class SharedNames {
    private static final int MOST = 1_000;

    private final TreeMap<String[], String[]> known = new TreeMap<>(Arrays::compare);

    /** The same names, ascending; the same array for equal ones as long as it is remembered. */
    String[] shared(String[] names) {
        String[] before = known.get(names);
        if (before != null) {
            return before;
        }
        if (known.size() == MOST) {
            known.clear();
        }
        known.put(names, names);
        return names;
    }
}
