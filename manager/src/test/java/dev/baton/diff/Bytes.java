package dev.baton.diff;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** JDK serialisation of a value, counted. */
final class Bytes implements Differencer.Source<RuntimeException> {
    private final Object value;
    int calls;

    Bytes(Object value) {
        this.value = value;
    }

    @Override
    public byte[] bytes(List<Object> met) {
        calls++;
        List<Object> seen = met == null ? new ArrayList<>() : met;
        seen.clear();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes) {
            {
                enableReplaceObject(true);
            }

            @Override
            protected Object replaceObject(Object object) {
                seen.add(object);
                return object;
            }
        }) {
            out.writeObject(value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
