package dev.baton.diff;

import dev.baton.graph.Description;
import dev.baton.graph.Kind;
import dev.baton.graph.StreamTable;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.lang.reflect.Proxy;
import java.util.Arrays;

/**
 * The bytes of a value and the live objects behind them. The objects tell which node of one stream is the same object
 * as which node of another; as long as they are kept here they cannot be collected.
 *
 * <p>{@link ObjectOutputStream} shows each object that it writes for the first time to {@code replaceObject}, in the
 * order of the handles; returned as they are, the bytes are the same as without.
 */
public final class Written {
    private final byte[] bytes;
    private final Object[] objects;

    private Written(byte[] bytes, Object[] objects) {
        this.bytes = bytes;
        this.objects = objects;
    }

    /**
     * Serialises a value.
     *
     * @throws IOException as {@link ObjectOutputStream#writeObject} does; so for whatever else comes out of the value's
     *                     classes
     */
    public static Written of(Object value) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        Output out = new Output(bytes);
        out.writeObject(value);
        out.close();
        return new Written(bytes.toByteArray(), Arrays.copyOf(out.objects, out.count));
    }

    public byte[] bytes() {
        return bytes;
    }

    /**
     * The object behind each node of the stream's table, null where there is none.
     *
     * @param table of {@link #bytes}
     * @return null where objects and nodes cannot be told to belong together
     */
    public Object[] byNode(StreamTable table) {
        Object[] live = zip(table, objects);
        // A writeReplace may give an object that was written before: it is shown again, but has no second node.
        return live != null ? live : zip(table, LiveIndex.withoutRepetitions(objects));
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

    private static final class Output extends ObjectOutputStream {
        private Object[] objects = new Object[16];
        private int count;

        Output(ByteArrayOutputStream out) throws IOException {
            super(out);
            enableReplaceObject(true);
        }

        @Override
        protected Object replaceObject(Object object) {
            if (count == objects.length) {
                objects = Arrays.copyOf(objects, count * 2);
            }
            objects[count++] = object;
            return object;
        }
    }
}
