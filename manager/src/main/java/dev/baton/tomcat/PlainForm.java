package dev.baton.tomcat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * JDK serialisation of the values that most attributes are, one text or number, without its streams: the same bytes, as
 * the Java Object Serialization Specification (section 6.4) has them. What it does not know is left to the streams, so
 * are bytes that are not exactly as it would write them. Any thread.
 */
final class PlainForm {
    private static final byte[] INTEGER = streamed(0);
    private static final byte[] LONG = streamed(0L);
    private static final byte[] BOOLEAN = streamed(false);
    /** Magic, version, and the mark of a text of at most 65,535 bytes, whose length follows. */
    private static final byte[] TEXT = Arrays.copyOf(streamed(""), 5);
    /** Whatever the characters, no more bytes than such a text may have. */
    private static final int MAX_CHARACTERS = 0xFFFF / 3;

    private PlainForm() {
    }

    private static byte[] streamed(Object value) {
        try {
            return WebappSerializer.write(value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The bytes, or null where the streams have to write them. */
    static byte[] write(Object value) throws IOException {
        if (value instanceof String text && text.length() <= MAX_CHARACTERS) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream(TEXT.length + 2 + text.length());
            bytes.writeBytes(TEXT);
            new DataOutputStream(bytes).writeUTF(text);
            return bytes.toByteArray();
        } else if (value instanceof Integer number) {
            return ByteBuffer.wrap(INTEGER.clone()).putInt(INTEGER.length - Integer.BYTES, number).array();
        } else if (value instanceof Long number) {
            return ByteBuffer.wrap(LONG.clone()).putLong(LONG.length - Long.BYTES, number).array();
        } else if (value instanceof Boolean yes) {
            return ByteBuffer.wrap(BOOLEAN.clone()).put(BOOLEAN.length - 1, (byte) (yes ? 1 : 0)).array();
        }
        return null;
    }

    /** The text, or null where the bytes are none that {@link #write} makes. */
    static String readText(byte[] bytes) throws IOException {
        int start = TEXT.length;
        if (bytes.length < start + 2 || !Arrays.equals(bytes, 0, start, TEXT, 0, start)
                || bytes.length - start - 2 != Short.toUnsignedInt(ByteBuffer.wrap(bytes).getShort(start))) {
            return null;
        }
        return new DataInputStream(new ByteArrayInputStream(bytes, start, bytes.length - start)).readUTF();
    }

    /** The number or truth value, or null where the bytes are none that {@link #write} makes. */
    static Object readPrimitive(byte[] bytes) {
        if (is(INTEGER, Integer.BYTES, bytes)) {
            return ByteBuffer.wrap(bytes).getInt(bytes.length - Integer.BYTES);
        } else if (is(LONG, Long.BYTES, bytes)) {
            return ByteBuffer.wrap(bytes).getLong(bytes.length - Long.BYTES);
        } else if (is(BOOLEAN, 1, bytes)) {
            return bytes[bytes.length - 1] != 0;
        }
        return null;
    }

    private static boolean is(byte[] form, int size, byte[] bytes) {
        int head = form.length - size;
        return bytes.length == form.length && Arrays.equals(bytes, 0, head, form, 0, head);
    }
}
