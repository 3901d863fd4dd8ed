package dev.baton.diff;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Date;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A graph as text: contents, order, sharing and cycles of all but plain values. Equal texts, equal graphs. */
final class Canon {
    private final StringBuilder text = new StringBuilder();
    private final IdentityHashMap<Object, Integer> numbers = new IdentityHashMap<>();
    private final ArrayDeque<Object> queue = new ArrayDeque<>();

    private Canon() {
    }

    static String of(byte[] bytes) {
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
            Canon canon = new Canon();
            canon.reference(in.readObject());
            while (!canon.queue.isEmpty()) {
                canon.describe(canon.queue.remove());
            }
            return canon.text.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    private void reference(Object value) {
        if (value == null || Leaves.is(value.getClass())) {
            text.append(value).append(value == null ? "" : value.getClass().getSimpleName()).append(',');
            return;
        }
        Integer number = numbers.get(value);
        if (number == null) {
            number = numbers.size();
            numbers.put(value, number);
            queue.add(value);
        }
        text.append('#').append(number).append(',');
    }

    private void describe(Object value) throws IllegalAccessException {
        text.append('\n').append(numbers.get(value)).append(' ').append(value.getClass().getName()).append(' ');
        if (value.getClass().isArray()) {
            for (int i = 0; i < Array.getLength(value); i++) {
                reference(Array.get(value, i));
            }
        } else if (value instanceof Map<?, ?> map) {
            map.forEach((k, v) -> {
                reference(k);
                reference(v);
            });
            if (map instanceof SortedMap<?, ?> sorted) {
                reference(sorted.comparator());
            }
        } else if (value instanceof Collection<?> collection) {
            collection.forEach(this::reference);
        } else if (value instanceof Date || value instanceof AtomicInteger || value instanceof StringBuilder) {
            text.append(value);
        }
        if (value.getClass().getName().startsWith("dev.baton.")) {
            for (Class<?> c = value.getClass(); c.getName().startsWith("dev.baton."); c = c.getSuperclass()) {
                for (Field field : c.getDeclaredFields()) {
                    if (!Modifier.isStatic(field.getModifiers()) && !field.getName().equals("unseen")
                            && !c.isHidden() && !c.isSynthetic()) {
                        field.setAccessible(true);
                        reference(field.get(value));
                    }
                }
            }
        }
    }
}
