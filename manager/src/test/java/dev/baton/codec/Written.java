package dev.baton.codec;

import dev.baton.graph.StreamPatch;
import dev.baton.model.BytePatch;
import dev.baton.model.SessionImage;
import java.lang.reflect.RecordComponent;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;

/** Everything in a value as text, arrays by content: two values with the same text are the same. */
final class Written {
    private Written() {
    }

    static String out(Object value) {
        StringBuilder text = new StringBuilder();
        append(text, value);
        return text.toString();
    }

    private static void append(StringBuilder text, Object value) {
        if (value instanceof byte[] bytes) {
            text.append("bytes ").append(HexFormat.of().formatHex(bytes));
        } else if (value instanceof StreamPatch patch) {
            append(text.append("graph patch "), patch.encoded());
        } else if (value instanceof BytePatch patch) {
            append(text.append("patch "), patch.encoded());
        } else if (value instanceof SessionImage image) {
            append(text.append("image "), image.meta());
            TreeMap<String, byte[]> attributes = image.attributes();
            attributes.forEach((name, bytes) -> append(text.append(' ').append(name).append('='), bytes));
        } else if (value instanceof List<?> list) {
            text.append('[');
            list.forEach(element -> append(text.append("\n  "), element));
            text.append(']');
        } else if (value instanceof Record) {
            text.append(value.getClass().getSimpleName()).append('(');
            for (RecordComponent component : value.getClass().getRecordComponents()) {
                try {
                    component.getAccessor().setAccessible(true);
                    append(text.append(component.getName()).append('='), component.getAccessor().invoke(value));
                } catch (ReflectiveOperationException e) {
                    throw new AssertionError(e);
                }
                text.append(' ');
            }
            text.append(')');
        } else {
            text.append(value);
        }
    }
}
