package dev.baton.tomcat;

import dev.baton.access.NotSerializableAttribute;
import dev.baton.access.UnreadableAttribute;
import dev.baton.access.ValueSerializer;
import dev.baton.model.BoundedBytes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InvalidClassException;
import java.io.NotSerializableException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.OutputStream;
import java.lang.reflect.Proxy;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * JDK serialisation with the web application's class loader and an input filter. One per start of the application, so
 * that nothing refers to the class loader of a former one. Any number of threads.
 */
final class WebappSerializer implements ValueSerializer {
    private final ClassLoader loader;
    private final ObjectInputFilter filter;
    private final long maxSessionBytes;
    private final BiConsumer<String, Class<?>> warning;
    /** Whether the filter would refuse a class. Weak, so that classes which come and go may go. */
    private final ClassValue<Boolean> refused = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            return filter != null
                    && filter.checkInput(new SerialFilter.Asked(type)) == ObjectInputFilter.Status.REJECTED;
        }
    };
    /** What {@link PlainForm} reads and the filter lets through. */
    private final Set<Class<?>> primitives = new HashSet<>();

    WebappSerializer(ClassLoader loader, ObjectInputFilter filter) {
        this(loader, filter, Long.MAX_VALUE, (attribute, type) -> { });
    }

    /** @param warning told of an attribute that is written with a class which the filter will not let through again */
    WebappSerializer(ClassLoader loader, ObjectInputFilter filter, long maxSessionBytes,
                     BiConsumer<String, Class<?>> warning) {
        this.loader = loader;
        this.filter = filter;
        this.maxSessionBytes = maxSessionBytes;
        this.warning = warning;
        for (Object each : List.of(0, 0L, false)) {
            try {
                primitives.add(stream(write(each), null).getClass());
            } catch (IOException | ClassNotFoundException refused) {
                // The streams will say so whenever there is such a value.
            }
        }
    }

    @Override
    public long maxSessionBytes() {
        return maxSessionBytes;
    }

    @Override
    public byte[] serialize(String name, Object value) throws NotSerializableAttribute {
        return serialize(name, value, null);
    }

    @Override
    public byte[] serialize(String name, Object value, List<Object> met) throws NotSerializableAttribute {
        try {
            byte[] plain = PlainForm.write(value);
            if (plain == null) {
                return write(name, value, met);
            }
            if (met != null) {
                met.clear();
                met.add(value);
            }
            if (!(value instanceof String)) {
                ask(name, value.getClass());
            }
            return plain;
        } catch (NotSerializableException e) {
            SerialPath.Culprit culprit = SerialPath.find(name, value);
            throw culprit == null ? new NotSerializableAttribute(name, name, e.getMessage(), e)
                    : new NotSerializableAttribute(name, culprit.path(), culprit.className(), e);
        } catch (BoundedBytes.TooLarge e) {
            throw new NotSerializableAttribute(name, name, value.getClass().getName() + " of " + e.getMessage(), null);
        } catch (IOException | Error e) {
            // A writeObject of the application. A RuntimeException passes: mostly another thread was changing the value.
            passOn(e);
            throw new NotSerializableAttribute(name, name, value.getClass().getName(), e);
        }
    }

    @Override
    public Object deserialize(String name, byte[] bytes) throws UnreadableAttribute {
        return deserialize(name, bytes, null);
    }

    @Override
    public Object deserialize(String name, byte[] bytes, List<Object> made) throws UnreadableAttribute {
        try {
            return read(bytes, made);
        } catch (IOException | ClassNotFoundException | RuntimeException | Error e) {
            passOn(e);
            throw new UnreadableAttribute(name, e);
        }
    }

    /** What is wrong with the JVM is no matter of the attribute; that it recursed too deep is. */
    private static void passOn(Throwable t) {
        if (t instanceof VirtualMachineError error && !(t instanceof StackOverflowError)) {
            throw error;
        }
    }

    static byte[] write(Object value) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(value);
        }
        return bytes.toByteArray();
    }

    private byte[] write(String name, Object value, List<Object> met) throws IOException {
        if (met != null) {
            met.clear();
        }
        ByteArrayOutputStream bytes = new BoundedBytes(512);
        try (ObjectOutputStream out = new Output(bytes, name, met)) {
            out.writeObject(value);
        }
        return bytes.toByteArray();
    }

    private void ask(String name, Class<?> type) {
        if (refused.get(type)) {
            warning.accept(name, type);
        }
    }

    /** Writes the same bytes, and notes what it meets. Classes are asked about as they will be when they are read. */
    private final class Output extends ObjectOutputStream {
        private final String name;
        /** Filled with what was written; null where nobody wants to know. */
        private final List<Object> met;

        Output(OutputStream out, String name, List<Object> met) throws IOException {
            super(out);
            this.name = name;
            this.met = met;
            enableReplaceObject(met != null);
        }

        @Override
        protected void annotateClass(Class<?> type) {
            ask(name, type);
        }

        /** The class itself will be one of the application. */
        @Override
        protected void annotateProxyClass(Class<?> type) {
            for (Class<?> each : type.getInterfaces()) {
                ask(name, each);
            }
        }

        @Override
        protected Object replaceObject(Object object) {
            met.add(object);
            return object;
        }
    }

    Object read(byte[] bytes) throws IOException, ClassNotFoundException {
        return read(bytes, null);
    }

    private Object read(byte[] bytes, List<Object> made) throws IOException, ClassNotFoundException {
        Object plain = plain(bytes);
        if (made != null) {
            made.clear();
            if (plain != null) {
                made.add(plain);
            }
        }
        return plain != null ? plain : stream(bytes, made);
    }

    private Object stream(byte[] bytes, List<Object> made) throws IOException, ClassNotFoundException {
        try (Input in = new Input(bytes, made)) {
            try {
                return in.readObject();
            } catch (InvalidClassException e) {
                throw in.refused == null ? e : new InvalidClassException(in.refused.getName(), e.getMessage());
            }
        }
    }

    /** A value that is read without streams, where the filter lets it through as it does there; else null. */
    private Object plain(byte[] bytes) throws IOException {
        Object value = PlainForm.readPrimitive(bytes);
        // As the streams, which ask about everything but texts.
        return value == null ? PlainForm.readText(bytes) : primitives.contains(value.getClass()) ? value : null;
    }

    private final class Input extends ObjectInputStream {
        /** Filled with what was read; null where nobody wants to know. */
        private final List<Object> made;
        /** By the filter, of which the JDK does not name the class. */
        private Class<?> refused;

        Input(byte[] bytes, List<Object> made) throws IOException {
            super(new ByteArrayInputStream(bytes));
            this.made = made;
            enableResolveObject(made != null);
            // An array of zeros takes as many bytes as any other; a table of hashes a few places for each entry.
            long longest = 1_024 + 16L * bytes.length;
            setObjectInputFilter(info -> {
                ObjectInputFilter.Status said = info.arrayLength() > longest ? ObjectInputFilter.Status.REJECTED
                        : filter == null ? ObjectInputFilter.Status.UNDECIDED : filter.checkInput(info);
                if (said == ObjectInputFilter.Status.REJECTED) {
                    refused = info.serialClass();
                }
                return said;
            });
        }

        @Override
        protected Object resolveObject(Object object) {
            made.add(object);
            return object;
        }

        @Override
        protected Class<?> resolveClass(ObjectStreamClass description) throws IOException, ClassNotFoundException {
            try {
                return Class.forName(description.getName(), false, loader);
            } catch (ClassNotFoundException e) {
                try {
                    return super.resolveClass(description);
                } catch (ClassNotFoundException notPrimitiveEither) {
                    throw e;
                }
            }
        }

        @Override
        @SuppressWarnings("deprecation")
        protected Class<?> resolveProxyClass(String[] interfaces) throws ClassNotFoundException {
            Class<?>[] types = new Class<?>[interfaces.length];
            for (int i = 0; i < interfaces.length; i++) {
                types[i] = Class.forName(interfaces[i], false, loader);
            }
            try {
                return Proxy.getProxyClass(loader, types);
            } catch (IllegalArgumentException e) {
                throw new ClassNotFoundException("proxy of " + String.join(", ", interfaces), e);
            }
        }
    }
}
