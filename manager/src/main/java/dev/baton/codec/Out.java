package dev.baton.codec;

import dev.baton.model.NodeId;
import dev.baton.model.SessionKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * One envelope being written: a growing buffer, and what this envelope has named so far ({@link In} follows the same
 * steps). Used again for the next envelope, by one thread at a time.
 */
final class Out {
    /** Session keys that can be referred to again: a message and its neighbours often name the same session. */
    static final int RECENT_KEYS = 16;
    private static final int FIRST_CAPACITY = 512;
    /** A larger buffer is given back after use: there is one for each node, also for hundreds that left. */
    private static final int KEPT_CAPACITY = 1 << 16;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private byte[] buffer = new byte[FIRST_CAPACITY];
    private int at;
    private final List<NodeId> nodes = new ArrayList<>();
    private final List<Long> applications = new ArrayList<>();
    private final SessionKey[] keys = new SessionKey[RECENT_KEYS];
    private int keyCount;

    /** What was written since the last reset, as an array of its own. */
    byte[] toBytes() {
        return Arrays.copyOf(buffer, at);
    }

    /** Bytes written since the last reset. */
    int length() {
        return at;
    }

    /** Bytes of the buffer. */
    int capacity() {
        return buffer.length;
    }

    void reset() {
        at = 0;
        nodes.clear();
        applications.clear();
        Arrays.fill(keys, null);
        keyCount = 0;
        if (buffer.length > KEPT_CAPACITY) {
            buffer = new byte[FIRST_CAPACITY];
        }
    }

    // ---- numbers and bytes

    void octet(int value) {
        ensure(1);
        buffer[at++] = (byte) value;
    }

    /** Unsigned LEB128; a negative number takes ten bytes. */
    void varint(long value) {
        ensure(10);
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            buffer[at++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        buffer[at++] = (byte) rest;
    }

    /** For numbers of either sign: zigzag. */
    void signed(long value) {
        varint((value << 1) ^ (value >> 63));
    }

    void fixed64(long value) {
        ensure(8);
        for (int shift = 56; shift >= 0; shift -= 8) {
            buffer[at++] = (byte) (value >>> shift);
        }
    }

    void flag(boolean value) {
        octet(value ? 1 : 0);
    }

    /** Whole milliseconds, rounded down: a copy may believe a session younger than it is, never older. */
    void age(long nanos) {
        varint(Math.max(0, nanos) / NANOS_PER_MILLI);
    }

    /** Milliseconds rounded up, -1 kept: the age of a right to serve may only be overstated. */
    void leaseAge(long nanos) {
        varint(nanos < 0 ? 0 : nanos / NANOS_PER_MILLI + (nanos % NANOS_PER_MILLI == 0 ? 1 : 2));
    }

    void bytes(byte[] value) {
        check("byte array", value.length, Limits.BYTES);
        varint(value.length);
        raw(value);
    }

    void optionalBytes(byte[] value) {
        if (value == null) {
            varint(0);
            return;
        }
        check("byte array", value.length, Limits.BYTES);
        varint(value.length + 1L);
        raw(value);
    }

    private void raw(byte[] value) {
        ensure(value.length);
        System.arraycopy(value, 0, buffer, at, value.length);
        at += value.length;
    }

    // ---- texts

    void text(String value, int limit) {
        text(value, limit, 0, 0);
    }

    void optionalText(String value, int limit) {
        if (value == null) {
            varint(0);
        } else {
            text(value, limit, 1, 1);
        }
    }

    /**
     * Length in bytes, then UTF-8 of each {@code char} by itself, so that unpaired surrogates survive.
     *
     * @param shift bits below the length that carry {@code tag}
     */
    void text(String value, int limit, int shift, int tag) {
        int length = value.length();
        check("text", length, limit);
        int size = length;
        for (int i = 0; i < length; i++) {
            char c = value.charAt(i);
            size += c < 0x80 ? 0 : c < 0x800 ? 1 : 2;
        }
        varint((long) size << shift | tag);
        ensure(size);
        for (int i = 0; i < length; i++) {
            char c = value.charAt(i);
            if (c < 0x80) {
                buffer[at++] = (byte) c;
            } else if (c < 0x800) {
                buffer[at++] = (byte) (0xc0 | c >> 6);
                buffer[at++] = (byte) (0x80 | c & 0x3f);
            } else {
                buffer[at++] = (byte) (0xe0 | c >> 12);
                buffer[at++] = (byte) (0x80 | c >> 6 & 0x3f);
                buffer[at++] = (byte) (0x80 | c & 0x3f);
            }
        }
    }

    // ---- what an envelope names again and again

    /** 0: null; up to the number known: that one; the next number: a new one follows. */
    void optionalNode(NodeId node) {
        if (node == null) {
            varint(0);
            return;
        }
        for (int i = 0; i < nodes.size(); i++) {
            if (nodes.get(i).equals(node)) {
                varint(i + 1L);
                return;
            }
        }
        nodes.add(node);
        varint(nodes.size());
        text(node.name(), Limits.NODE_NAME);
        varint(node.incarnation());
    }

    void node(NodeId node) {
        optionalNode(Objects.requireNonNull(node, "node"));
    }

    /**
     * Even: the key named {@code n / 2} steps ago. Odd: a new key; the next two bits say how its id is written, the
     * rest names the application as nodes are named.
     */
    void key(SessionKey key) {
        for (int back = 1; back <= RECENT_KEYS && back <= keyCount; back++) {
            if (key.equals(keys[(keyCount - back) % RECENT_KEYS])) {
                varint(back * 2L);
                return;
            }
        }
        keys[keyCount++ % RECENT_KEYS] = key;
        IdForm form = IdForm.of(key.id());
        int application = applications.indexOf(key.application());
        varint((application + 1L) << 3 | form.ordinal() << 1 | 1);
        if (application < 0) {
            applications.add(key.application());
            fixed64(key.application());
        }
        id(key.id(), form);
    }

    /** A session id by itself, null as none. */
    void optionalId(String id) {
        if (id == null) {
            octet(0);
            return;
        }
        check("session id", id.length(), Limits.SESSION_ID);
        IdForm form = IdForm.of(id);
        octet(form.ordinal() + 1);
        id(id, form);
    }

    private void id(String id, IdForm form) {
        if (form == IdForm.TEXT) {
            text(id, Limits.SESSION_ID);
            return;
        }
        int size = id.length() / 2;
        if (form != IdForm.UPPER_16) {
            varint(size);
        }
        ensure(size);
        for (int i = 0; i < id.length(); i += 2) {
            buffer[at++] = (byte) (IdForm.value(id.charAt(i)) << 4 | IdForm.value(id.charAt(i + 1)));
        }
    }

    // ----

    private static void check(String what, int length, int limit) {
        if (length > limit) {
            throw new IllegalArgumentException(what + " has a length of " + length + ", limit " + limit);
        }
    }

    private void ensure(int more) {
        if (buffer.length - at < more) {
            long wanted = Math.max(buffer.length * 2L, (long) at + more);
            if ((long) at + more > Limits.ENVELOPE) {
                throw new IllegalArgumentException("envelope of more than " + Limits.ENVELOPE + " bytes");
            }
            buffer = Arrays.copyOf(buffer, (int) Math.min(wanted, Limits.ENVELOPE));
        }
    }
}
