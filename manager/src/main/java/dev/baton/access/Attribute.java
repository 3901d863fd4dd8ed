package dev.baton.access;

import dev.baton.diff.Benchmark;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;

/** One attribute of a copy: the bytes that the store has, and once somebody asked for it the live object. */
final class Attribute {
    private static final Object REMOVED = new Object();
    private static final Object UNREADABLE = new Object();
    private static final AtomicReferenceFieldUpdater<Attribute, Object> LIVE =
            AtomicReferenceFieldUpdater.newUpdater(Attribute.class, Object.class, "live");

    /** What the live object was, and of which bytes, before others came from the store. */
    private record Former(Object value, Benchmark benchmark) {}

    private final String name;
    /** Null: not made from the bytes yet. A {@link Former}: not brought up to the bytes yet. */
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

    /** These bytes count, and the live object is let go of. */
    void replace(byte[] bytes) {
        benchmark = Benchmark.of(bytes);
        live = null;
    }

    /** Other bytes came from the store, while nobody is inside: the live object is of the past, or has to follow. */
    void bring(byte[] bytes) {
        bring(bytes, this);
    }

    /** The attribute with other bytes that came from the store, where it was that one here before. */
    static Attribute after(Attribute before, byte[] bytes) {
        Attribute after = new Attribute(before.name, null);
        after.bring(bytes, before);
        return after;
    }

    private void bring(byte[] bytes, Attribute before) {
        Object value = before.live;
        Benchmark known = before.benchmark;
        boolean walked = known != null && !known.plain() && known.isOf(value);
        live = value instanceof Former ? value : walked ? new Former(value, known) : null;
        benchmark = Benchmark.of(bytes);
    }

    /**
     * The value, made from the bytes where needed; null where there is none or it cannot be read.
     *
     * @param contents that this belongs to
     */
    Object value(Workshop workshop, ClientState state, Contents contents) {
        Object value = live;
        boolean wanders = value instanceof Former;
        if (wanders) {
            value = follow(workshop, state, contents);
        }
        if (value == null) {
            value = read(workshop, state, wanders);
            // Of two threads that read it at the same time both must go on with the same object.
            if (value != null && !LIVE.compareAndSet(this, null, value)) {
                value = live;
            } else if (value != null && value != UNREADABLE) {
                workshop.problems().made(state, name, value);
            }
        }
        return value == REMOVED || value == UNREADABLE ? null : value;
    }

    /** Brings the former object up to the bytes, or lets go of it. Gives what is here then. */
    private Object follow(Workshop workshop, ClientState state, Contents contents) {
        Former former;
        synchronized (this) {
            Object now = live;
            if (!(now instanceof Former found)) {
                return now;
            }
            former = found;
            Benchmark next = workshop.differencer().follow(former.benchmark(), former.value(), benchmark.bytes(),
                    contents.others(this));
            if (next != null) {
                benchmark = next;
            }
            // Somebody may set the attribute meanwhile.
            if (!LIVE.compareAndSet(this, former, next == null ? null : former.value()) || next == null) {
                return live;
            }
        }
        workshop.problems().made(state, name, former.value());
        return former.value();
    }

    /** @param wanders whether the session comes and goes, so that it is worth while to be able to follow next time */
    private Object read(Workshop workshop, ClientState state, boolean wanders) {
        Benchmark from = benchmark;
        if (from == null) {
            return null;
        }
        try {
            List<Object> made = wanders ? new ArrayList<>() : List.of();
            Object value = wanders ? workshop.serializer().deserialize(name, from.bytes(), made)
                    : workshop.serializer().deserialize(name, from.bytes());
            if (value == null) {
                return UNREADABLE;
            }
            if (workshop.candidateWhenRead(name, value)) {
                workshop.differencer().read(from, value, made);
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
        return value == REMOVED || value == UNREADABLE || value instanceof Former ? null : value;
    }

    /** Frees the memory that can be made anew. */
    void shrink() {
        Object value = live;
        if (value instanceof Former) {
            LIVE.compareAndSet(this, value, null);
        }
        Benchmark known = benchmark;
        if (known != null) {
            known.shrink();
        }
    }

    /** Bytes of memory that {@link #shrink} frees, about. */
    long spareBytes() {
        Benchmark known = benchmark;
        return (known == null ? 0 : known.spareBytes()) + (live instanceof Former former
                ? former.benchmark().spareBytes() + former.benchmark().bytes().length : 0);
    }

    /**
     * Whether the object that is here could be let go of: the store has what it is now, and it can be read back from
     * that. Where other threads use it meanwhile any answer.
     */
    boolean renewable(Workshop workshop) {
        Object value = live;
        Benchmark from = benchmark;
        if (value == null || value == UNREADABLE || value instanceof Former) {
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
        return value == null || value instanceof Former ? benchmark != null : value != REMOVED;
    }
}
