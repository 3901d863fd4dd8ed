package dev.baton.access;

import dev.baton.diff.Benchmark;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;

/** One attribute of a copy: the bytes that the store has, and once somebody asked for it the live object. */
final class Attribute {
    private static final Object REMOVED = new Object();
    private static final Object UNREADABLE = new Object();
    private static final AtomicReferenceFieldUpdater<Attribute, Object> LIVE =
            AtomicReferenceFieldUpdater.newUpdater(Attribute.class, Object.class, "live");

    private final String name;
    /** Null: not made from the bytes yet. */
    private volatile Object live;
    /**
     * What the store has of it at the version of the copy; null: nothing. Written under the copy's lock, or while
     * nobody is inside.
     */
    private volatile Benchmark benchmark;

    /** @param bytes what the store has, or null */
    Attribute(String name, byte[] bytes) {
        this.name = name;
        this.benchmark = bytes == null ? null : Benchmark.of(bytes);
    }

    String name() {
        return name;
    }

    Benchmark benchmark() {
        return benchmark;
    }

    /** What the store has, or null. */
    byte[] bytes() {
        Benchmark b = benchmark;
        return b == null ? null : b.bytes();
    }

    void benchmark(Benchmark next) {
        benchmark = next;
    }

    /** Other bytes came from the store: the live object is of the past. */
    void replace(byte[] bytes) {
        benchmark = Benchmark.of(bytes);
        live = null;
    }

    /** The value, made from the bytes where needed; null where there is none or it cannot be read. */
    Object value(Workshop workshop, ClientState state) {
        Object value = live;
        if (value == null) {
            value = read(workshop, state);
            // Of two threads that read it at the same time both must go on with the same object.
            if (value != null && !LIVE.compareAndSet(this, null, value)) {
                value = live;
            } else if (value != null && value != UNREADABLE) {
                workshop.problems().made(state, name, value);
            }
        }
        return value == REMOVED || value == UNREADABLE ? null : value;
    }

    private Object read(Workshop workshop, ClientState state) {
        Benchmark from = benchmark;
        if (from == null) {
            return null;
        }
        try {
            Object value = workshop.serializer().deserialize(name, from.bytes());
            if (value == null) {
                return UNREADABLE;
            }
            if (workshop.candidateWhenRead(name, value)) {
                workshop.differencer().read(from, value);
            }
            return value;
        } catch (UnreadableAttribute e) {
            workshop.problems().unreadable(state, e);
        } catch (RuntimeException | LinkageError e) {
            // Never fatal, whatever the bytes make the application's classes do.
            workshop.problems().unreadable(state, new UnreadableAttribute(name, e));
        }
        return UNREADABLE;
    }

    /** Null removes it. */
    void put(Object value) {
        live = value == null ? REMOVED : value;
    }

    /** The live object as it is, without making it; null where there is none. */
    Object made() {
        Object value = live;
        return value == REMOVED || value == UNREADABLE ? null : value;
    }

    /**
     * Whether the object that is here could be let go of: the store has what it is now, and it can be read back from
     * that. Where other threads use it meanwhile any answer.
     */
    boolean renewable(Workshop workshop) {
        Object value = live;
        Benchmark from = benchmark;
        if (value == null || value == UNREADABLE) {
            return true;
        }
        if (value == REMOVED || from == null) {
            return false;
        }
        try {
            return workshop.differencer().unchanged(from, value, () -> workshop.serializer().serialize(name, value))
                    && workshop.serializer().deserialize(name, from.bytes()) != null;
        } catch (NotSerializableAttribute | UnreadableAttribute | RuntimeException | LinkageError
                 | StackOverflowError e) {
            return false;
        }
    }

    boolean unreadable() {
        return live == UNREADABLE;
    }

    boolean removed() {
        return live == REMOVED;
    }

    boolean present() {
        Object value = live;
        return value == null ? benchmark != null : value != REMOVED;
    }
}
