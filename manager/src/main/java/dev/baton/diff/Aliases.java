package dev.baton.diff;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Finds objects that can change and that two attributes of a session refer to. */
public final class Aliases {
    /** Pairs told of at once. */
    private static final int MOST = 100;

    /**
     * Two attributes that share an object.
     *
     * @param first     name, before {@code second} in order
     * @param className class of an object that they share, the first one met
     */
    public record Alias(String first, String second, String className) {}

    private Aliases() {
    }

    /** Each pair once. Attributes of which no snapshot is at hand are left out. */
    public static List<Alias> among(Map<String, Benchmark> attributes) {
        List<Alias> found = new ArrayList<>();
        NodeTable all = new NodeTable();
        List<String> owners = new ArrayList<>();
        for (Map.Entry<String, Benchmark> e : new TreeMap<>(attributes).entrySet()) {
            Snapshot snapshot = e.getValue().snapshot();
            if (snapshot == null) {
                continue;
            }
            List<String> told = new ArrayList<>();
            for (Object node : snapshot.nodes) {
                int at = all.find(node);
                if (at < 0) {
                    all.add(node);
                    owners.add(e.getKey());
                } else if (!owners.get(at).equals(e.getKey()) && !told.contains(owners.get(at))
                        && !Mutability.immutable(node) && found.size() < MOST) {
                    told.add(owners.get(at));
                    found.add(new Alias(owners.get(at), e.getKey(), node.getClass().getName()));
                }
            }
        }
        return found;
    }
}
