package dev.baton.model;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A whole session as bytes: metadata and attributes by name, ascending. Immutable; arrays are shared, never changed.
 */
public final class SessionImage {
    private final SessionMeta meta;
    private final String[] names;
    private final byte[][] values;

    private SessionImage(SessionMeta meta, String[] names, byte[][] values) {
        this.meta = meta;
        this.names = names;
        this.values = values;
    }

    public static SessionImage of(SessionMeta meta, Map<String, byte[]> attributes) {
        TreeMap<String, byte[]> sorted = new TreeMap<>(attributes);
        return new SessionImage(meta, sorted.keySet().toArray(new String[0]), sorted.values().toArray(new byte[0][]));
    }

    /** An equal image, whose names are those of an image before it where these were equal. */
    public SessionImage sharing(SharedNames pool) {
        String[] shared = pool.shared(names);
        return shared == names ? this : new SessionImage(meta, shared, values);
    }

    /** Whether both have the same names, in one array. */
    public boolean sharesNames(SessionImage other) {
        return names == other.names;
    }

    public SessionMeta meta() {
        return meta;
    }

    public List<String> names() {
        return List.of(names);
    }

    /** The attribute's bytes, not to be changed, or null. */
    public byte[] attribute(String name) {
        int at = Arrays.binarySearch(names, name);
        return at < 0 ? null : values[at];
    }

    /** Attributes by name, ascending, a fresh map. */
    public TreeMap<String, byte[]> attributes() {
        TreeMap<String, byte[]> map = new TreeMap<>();
        for (int i = 0; i < names.length; i++) {
            map.put(names[i], values[i]);
        }
        return map;
    }

    /**
     * This image after a delta; this one is unchanged.
     *
     * @throws MalformedPatch where one of the changes does not fit; none was applied
     */
    public SessionImage apply(SessionDelta delta) throws MalformedPatch {
        SessionMeta newMeta = delta.meta() == null ? meta : delta.meta();
        boolean sameNames = true;
        byte[][] newValues = values.clone();
        for (AttributeChange c : delta.changes()) {
            int at = Arrays.binarySearch(names, c.name());
            byte[] after = c.apply(at < 0 ? null : values[at]);
            if (at < 0 ? after != null : after == null) {
                sameNames = false;
            } else if (at >= 0) {
                newValues[at] = after;
            }
        }
        if (sameNames) {
            return new SessionImage(newMeta, names, newValues);
        }
        TreeMap<String, byte[]> map = attributes();
        for (AttributeChange c : delta.changes()) {
            byte[] after = c.apply(map.get(c.name()));
            if (after == null) {
                map.remove(c.name());
            } else {
                map.put(c.name(), after);
            }
        }
        return of(newMeta, map);
    }

    /** Bytes of all attributes, metadata and names, roughly as they would travel. */
    public int size() {
        int sum = 32;
        for (int i = 0; i < names.length; i++) {
            sum += names[i].length() + values[i].length + 4;
        }
        if (meta.principal() != null) {
            sum += meta.principal().length;
        }
        if (meta.notes() != null) {
            sum += meta.notes().length;
        }
        return sum;
    }

    /** By how much this is larger than another one, in the terms of {@link #size}; quick where little differs. */
    public int growth(SessionImage before) {
        if (names != before.names || meta != before.meta) {
            return size() - before.size();
        }
        int growth = 0;
        for (int i = 0; i < values.length; i++) {
            growth += values[i] == before.values[i] ? 0 : values[i].length - before.values[i].length;
        }
        return growth;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof SessionImage i && meta.equals(i.meta) && Arrays.equals(names, i.names)
                && Arrays.deepEquals(values, i.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(names) * 31 + Arrays.deepHashCode(values);
    }

    @Override
    public String toString() {
        return "image of " + names.length + " attributes, " + size() + " bytes";
    }
}
