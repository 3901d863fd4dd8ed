package dev.baton.codec;

import dev.baton.model.NodeId;
import dev.baton.model.SessionKey;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One envelope being read. Every length and count is held against the bytes that are left before anything is
 * allocated for it, so that what an envelope makes is bounded by its own length.
 */
final class In {
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long MAX_MILLIS = Long.MAX_VALUE / NANOS_PER_MILLI;

    private final byte[] buffer;
    private final int end;
    private int at;
    private final List<NodeId> nodes = new ArrayList<>(4);
    private final List<Long> applications = new ArrayList<>(2);
    private SessionKey[] keys;
    private int keyCount;

    In(byte[] buffer, int offset, int length) {
        this.buffer = buffer;
        this.at = offset;
        this.end = offset + length;
    }

    int remaining() {
        return end - at;
    }

    static MalformedMessage malformed(String why) {
        return new MalformedMessage(why);
    }

    // ---- numbers and bytes

    int octet() throws MalformedMessage {
        if (at >= end) {
            throw malformed("message ends early");
        }
        return buffer[at++] & 0xff;
    }

    long varint() throws MalformedMessage {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            int b = octet();
            if (shift == 63 && b > 1) {
                break;
            }
            value |= (long) (b & 0x7f) << shift;
            if (b < 0x80) {
                return value;
            }
        }
        throw malformed("number of more than 64 bits");
    }

    long signed() throws MalformedMessage {
        long n = varint();
        return (n >>> 1) ^ -(n & 1);
    }

    /** A number that must lie in 0..max. */
    int bounded(String what, long max) throws MalformedMessage {
        return within(what, varint(), max);
    }

    private static int within(String what, long value, long max) throws MalformedMessage {
        if (value < 0 || value > max) {
            throw malformed(what + " " + value + " outside 0.." + max);
        }
        return (int) value;
    }

    /** Number of elements that follow; each takes at least {@code leastSize} bytes. */
    int count(String what, int leastSize) throws MalformedMessage {
        return bounded("number of " + what, remaining() / leastSize);
    }

    long fixed64() throws MalformedMessage {
        if (remaining() < 8) {
            throw malformed("message ends early");
        }
        long value = 0;
        for (int i = 0; i < 8; i++) {
            value = value << 8 | buffer[at++] & 0xff;
        }
        return value;
    }

    boolean flag() throws MalformedMessage {
        return within("flag", octet(), 1) == 1;
    }

    long age() throws MalformedMessage {
        return millis(varint());
    }

    long leaseAge() throws MalformedMessage {
        long n = varint();
        return n == 0 ? -1 : millis(n - 1);
    }

    private static long millis(long millis) throws MalformedMessage {
        if (millis < 0 || millis > MAX_MILLIS) {
            throw malformed("age of " + millis + " ms");
        }
        return millis * NANOS_PER_MILLI;
    }

    byte[] bytes() throws MalformedMessage {
        return raw(bounded("length", Math.min(remaining(), Limits.BYTES)));
    }

    byte[] optionalBytes() throws MalformedMessage {
        int n = bounded("length", 1L + Math.min(remaining(), Limits.BYTES));
        return n == 0 ? null : raw(n - 1);
    }

    private byte[] raw(int length) throws MalformedMessage {
        // The length itself took a byte since its bound was taken.
        if (length > remaining()) {
            throw malformed(length + " bytes declared, " + remaining() + " left");
        }
        byte[] value = Arrays.copyOfRange(buffer, at, at + length);
        at += length;
        return value;
    }

    // ---- texts

    String text(int limit) throws MalformedMessage {
        return text(varint(), limit);
    }

    String optionalText(int limit) throws MalformedMessage {
        long head = varint();
        if (head == 0) {
            return null;
        }
        if ((head & 1) == 0) {
            throw malformed("text with the length " + head);
        }
        return text(head >>> 1, limit);
    }

    /** The text of {@code size} bytes that starts here. */
    String text(long size, int limit) throws MalformedMessage {
        int length = within("length of a text", size, Math.min(remaining(), limit * 3L));
        if (length == 0) {
            return "";
        }
        int stop = at + length;
        for (int i = at; i < stop; i++) {
            if (buffer[i] < 0) {
                return wideText(stop, limit);
            }
        }
        return finish(new String(buffer, at, length, StandardCharsets.ISO_8859_1), stop, limit);
    }

    private String wideText(int stop, int limit) throws MalformedMessage {
        char[] chars = new char[stop - at];
        int n = 0;
        int i = at;
        while (i < stop) {
            int b = buffer[i++] & 0xff;
            if (b < 0x80) {
                chars[n++] = (char) b;
                continue;
            }
            int more = b >> 5 == 0b110 ? 1 : b >> 4 == 0b1110 ? 2 : 0;
            if (more == 0 || more > stop - i) {
                throw malformed("text is not UTF-8");
            }
            int c = more == 1 ? b & 0x1f : b & 0x0f;
            for (; more > 0; more--) {
                int next = buffer[i++] & 0xff;
                if (next >> 6 != 0b10) {
                    throw malformed("text is not UTF-8");
                }
                c = c << 6 | next & 0x3f;
            }
            chars[n++] = (char) c;
        }
        return finish(new String(chars, 0, n), stop, limit);
    }

    private String finish(String text, int stop, int limit) throws MalformedMessage {
        within("length of a text", text.length(), limit);
        at = stop;
        return text;
    }

    // ---- what an envelope names again and again

    NodeId optionalNode() throws MalformedMessage {
        int index = bounded("node", nodes.size() + 1L);
        if (index == 0) {
            return null;
        }
        if (index <= nodes.size()) {
            return nodes.get(index - 1);
        }
        String name = text(Limits.NODE_NAME);
        long incarnation = varint();
        if (name.isEmpty() || incarnation <= 0) {
            throw malformed("node '" + name + "' with incarnation " + incarnation);
        }
        NodeId node = new NodeId(name, incarnation);
        nodes.add(node);
        return node;
    }

    NodeId node() throws MalformedMessage {
        NodeId node = optionalNode();
        if (node == null) {
            throw malformed("a node is missing");
        }
        return node;
    }

    SessionKey key() throws MalformedMessage {
        long head = varint();
        if ((head & 1) == 0) {
            int back = within("reference to a key", head >>> 1, Math.min(keyCount, Out.RECENT_KEYS));
            if (back == 0) {
                throw malformed("reference to no key");
            }
            return keys[(keyCount - back) % Out.RECENT_KEYS];
        }
        IdForm form = FORMS[(int) (head >>> 1) & 3];
        int index = within("application", head >>> 3, applications.size());
        long application;
        if (index == 0) {
            application = fixed64();
            applications.add(application);
        } else {
            application = applications.get(index - 1);
        }
        SessionKey key = new SessionKey(application, id(form));
        if (keys == null) {
            keys = new SessionKey[Out.RECENT_KEYS];
        }
        keys[keyCount++ % Out.RECENT_KEYS] = key;
        return key;
    }

    private static final IdForm[] FORMS = IdForm.values();

    String optionalId() throws MalformedMessage {
        int form = within("form of an id", octet(), FORMS.length);
        return form == 0 ? null : id(FORMS[form - 1]);
    }

    String id() throws MalformedMessage {
        String id = optionalId();
        if (id == null) {
            throw malformed("an id is missing");
        }
        return id;
    }

    private String id(IdForm form) throws MalformedMessage {
        if (form == IdForm.TEXT) {
            String id = text(Limits.SESSION_ID);
            if (id.isEmpty()) {
                throw malformed("empty session id");
            }
            return id;
        }
        int size = form == IdForm.UPPER_16 ? 16 : bounded("length of an id", Limits.SESSION_ID / 2);
        if (size == 0 || size > remaining()) {
            throw malformed("session id of " + size + " bytes, " + remaining() + " left");
        }
        byte[] digits = form.digits();
        byte[] text = new byte[size * 2];
        for (int i = 0; i < text.length; i += 2) {
            int b = buffer[at++];
            text[i] = digits[b >> 4 & 0xf];
            text[i + 1] = digits[b & 0xf];
        }
        return new String(text, StandardCharsets.ISO_8859_1);
    }
}
