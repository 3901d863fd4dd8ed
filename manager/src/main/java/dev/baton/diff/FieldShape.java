package dev.baton.diff;

import java.io.ObjectStreamClass;
import java.io.ObjectStreamField;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;

/**
 * Objects that are written field by field. Their fields are read by one method handle per class, put together from one
 * per field, which the JIT compiles as a whole: no reflection, and no bytecode of our own.
 */
final class FieldShape extends Shape {
    /** The fields of one handle; more of them take several, so that none is too deep to be compiled. */
    private static final int FIELDS_PER_HANDLE = 16;
    /** Code of a class that runs when its objects are read; by name alone, generously. */
    private static final List<String> READING = List.of("readObject", "readResolve", "readObjectNoData");
    private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();
    private static final Class<?>[] NOTED = {long[].class, int.class, Object[].class, int.class};
    private static final MethodType SAME =
            MethodType.methodType(boolean.class, Object.class, long[].class, int.class, Object[].class, int.class);
    private static final MethodType NOTE = SAME.changeReturnType(void.class);
    private static final MethodHandle SAME_PRIM = own("samePrim", boolean.class, int.class, long.class, long[].class,
            int.class);
    private static final MethodHandle SAME_REF = own("sameRef", boolean.class, int.class, Object.class, Object[].class,
            int.class);
    private static final MethodHandle NOTE_PRIM = own("notePrim", void.class, int.class, long.class, long[].class,
            int.class);
    private static final MethodHandle NOTE_REF = own("noteRef", void.class, int.class, Object.class, Object[].class,
            int.class);
    private static final MethodHandle FROM_BOOLEAN = own("fromBoolean", long.class, boolean.class);
    private static final MethodHandle FROM_FLOAT = own("fromFloat", long.class, float.class);
    private static final MethodHandle FROM_DOUBLE = own("fromDouble", long.class, double.class);

    private final MethodHandle[] same;
    private final MethodHandle[] note;
    private final boolean constant;
    /** See {@link #follows}. */
    private final boolean bare;
    /** Of the noted primitives and references, in this order: the fields they come from. */
    final List<Field> primFields;
    final List<Field> refFields;

    private FieldShape(List<Field> primFields, List<Field> refFields, MethodHandle[] same, MethodHandle[] note,
                       boolean constant, boolean bare) {
        this.primFields = primFields;
        this.refFields = refFields;
        this.same = same;
        this.note = note;
        this.constant = constant;
        this.bare = bare;
    }

    /**
     * The shape of a class that has no say in how it is written.
     *
     * @return null where its fields cannot be read, or are declared otherwise
     */
    static FieldShape of(Class<?> type) {
        List<Field> prims = new ArrayList<>();
        List<Field> refs = new ArrayList<>();
        List<MethodHandle> same = new ArrayList<>();
        List<MethodHandle> note = new ArrayList<>();
        for (Class<?> level : levels(type)) {
            for (ObjectStreamField written : ObjectStreamClass.lookup(level).getFields()) {
                Field field;
                MethodHandle getter;
                try {
                    field = level.getDeclaredField(written.getName());
                    if (field.getType() != written.getType() || Modifier.isStatic(field.getModifiers())) {
                        return null;
                    }
                    getter = MethodHandles.privateLookupIn(level, LOOKUP).unreflectGetter(field);
                } catch (ReflectiveOperationException e) {
                    return null;
                }
                List<Field> group = field.getType().isPrimitive() ? prims : refs;
                same.add(same(getter, group.size()));
                note.add(note(getter, group.size()));
                group.add(field);
            }
        }
        return new FieldShape(List.copyOf(prims), List.copyOf(refs), chunks(same, true), chunks(note, false),
                type.isRecord(), bare(type));
    }

    /** The class and those above it that are written, topmost first. */
    static List<Class<?>> levels(Class<?> type) {
        List<Class<?>> levels = new ArrayList<>();
        for (Class<?> c = type; c != null && java.io.Serializable.class.isAssignableFrom(c); c = c.getSuperclass()) {
            levels.add(0, c);
        }
        return levels;
    }

    /**
     * Whether objects of the class are nothing but their serialised fields, and are read without a say of the class: no
     * other field can hold something made of what these fields were before.
     */
    private static boolean bare(Class<?> type) {
        if (type.isRecord() || type.getClassLoader() == null) {
            return false;
        }
        for (Class<?> c = type; c != Object.class; c = c.getSuperclass()) {
            try {
                if (!bareLevel(c)) {
                    return false;
                }
            } catch (LinkageError | TypeNotPresentException e) {
                return false; // a method that names a class which is not there
            }
        }
        return true;
    }

    private static boolean bareLevel(Class<?> type) {
        boolean written = java.io.Serializable.class.isAssignableFrom(type);
        for (Method method : type.getDeclaredMethods()) {
            if (READING.contains(method.getName())) {
                return false;
            }
        }
        for (Field field : type.getDeclaredFields()) {
            boolean unwritten = !written || Modifier.isTransient(field.getModifiers());
            if (!Modifier.isStatic(field.getModifiers()) && unwritten
                    || field.getName().equals("serialPersistentFields")) {
                return false;
            }
        }
        return true;
    }

    @Override
    boolean follows(Object[] refs, int from, int to) {
        return bare;
    }

    @Override
    void note(Object live, Notes notes) throws Unwalkable {
        notes.reserve(primFields.size(), refFields.size());
        int from = notes.refCount;
        note(live, notes.prims, notes.primCount, notes.refs, from);
        notes.primCount += primFields.size();
        notes.refCount += refFields.size();
        for (int i = from; i < notes.refCount; i++) {
            notes.discover(notes.refs[i]);
        }
    }

    /** The object's fields from those places on. */
    void note(Object live, long[] prims, int p, Object[] refs, int r) {
        try {
            for (MethodHandle handle : note) {
                handle.invokeExact(live, prims, p, refs, r);
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    boolean same(Object live, Reader notes) {
        if (!constant && !same(live, notes.prims, notes.primAt, notes.refs, notes.refAt)) {
            return false;
        }
        skip(notes);
        return true;
    }

    @Override
    void skip(Reader notes) {
        notes.skip(primFields.size(), refFields.size());
    }

    private boolean same(Object live, long[] prims, int p, Object[] refs, int r) {
        try {
            for (MethodHandle handle : same) {
                if (!(boolean) handle.invokeExact(live, prims, p, refs, r)) {
                    return false;
                }
            }
            return true;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static MethodHandle same(MethodHandle getter, int at) {
        return getter.type().returnType().isPrimitive()
                ? MethodHandles.dropArguments(filtered(SAME_PRIM, asLong(getter), at), 3, Object[].class, int.class)
                : MethodHandles.dropArguments(filtered(SAME_REF, asObject(getter), at), 1, long[].class, int.class);
    }

    private static MethodHandle note(MethodHandle getter, int at) {
        return getter.type().returnType().isPrimitive()
                ? MethodHandles.dropArguments(filtered(NOTE_PRIM, asLong(getter), at), 3, Object[].class, int.class)
                : MethodHandles.dropArguments(filtered(NOTE_REF, asObject(getter), at), 1, long[].class, int.class);
    }

    private static MethodHandle filtered(MethodHandle of, MethodHandle getter, int at) {
        return MethodHandles.filterArguments(MethodHandles.insertArguments(of, 0, at), 0, getter);
    }

    private static MethodHandle asLong(MethodHandle getter) {
        Class<?> type = getter.type().returnType();
        MethodHandle value = type == boolean.class ? MethodHandles.filterReturnValue(getter, FROM_BOOLEAN)
                : type == float.class ? MethodHandles.filterReturnValue(getter, FROM_FLOAT)
                : type == double.class ? MethodHandles.filterReturnValue(getter, FROM_DOUBLE) : getter;
        return value.asType(MethodType.methodType(long.class, Object.class));
    }

    private static MethodHandle asObject(MethodHandle getter) {
        return getter.asType(MethodType.methodType(Object.class, Object.class));
    }

    private static MethodHandle[] chunks(List<MethodHandle> each, boolean test) {
        List<MethodHandle> chunks = new ArrayList<>();
        for (int from = 0; from < each.size(); from += FIELDS_PER_HANDLE) {
            List<MethodHandle> some = each.subList(from, Math.min(each.size(), from + FIELDS_PER_HANDLE));
            MethodHandle chain = some.get(some.size() - 1).asType(test ? SAME : NOTE);
            for (int i = some.size() - 2; i >= 0; i--) {
                chain = test ? MethodHandles.guardWithTest(some.get(i), chain,
                        MethodHandles.dropArguments(MethodHandles.dropArguments(
                                MethodHandles.constant(boolean.class, false), 0, NOTED), 0, Object.class))
                        : MethodHandles.foldArguments(chain, some.get(i));
            }
            chunks.add(chain);
        }
        return chunks.toArray(new MethodHandle[0]);
    }

    private static MethodHandle own(String name, Class<?> result, Class<?>... parameters) {
        try {
            return LOOKUP.findStatic(FieldShape.class, name, MethodType.methodType(result, parameters));
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static boolean samePrim(int field, long now, long[] prims, int p) {
        return prims[p + field] == now;
    }

    private static boolean sameRef(int field, Object now, Object[] refs, int r) {
        Object then = refs[r + field];
        return now == then || Leaves.equal(now, then);
    }

    private static void notePrim(int field, long now, long[] prims, int p) {
        prims[p + field] = now;
    }

    private static void noteRef(int field, Object now, Object[] refs, int r) {
        refs[r + field] = now;
    }

    private static long fromBoolean(boolean value) {
        return value ? 1 : 0;
    }

    private static long fromFloat(float value) {
        return Float.floatToRawIntBits(value);
    }

    private static long fromDouble(double value) {
        return Double.doubleToRawLongBits(value);
    }
}
