package dev.baton.access;

import dev.baton.diff.Differencer;
import dev.baton.diff.Methods;
import dev.baton.model.Fence;
import dev.baton.model.SessionImage;
import dev.baton.model.SessionMeta;
import dev.baton.model.Stamp;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/** A session of real objects, serialised as the JDK does. */
final class LiveObjects implements ValueSerializer, ClientState.Problems {
    static final Fence FENCE = new Fence(1, 1);
    private static final SessionMeta META = new SessionMeta(1, 1800, null, null, null);

    final List<String> problems = new ArrayList<>();
    final List<String> written = new ArrayList<>();
    final List<String> made = new ArrayList<>();
    Runnable whileWriting = () -> { };
    /** Of the application as it is now. */
    ClassLoader loader = LiveObjects.class.getClassLoader();
    /** Whether what cannot be read is dropped: asked when that is found out. */
    BooleanSupplier drops = () -> false;

    /** A copy of a session with these attributes, as granted at version 5. */
    ClientState granted(Tracking tracking, Map<String, ?> attributes) {
        return granted(tracking, Methods.DEFAULT, attributes);
    }

    /** The same, with its changes found by these methods. */
    ClientState granted(Tracking tracking, Methods methods, Map<String, ?> attributes) {
        ClientState state = new ClientStates(1, this, tracking, new Differencer(methods), this, 10, false, 100,
                System::nanoTime, s -> { }).state("id");
        state.bring(image(attributes), new Stamp(FENCE, 5));
        state.token().gate().open(false, false);
        return state;
    }

    static SessionImage image(Map<String, ?> attributes) {
        TreeMap<String, byte[]> bytes = new TreeMap<>();
        attributes.forEach((name, value) -> bytes.put(name, bytes(value)));
        return SessionImage.of(META, bytes);
    }

    static AccessLog enter(ClientState state) {
        return state.stay(state.token().gate().tryEnter(), null);
    }

    static void leave(ClientState state, AccessLog log) {
        log.leave();
        state.token().gate().leave(log.pass(), false);
    }

    /** The names of what would be sent, which is the benchmark from here on. */
    static List<String> complete(AccessLog log) {
        Scan scan = log.scan(0);
        scan.accept(FENCE);
        return scan.changed();
    }

    static byte[] bytes(Object value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static Object read(byte[] bytes) throws IOException, ClassNotFoundException {
        return read(bytes, LiveObjects.class.getClassLoader());
    }

    static Object read(byte[] bytes, ClassLoader loader) throws IOException, ClassNotFoundException {
        return read(bytes, loader, new ArrayList<>());
    }

    private static Object read(byte[] bytes, ClassLoader loader, List<Object> made)
            throws IOException, ClassNotFoundException {
        made.clear();
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes)) {
            {
                enableResolveObject(true);
            }

            @Override
            protected Object resolveObject(Object object) {
                made.add(object);
                return object;
            }

            @Override
            protected Class<?> resolveClass(ObjectStreamClass description) throws ClassNotFoundException {
                return Class.forName(description.getName(), false, loader);
            }
        }) {
            return in.readObject();
        }
    }

    @Override
    public byte[] serialize(String name, Object value) throws NotSerializableAttribute {
        written.add(name);
        byte[] bytes;
        try {
            bytes = bytes(value);
        } catch (UncheckedIOException e) {
            throw new NotSerializableAttribute(name, name, value.getClass().getName(), e);
        }
        whileWriting.run();
        return bytes;
    }

    @Override
    public Object deserialize(String name, byte[] bytes) throws UnreadableAttribute {
        return deserialize(name, bytes, new ArrayList<>());
    }

    @Override
    public Object deserialize(String name, byte[] bytes, List<Object> read) throws UnreadableAttribute {
        try {
            return read(bytes, loader, read);
        } catch (IOException | ClassNotFoundException e) {
            throw new UnreadableAttribute(name, e);
        }
    }

    @Override
    public void unreadable(ClientState state, UnreadableAttribute problem) {
        problems.add(problem.getMessage());
    }

    @Override
    public void notSerializable(ClientState state, NotSerializableAttribute problem) {
        problems.add(problem.getMessage());
    }

    @Override
    public void made(ClientState state, String name, Object value) {
        made.add(name);
    }

    @Override
    public boolean dropsUnreadable() {
        return drops.getAsBoolean();
    }

    @Override
    public void restless(ClientState state, String attribute) {
        problems.add("restless " + attribute);
    }

    @Override
    public void notCompared(ClientState state, String attribute, RuntimeException fault) {
        problems.add("not compared " + attribute + ": " + fault.getMessage());
    }

    @Override
    public void doubtful(ClientState state, String attribute, String finding) {
        problems.add(attribute + ": " + finding);
    }
}
