package dev.baton.diff;

import dev.baton.graph.Description;
import dev.baton.graph.Kind;
import dev.baton.graph.StreamTable;
import java.lang.reflect.Proxy;
import java.util.List;

/**
 * Which live object stands behind which node of a stream. {@link java.io.ObjectOutputStream} shows each object that it
 * writes for the first time to {@code replaceObject}, in the order of the handles.
 */
final class LiveNodes {
    private LiveNodes() {
    }

    /**
     * @param met what {@code replaceObject} was shown while the table's bytes were written
     * @return the object of each node, null for nodes without; null where objects and nodes do not belong together
     */
    static Object[] of(StreamTable table, List<Object> met) {
        Object[] objects = met.toArray();
        Object[] live = zip(table, objects);
        // A writeReplace may give null, or an object that was written before: that is shown too, but has no node.
        return live != null ? live : zip(table, LiveIndex.withoutRepetitions(objects));
    }

    /**
     * {@link java.io.ObjectInputStream} shows each object that it has read to {@code resolveObject}, when it is
     * complete: after those that first stand inside it.
     *
     * @param made what {@code resolveObject} was shown while the table's bytes were read
     * @return as above
     */
    static Object[] ofRead(StreamTable table, List<Object> made) {
        Object[] written = new Object[made.size()];
        int[] open = new int[written.length];
        int[] place = new int[written.length];
        int depth = 0;
        int met = 0;
        int complete = 0;
        for (int node = 0; node < table.count(); node++) {
            if (table.live(node)) {
                if (met == written.length) {
                    return null;
                }
                while (depth > 0 && table.end(open[depth - 1]) <= table.start(node)) {
                    written[place[--depth]] = made.get(complete++);
                }
                open[depth] = node;
                place[depth++] = met++;
            }
        }
        while (depth > 0) {
            written[place[--depth]] = made.get(complete++);
        }
        return zip(table, written);
    }

    private static Object[] zip(StreamTable table, Object[] objects) {
        Object[] live = new Object[table.count()];
        Class<?>[] classes = new Class<?>[table.count()];
        int next = 0;
        for (int node = 0; node < live.length; node++) {
            if (table.live(node)) {
                if (next == objects.length || !fits(table, node, objects[next], classes)) {
                    return null;
                }
                live[node] = objects[next++];
            }
        }
        return next == objects.length ? live : null;
    }

    /** @param classes by the numbers of their descriptors, so that each name is compared once */
    private static boolean fits(StreamTable table, int node, Object object, Class<?>[] classes) {
        if (object == null) {
            return false; // given by a writeReplace or a readResolve
        }
        Kind kind = table.kind(node);
        if (kind == Kind.STRING) {
            return object instanceof String;
        }
        if (kind == Kind.ENUM) {
            return object instanceof Enum;
        }
        Description description = table.description(node);
        if (classes[description.node()] == object.getClass()) {
            return true;
        }
        boolean same = table.kind(description.node()) == Kind.PROXY_DESCRIPTOR
                ? Proxy.isProxyClass(object.getClass()) : description.name().equals(object.getClass().getName());
        if (same) {
            classes[description.node()] = object.getClass();
        }
        return same;
    }
}
