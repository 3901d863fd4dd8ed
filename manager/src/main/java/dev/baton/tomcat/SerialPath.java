package dev.baton.tomcat;

import java.io.Externalizable;
import java.io.Serializable;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * Finds which part of a value cannot be serialised, so that a log line can name it. Walks the fields that JDK
 * serialisation would write, nearest first; only used after serialising failed. A guess where classes write themselves
 * ({@code writeObject}) or hide their fields from reflection.
 */
final class SerialPath {
    private static final int MAX_OBJECTS = 100_000;

    private SerialPath() {
    }

    /** @param path from the attribute's name on, {@code cart.items[3].connection} */
    record Culprit(String path, String className) {}

    private record Step(String path, Object value) {}

    /** The nearest culprit, or null where none is found. */
    static Culprit find(String name, Object root) {
        IdentityHashMap<Object, Boolean> seen = new IdentityHashMap<>();
        ArrayDeque<Step> open = new ArrayDeque<>();
        open.add(new Step(name, root));
        while (!open.isEmpty() && seen.size() < MAX_OBJECTS) {
            Step step = open.poll();
            Object value = step.value();
            if (value == null || value instanceof String || value instanceof Enum || seen.put(value, true) != null) {
                continue;
            }
            if (!(value instanceof Serializable)) {
                return new Culprit(step.path(), value.getClass().getName());
            }
            if (!(value instanceof Externalizable)) {
                expand(step, open);
            }
        }
        return null;
    }

    private static void expand(Step step, ArrayDeque<Step> open) {
        Object value = step.value();
        if (value.getClass().isArray()) {
            if (!value.getClass().getComponentType().isPrimitive()) {
                for (int i = 0; i < Array.getLength(value) && open.size() < MAX_OBJECTS; i++) {
                    open.add(new Step(step.path() + "[" + i + "]", Array.get(value, i)));
                }
            }
        } else if (value instanceof Collection<?> all && inJdk(value)) {
            int i = 0;
            for (Object each : all) {
                if (open.size() >= MAX_OBJECTS) {
                    return;
                }
                open.add(new Step(step.path() + "[" + i++ + "]", each));
            }
        } else if (value instanceof Map<?, ?> map && inJdk(value)) {
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                if (open.size() >= MAX_OBJECTS) {
                    return;
                }
                String key = shortText(entry.getKey());
                open.add(new Step(step.path() + ".key(" + key + ")", entry.getKey()));
                open.add(new Step(step.path() + "[" + key + "]", entry.getValue()));
            }
        } else {
            fields(step, open);
        }
    }

    private static void fields(Step step, ArrayDeque<Step> open) {
        Object value = step.value();
        for (Class<?> type = value.getClass(); type != null && Serializable.class.isAssignableFrom(type);
                type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (Modifier.isStatic(field.getModifiers()) || Modifier.isTransient(field.getModifiers())
                        || field.getType().isPrimitive()) {
                    continue;
                }
                try {
                    if (field.trySetAccessible()) {
                        open.add(new Step(step.path() + "." + field.getName(), field.get(value)));
                    }
                } catch (IllegalAccessException e) {
                    // Hidden from us: the search goes on with the other fields.
                }
            }
        }
    }

    private static boolean inJdk(Object value) {
        return value.getClass().getName().startsWith("java.util.");
    }

    private static String shortText(Object key) {
        String text = key instanceof String || key instanceof Number || key instanceof Enum ? String.valueOf(key)
                : key == null ? "null" : key.getClass().getSimpleName();
        return text.length() > 40 ? text.substring(0, 40) + "…" : text;
    }
}
