package dev.baton.diff;

import java.io.Externalizable;
import java.lang.annotation.Annotation;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which values can never change in place (T2, T3), so that having read one is no reason to compare it.
 *
 * <p>Sure of: the JDK's plain values and enums (see {@link Leaves}); records and final classes of the application whose
 * fields are all final, where each is of such a type; of others of these, and of the collections that {@code List.of},
 * {@code Set.of} and {@code Map.of} make, those objects that refer to immutable ones only. Takes the application's word
 * for classes with an annotation named {@code Immutable}, but for Hibernate's. Whatever is not known to be immutable is
 * compared, which costs time, never a change.
 */
public final class Mutability {
    /** A value of more parts is compared. */
    private static final int MOST_PARTS = 1_000;
    private static final int DEEPEST = 64;
    /** Hibernate's says that changes of an object are not stored in the database, not that there are none. */
    private static final String OF_DATABASE_ROWS = "org.hibernate.";
    private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();
    private static final MethodHandle[] NONE = {};

    /** What is known of a class. */
    private record Verdict(boolean always, boolean collection, boolean claimed, MethodHandle[] toAsk) {
        static final Verdict ALWAYS = new Verdict(true, false, false, NONE);
        static final Verdict NEVER = new Verdict(false, false, false, null);
        static final Verdict CLAIMED = new Verdict(false, false, true, null);
        static final Verdict COLLECTION = new Verdict(false, true, false, null);
    }

    /** Remembered with the class itself, so that an undeployed application's classes are not held. */
    private static final ClassValue<Verdict> JUDGED = new ClassValue<>() {
        @Override
        protected Verdict computeValue(Class<?> type) {
            try {
                return judge(type, new LinkedHashMap<>());
            } catch (RuntimeException | LinkageError e) {
                // Parts of the class are missing.
                return Verdict.NEVER;
            }
        }
    };

    private Mutability() {
    }

    /** Whether no object of this class ever changes, or refers to one that does; claims do not count. */
    static boolean proven(Class<?> type) {
        return JUDGED.get(type).always;
    }

    /** Whether this value never changes in place; null does not. Any threads. */
    public static boolean immutable(Object value) {
        return immutable(value, new int[] {MOST_PARTS}, DEEPEST, true);
    }

    /** As {@link #immutable}, where a class's own word does not count. */
    public static boolean proven(Object value) {
        return immutable(value, new int[] {MOST_PARTS}, DEEPEST, false);
    }

    private static boolean immutable(Object value, int[] parts, int depth, boolean trusting) {
        if (value == null) {
            return true;
        }
        Verdict verdict = JUDGED.get(value.getClass());
        if (verdict.always || trusting && verdict.claimed) {
            return true;
        }
        if (--parts[0] < 0 || depth == 0) {
            return false;
        }
        if (verdict.collection) {
            return value instanceof Map<?, ?> map
                    ? all(map.keySet(), parts, depth, trusting) && all(map.values(), parts, depth, trusting)
                    : all((Collection<?>) value, parts, depth, trusting);
        }
        if (verdict.toAsk == null) {
            return false;
        }
        for (MethodHandle getter : verdict.toAsk) {
            if (!immutable(get(getter, value), parts, depth - 1, trusting)) {
                return false;
            }
        }
        return true;
    }

    private static boolean all(Collection<?> parts, int[] limit, int depth, boolean trusting) {
        for (Object part : parts) {
            if (--limit[0] < 0 || !immutable(part, limit, depth - 1, trusting)) {
                return false;
            }
        }
        return true;
    }

    private static Object get(MethodHandle getter, Object value) {
        try {
            return (Object) getter.invokeExact(value);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** @param judged on the way to the first verdict that was asked for: there may be many ways to a class */
    private static Verdict judge(Class<?> type, Map<Class<?>, Verdict> judged) {
        Verdict known = judged.get(type);
        if (known != null) {
            return known;
        }
        // As long as it waits for those of its fields: a cycle is left to be found out per object.
        judged.put(type, Verdict.NEVER);
        Verdict verdict = verdict(type, judged);
        judged.put(type, verdict);
        return verdict;
    }

    private static Verdict verdict(Class<?> type, Map<Class<?>, Verdict> judged) {
        String name = type.getName();
        if (Leaves.is(type)) {
            return Verdict.ALWAYS;
        }
        if (name.startsWith("java.")) {
            // Not their iterators.
            boolean collection = Collection.class.isAssignableFrom(type) || Map.class.isAssignableFrom(type);
            return collection && (name.startsWith("java.util.ImmutableCollections$")
                    || name.startsWith("java.util.Collections$Empty")
                    || name.startsWith("java.util.Collections$Singleton")) ? Verdict.COLLECTION : Verdict.NEVER;
        }
        for (Annotation annotation : type.getDeclaredAnnotations()) {
            Class<?> claim = annotation.annotationType();
            if (claim.getSimpleName().equals("Immutable") && !claim.getName().startsWith(OF_DATABASE_ROWS)) {
                return Verdict.CLAIMED;
            }
        }
        if (!Modifier.isFinal(type.getModifiers()) || type.isArray() || writesItself(type)) {
            return Verdict.NEVER;
        }
        List<MethodHandle> toAsk = new ArrayList<>();
        for (Class<?> c = type; c != Object.class && c != Record.class && c != Number.class; c = c.getSuperclass()) {
            if (c.getName().startsWith("java.")) {
                return Verdict.NEVER;
            }
            for (Field field : c.getDeclaredFields()) {
                if (field.getName().equals("serialPersistentFields")) {
                    return Verdict.NEVER; // transient ones may be written all the same
                }
                if (Modifier.isStatic(field.getModifiers()) || Modifier.isTransient(field.getModifiers())) {
                    continue;
                }
                if (!Modifier.isFinal(field.getModifiers())) {
                    return Verdict.NEVER;
                }
                if (!sure(field.getType(), judged)) {
                    MethodHandle getter = getter(c, field);
                    if (getter == null) {
                        return Verdict.NEVER;
                    }
                    toAsk.add(getter);
                }
            }
        }
        return toAsk.isEmpty() ? Verdict.ALWAYS : new Verdict(false, false, false, toAsk.toArray(NONE));
    }

    /** Whether a field of this type surely refers to something immutable, whatever object it is. */
    private static boolean sure(Class<?> type, Map<Class<?>, Verdict> judged) {
        return type.isPrimitive() || Modifier.isFinal(type.getModifiers()) && judge(type, judged).always
                || type.isEnum();
    }

    private static MethodHandle getter(Class<?> type, Field field) {
        try {
            return MethodHandles.privateLookupIn(type, LOOKUP).unreflectGetter(field)
                    .asType(MethodType.methodType(Object.class, Object.class));
        } catch (IllegalAccessException e) {
            return null;
        }
    }

    /** What such a class writes need not be what its fields say. Lambdas are written as what they captured. */
    private static boolean writesItself(Class<?> type) {
        return !type.isHidden() && (Externalizable.class.isAssignableFrom(type) || Shapes.replaces(type)
                || Shapes.writesItself(type));
    }
}
