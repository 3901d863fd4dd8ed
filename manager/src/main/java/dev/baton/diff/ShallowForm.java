package dev.baton.diff;

import dev.baton.model.BoundedBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * What serialisation writes of one object without the objects that it refers to: the bytes, in which each other object
 * is a placeholder, and these objects in order. Two equal forms are written
 * alike, if the objects referred to are.
 */
final class ShallowForm {
    /** Made anew each time by owners that never change; what they refer to counts as the owner's. */
    private static final List<String> TRANSIENT_FORMS = List.of("java.time.Ser", "java.util.CollSer");

    final byte[] bytes;
    final Object[] refs;
    /** What is written instead of the object, or the object itself. */
    final Object written;

    private ShallowForm(byte[] bytes, Writer writer) {
        this.bytes = bytes;
        this.refs = writer.refs.toArray();
        this.written = writer.top;
    }

    /** @throws Shape.Unwalkable where it cannot be written */
    static ShallowForm of(Object object) throws Shape.Unwalkable {
        ByteArrayOutputStream bytes = new BoundedBytes(256);
        try (Writer writer = new Writer(bytes)) {
            writer.writeObject(object);
            writer.flush();
            return new ShallowForm(bytes.toByteArray(), writer);
        } catch (IOException | Error e) {
            // Of the object's own code, other than what is wrong with the JVM.
            if (e instanceof VirtualMachineError error && !(e instanceof StackOverflowError)) {
                throw error;
            }
            throw new Shape.Unwalkable(e.toString());
        }
    }

    /** Stands for one object: the stream gives each its number, and tells the same one by it. */
    private static final class Placeholder implements Serializable {
        private static final long serialVersionUID = 1L;
    }

    private static final class Writer extends ObjectOutputStream {
        private final List<Object> refs = new ArrayList<>();
        private Object top;

        Writer(ByteArrayOutputStream bytes) throws IOException {
            super(bytes);
            enableReplaceObject(true);
        }

        @Override
        protected Object replaceObject(Object object) {
            if (top == null) {
                top = object;
                return object;
            }
            if (object == top || TRANSIENT_FORMS.contains(object.getClass().getName())) {
                return object;
            }
            refs.add(object);
            return new Placeholder();
        }
    }
}
