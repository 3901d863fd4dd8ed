package dev.baton.diff;

import java.io.Externalizable;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.Serializable;

/** The shape of each class, found once and kept with the class itself, so that no application's classes are held. */
final class Shapes {
    private static final ClassValue<Shape> SHAPES = new ClassValue<>() {
        @Override
        protected Shape computeValue(Class<?> type) {
            return shapeOf(type);
        }
    };

    private Shapes() {
    }

    static Shape of(Object object) {
        return SHAPES.get(object.getClass());
    }

    private static Shape shapeOf(Class<?> type) {
        if (Mutability.proven(type)) {
            return new Leaf();
        }
        if (type.isArray()) {
            return ArrayShapes.of(type);
        }
        Shape known = CollectionShapes.of(type);
        if (known != null) {
            return known;
        }
        if (!Serializable.class.isAssignableFrom(type)) {
            return new NotSerializable();
        }
        if (FixedShape.isFor(type)) {
            return new FixedShape();
        }
        Shape fields = null;
        try {
            fields = plain(type) ? FieldShape.of(type) : null;
        } catch (LinkageError | RuntimeException e) {
            // A class of the application with parts missing, or closed to us: as it writes itself.
        }
        return fields == null ? new OpaqueShape() : fields;
    }

    /** Whether objects of the class are written by their fields, by nothing but their fields. */
    private static boolean plain(Class<?> type) {
        return !Externalizable.class.isAssignableFrom(type) && !replaces(type)
                && (type.isRecord() || !writesItself(type)) && ObjectStreamClass.lookup(type) != null;
    }

    static boolean writesItself(Class<?> type) {
        for (Class<?> level : FieldShape.levels(type)) {
            if (declares(level, "writeObject", ObjectOutputStream.class)) {
                return true;
            }
        }
        return false;
    }

    /** Generously: also one that serialisation would not call. */
    static boolean replaces(Class<?> type) {
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            if (declares(c, "writeReplace")) {
                return true;
            }
        }
        return false;
    }

    private static boolean declares(Class<?> type, String method, Class<?>... parameters) {
        try {
            type.getDeclaredMethod(method, parameters);
            return true;
        } catch (NoSuchMethodException e) {
            return false;
        }
    }

    private static final class Leaf extends Shape {
        @Override
        boolean leaf() {
            return true;
        }

        @Override
        void note(Object live, Notes notes) {
        }

        @Override
        boolean same(Object live, Reader notes) {
            return true;
        }

        @Override
        void skip(Reader notes) {
        }
    }

    private static final class NotSerializable extends Shape {
        @Override
        void note(Object live, Notes notes) throws Unwalkable {
            throw new Unwalkable(live.getClass().getName() + " is not serialisable");
        }

        @Override
        boolean same(Object live, Reader notes) {
            return false;
        }

        @Override
        void skip(Reader notes) {
        }
    }
}
