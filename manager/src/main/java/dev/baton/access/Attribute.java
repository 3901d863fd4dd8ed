package dev.baton.access;

import dev.baton.diff.Benchmark;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;

/** One attribute of a copy: the bytes that the store has, and once somebody asked for it the live object. */
final class Attribute {
    private static final Object REMOVED = new Object();
    private static final Object UNREADABLE = new Object();
    private static final AtomicReferenceFieldUpdater<Attribute, Object> LIVE =
            AtomicReferenceFieldUpdater.newUpdater(Attribute.class, Object.class, "live");

    /** So long somebody waits at most for another thread's {@link ClientState.Problems#made}, and goes on then. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);
    /** Whether this thread runs {@link ClientState.Problems#made}: then it waits for nobody who does as well. */
    private static final ThreadLocal<Boolean> TELLING = new ThreadLocal<>();

    /** A value that the application is about to prepare for use, in the thread that made it. */
    private static final class Fresh {
        private final Object value;
        private final Thread by = Thread.currentThread();
        private final CountDownLatch told = new CountDownLatch(1);

        Fresh(Object value) {
            this.value = value;
        }

        Object prepared() {
            if (by != Thread.currentThread() && TELLING.get() == null) {
                try {
                    told.await(PATIENCE_NANOS, TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            return value;
        }
    }

    /** What the live object was, and of which bytes, before others came from the store. */
    private record Former(Object value, Benchmark benchmark) {}

    private final String name;
    /**
     * Null: not made from the bytes yet. A {@link Former}: not brought up to the bytes yet. A {@link Fresh}: not
     * prepared yet.
     */
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
        if (value == null || value instanceof Former) {
            value = Reading.once(this, name, () -> make(workshop, state, contents));
        }
        if (value instanceof Fresh fresh) {
            return fresh.prepared();
        }
        return value == REMOVED || value == UNREADABLE ? null : value;
    }

    private Object make(Workshop workshop, ClientState state, Contents contents) {
        Object value = live;
        boolean wanders = value instanceof Former;
        if (wanders) {
            value = follow(workshop, state, contents);
        }
        if (value == null) {
            value = read(workshop, state, wanders);
            Object shown = shown(workshop, value);
            // Of two threads that read it at the same time both must go on with the same object.
            if (value != null && !LIVE.compareAndSet(this, null, shown)) {
                value = live;
            } else if (value == UNREADABLE) {
                contents.unreadable();
            } else if (value != null) {
                tell(workshop, state, shown, value);
            }
        }
        return value;
    }

    /** What others see of the value until {@link #tell} has returned. */
    private static Object shown(Workshop workshop, Object value) {
        return value != null && value != UNREADABLE && workshop.problems().prepares(value) ? new Fresh(value) : value;
    }

    private void tell(Workshop workshop, ClientState state, Object shown, Object value) {
        if (!(shown instanceof Fresh fresh)) {
            workshop.problems().made(state, name, value);
            return;
        }
        Boolean outer = TELLING.get();
        TELLING.set(true);
        try {
            workshop.problems().made(state, name, value);
        } finally {
            if (outer == null) {
                TELLING.remove();
            }
            // Not where it was set meanwhile.
            LIVE.compareAndSet(this, fresh, value);
            fresh.told.countDown();
        }
    }

    /** Brings the former object up to the bytes, or lets go of it. Gives what is here then. */
    private Object follow(Workshop workshop, ClientState state, Contents contents) {
        Former former;
        Object shown;
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
            shown = next == null ? null : shown(workshop, former.value());
            // Somebody may set the attribute meanwhile.
            if (!LIVE.compareAndSet(this, former, shown) || next == null) {
                return live;
            }
        }
        tell(workshop, state, shown, former.value());
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

    /** Null removes it. @return the live object before, as {@link #made} */
    Object put(Object value) {
        return made(LIVE.getAndSet(this, value == null ? REMOVED : value));
    }

    /** The live object as it is, without making it; null where there is none. */
    Object made() {
        return made(live);
    }

    private static Object made(Object live) {
        return live instanceof Fresh fresh ? fresh.value : ready(live);
    }

    /** The live object where it is ready for use, without making it or waiting. */
    Object ready() {
        return ready(live);
    }

    private static Object ready(Object value) {
        return value == REMOVED || value == UNREADABLE || value instanceof Former || value instanceof Fresh ? null
                : value;
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
        try {
            return unchanged(workshop) && workshop.serializer().deserialize(name, from.bytes()) != null;
        } catch (UnreadableAttribute | RuntimeException | LinkageError | StackOverflowError e) {
            return false;
        }
    }

    /** Whether the object is here, ready for use, and what the store has. As {@link #renewable}, of threads. */
    boolean unchanged(Workshop workshop) {
        Object value = ready();
        Benchmark from = benchmark;
        try {
            return value != null && from != null
                    && workshop.differencer().unchanged(from, value, () -> workshop.serializer().serialize(name, value));
        } catch (NotSerializableAttribute | RuntimeException | LinkageError | StackOverflowError e) {
            return false;
        }
    }

    /** Where it could not be read, whoever asks for it next tries again. */
    void retry() {
        LIVE.compareAndSet(this, UNREADABLE, null);
    }

    boolean unreadable() {
        return live == UNREADABLE;
    }

    /** Removes it where it is still what cannot be read; false where it was set or removed meanwhile. */
    boolean dropUnreadable() {
        return LIVE.compareAndSet(this, UNREADABLE, REMOVED);
    }

    boolean removed() {
        return live == REMOVED;
    }

    boolean present() {
        Object value = live;
        return value == null || value instanceof Former ? benchmark != null : value != REMOVED;
    }
}
