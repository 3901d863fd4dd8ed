package dev.baton.diff;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Remembers that the attributes of a session share no object that can change, for as long as they consist of the same
 * objects: then what is changed through one of them changes no other. To find out costs about as much as looking at all
 * attributes some times, so it is tried when that has been done some times in vain (the rule of the ski rental: never more
 * than twice the cost of the better choice).
 *
 * <p>One thread at a time.
 */
public final class Separation {
    private static final int PATIENCE = 3;

    /** The nodes of each attribute, in the order of the attributes. */
    private List<Object[]> seen = List.of();
    private int times;
    private boolean separate;
    private int revision;

    /**
     * Whether this held when that number was the caller's: it is another one whenever an attribute may have come to
     * consist of other objects.
     */
    public boolean holds(int now) {
        return separate && revision == now;
    }

    /**
     * Whether these attributes are known to share nothing.
     *
     * @param attributes name and benchmark of all attributes that exist as objects and can change; their benchmarks are
     *                   of these objects
     * @param now        see {@link #holds(int)}; taken before
     */
    public boolean holds(Map<String, Benchmark> attributes, int now) {
        revision = now;
        boolean same = attributes.size() == seen.size();
        List<Object[]> all = new ArrayList<>(attributes.size());
        for (Benchmark benchmark : attributes.values()) {
            Object[] nodes = benchmark.nodes();
            if (nodes == null) {
                seen = List.of();
                separate = false;
                return false;
            }
            same = same && Arrays.equals(seen.get(all.size()), nodes, Snapshot.IDENTITY);
            all.add(nodes);
        }
        seen = all;
        if (!same) {
            times = 0;
            separate = false;
        } else if (!separate && ++times == PATIENCE) {
            separate = known(attributes.values()) && Aliases.among(attributes).isEmpty();
        }
        return separate;
    }

    private static boolean known(Iterable<Benchmark> benchmarks) {
        for (Benchmark benchmark : benchmarks) {
            Snapshot snapshot = benchmark.snapshot();
            if (snapshot == null || snapshot.opaque()) {
                return false;
            }
        }
        return true;
    }
}
