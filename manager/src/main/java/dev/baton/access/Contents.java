package dev.baton.access;

import dev.baton.diff.Benchmark;
import dev.baton.diff.Mutability;
import dev.baton.diff.Separation;
import dev.baton.model.AttributeChange;
import dev.baton.model.Fence;
import dev.baton.model.MalformedPatch;
import dev.baton.model.SessionDelta;
import dev.baton.model.SessionImage;
import dev.baton.model.SessionMeta;
import dev.baton.model.Stamp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/**
 * What a copy holds for as long as its token was never void: attributes, metadata, version. When the token is taken
 * away the copy gets another one of these, and whoever is still inside goes on with the old, where nothing that they
 * do harms anybody.
 *
 * <p>{@link #lock} is held while changes are compared and sent, so that versions are made in the order in which the
 * core learns of them. Contents are replaced only while nobody is inside.
 */
final class Contents {
    private static final AtomicReferenceFieldUpdater<Contents, Stamp> STAMP =
            AtomicReferenceFieldUpdater.newUpdater(Contents.class, Stamp.class, "stamp");
    private static final AtomicIntegerFieldUpdater<Contents> REVISION =
            AtomicIntegerFieldUpdater.newUpdater(Contents.class, "revision");
    private static final AtomicIntegerFieldUpdater<Contents> CONCLUDED =
            AtomicIntegerFieldUpdater.newUpdater(Contents.class, "concluded");
    private static final AtomicReferenceFieldUpdater<Contents, SessionMeta> META =
            AtomicReferenceFieldUpdater.newUpdater(Contents.class, SessionMeta.class, "meta");
    private static final AtomicReferenceFieldUpdater<Contents, Rest> REST =
            AtomicReferenceFieldUpdater.newUpdater(Contents.class, Rest.class, "rest");

    private static final Attribute[] NONE = {};
    /** Up to so many are gone through one after the other. */
    private static final int FEW = 16;

    /** By name, ascending; another array whenever one comes or goes, under the monitor. */
    private volatile Attribute[] attributes = NONE;
    /** Attributes to compare by whoever completes next; null while there were none. Set under the monitor. */
    private volatile Set<String> pending;
    private final ReentrantLock lock = new ReentrantLock();
    private final Acknowledgements acknowledgements;
    private volatile Stamp stamp;
    private volatile SessionMeta meta;
    private volatile SessionMeta storedMeta;
    /** Written under {@link #lock}, or while nobody is inside. */
    private volatile int bytes;
    private volatile AccessLog.End end;
    private volatile Rest rest = Rest.USED;
    /** Whether an attribute could not be read since somebody last came inside. */
    private volatile boolean unreadable;
    /** Made here, and the store has not been told. */
    private volatile boolean fresh;
    /** Null until something changed that could share objects, and when idle. Used under {@link #lock}. */
    private volatile Separation separation;
    /** Another number whenever an attribute may have come to consist of other objects. */
    private volatile int revision;
    /** Stays that are inside, and only wait. Grows under {@link #lock} only. */
    private volatile int concluded;
    /** Null while nobody ever locked anything. Guarded by the monitor. */
    private LockTable locks;

    /** What is known of the objects here: see {@link #settle}. */
    private enum Rest { USED, LOOKING, SETTLED, STAYS }

    private Contents(Stamp stamp, SessionMeta meta) {
        this.stamp = stamp;
        this.meta = meta;
        this.storedMeta = meta;
        this.acknowledgements = new Acknowledgements(stamp.version());
    }

    static Contents nothing(SessionMeta lastKnown) {
        return new Contents(Stamp.NOTHING, lastKnown);
    }

    static Contents created(SessionMeta meta) {
        Contents c = new Contents(Stamp.NOTHING, meta);
        c.fresh = true;
        return c;
    }

    /** Live objects of {@code before} go on where their bytes are the same. */
    static Contents of(SessionImage image, Stamp stamp, Contents before) {
        Contents c = new Contents(stamp, image.meta());
        List<String> names = image.names();
        Attribute[] all = new Attribute[names.size()];
        for (int i = 0; i < all.length; i++) {
            String name = names.get(i);
            byte[] value = image.attribute(name);
            Attribute known = before == null ? null : before.attribute(name);
            boolean same = known != null && !known.removed() && !before.pending().contains(name)
                    && Arrays.equals(known.bytes(), value);
            all[i] = same ? known : known != null ? Attribute.after(known, value) : new Attribute(name, value);
        }
        c.attributes = all;
        c.bytes = image.size();
        c.unreadable = before != null && before.unreadable;
        return c;
    }

    /**
     * Goes forward by deltas from the store.
     *
     * @return false where one does not fit: the contents are then unusable
     */
    boolean apply(Iterable<SessionDelta> deltas, Stamp after) {
        long version = stamp.version();
        try {
            for (SessionDelta delta : deltas) {
                if (delta.base() != version) {
                    return false;
                }
                for (AttributeChange change : delta.changes()) {
                    Attribute known = attribute(change.name());
                    byte[] value = change.apply(known == null ? null : known.bytes());
                    if (known == null && value != null) {
                        add(new Attribute(change.name(), value));
                    } else if (value == null) {
                        drop(known);
                    } else {
                        known.bring(value);
                    }
                }
                if (delta.meta() != null) {
                    meta = delta.meta();
                    storedMeta = delta.meta();
                }
                version++;
            }
        } catch (MalformedPatch e) {
            return false;
        }
        if (version != after.version()) {
            return false;
        }
        stamp = after;
        revised();
        measure();
        acknowledgements.advance(version);
        return true;
    }

    /** The store has the session. A request may be giving it the next version at this very moment. */
    void stored(Fence fence) {
        STAMP.updateAndGet(this, known -> new Stamp(fence, Math.max(1, known.version())));
        acknowledgements.advance(1);
    }

    /** The granted contents are those that are here already. */
    boolean confirm(Stamp granted) {
        if (stamp.version() != granted.version()) {
            return false;
        }
        stamp = granted;
        acknowledgements.advance(granted.version());
        return true;
    }

    /** The benchmarks together: what the store has, or will have. */
    SessionImage stored() {
        TreeMap<String, byte[]> values = new TreeMap<>();
        for (Attribute a : attributes) {
            if (a.benchmark() != null) {
                values.put(a.name(), a.bytes());
            }
        }
        return SessionImage.of(storedMeta, values);
    }

    void measure() {
        int sum = 32;
        for (Attribute a : attributes) {
            byte[] b = a.bytes();
            sum += b == null ? 0 : a.name().length() + b.length + 4;
        }
        SessionMeta m = storedMeta;
        if (m != null) {
            sum += (m.principal() == null ? 0 : m.principal().length) + (m.notes() == null ? 0 : m.notes().length);
        }
        bytes = sum;
    }

    /** Attributes were rewritten; none came or went. As {@link #measure}, without a look at all of them. */
    void grow(int growth) {
        bytes += growth;
    }

    long spareBytes() {
        long sum = 0;
        for (Attribute a : attributes) {
            sum += a.spareBytes();
        }
        return sum;
    }

    void shrink() {
        separation = null;
        for (Attribute a : attributes) {
            a.shrink();
        }
    }

    /** The caller holds the lock. */
    Separation separation() {
        Separation known = separation;
        if (known == null) {
            known = new Separation();
            separation = known;
        }
        return known;
    }

    int revision() {
        return revision;
    }

    /** An attribute may consist of other objects from now on. */
    void revised() {
        REVISION.incrementAndGet(this);
    }

    /** Benchmarks of all others that are objects and can change; null where one of them may not be of its object. */
    List<Benchmark> others(Attribute than) {
        List<Benchmark> others = new ArrayList<>();
        for (Attribute a : attributes) {
            Object value = a == than ? null : a.made();
            if (value != null && !Mutability.proven(value)) {
                Benchmark known = a.benchmark();
                if (known == null || !known.isOf(value)) {
                    return null;
                }
                others.add(known);
            }
        }
        return others;
    }

    /** Somebody stays inside. */
    void use() {
        if (rest != Rest.USED) {
            rest = Rest.USED;
        }
        if (unreadable) {
            unreadable = false;
            for (Attribute attribute : attributes) {
                attribute.retry();
            }
        }
    }

    /** An attribute could not be read: the next who comes inside tries again, what was in the way may be gone. */
    void unreadable() {
        unreadable = true;
    }

    /** Whether nothing would be missed if these contents were let go of, by the last {@link #settle} and no use since. */
    boolean settled() {
        return rest == Rest.SETTLED;
    }

    /**
     * Finds out whether all that is here can be had again from the store. Nothing is closed meanwhile: who comes inside
     * makes the answer void.
     *
     * @param inside whether somebody is; asked after this has begun
     */
    boolean settle(BooleanSupplier inside, Workshop workshop) {
        if (rest == Rest.SETTLED || rest == Rest.STAYS) {
            return rest == Rest.SETTLED;
        }
        rest = Rest.LOOKING;
        if (inside.getAsBoolean()) {
            rest = Rest.USED;
            return false;
        }
        boolean renewable = !fresh && end == null && pending().isEmpty() && meta == storedMeta;
        for (Attribute attribute : attributes) {
            renewable = renewable && attribute.renewable(workshop);
        }
        REST.compareAndSet(this, Rest.LOOKING, renewable ? Rest.SETTLED : Rest.STAYS);
        return settled();
    }

    Attribute attribute(String name) {
        Attribute[] all = attributes;
        if (all.length <= FEW) {
            for (Attribute attribute : all) {
                if (attribute.name() == name) { // mostly the application's constant, else found below
                    return attribute;
                }
            }
        }
        int at = place(all, name);
        return at < 0 ? null : all[at];
    }

    /** Where it stands, or - 1 - where it would. */
    private static int place(Attribute[] all, String name) {
        int from = 0;
        int to = all.length - 1;
        while (from <= to) {
            int middle = from + to >>> 1;
            int order = all[middle].name().compareTo(name);
            if (order == 0) {
                return middle;
            }
            if (order < 0) {
                from = middle + 1;
            } else {
                to = middle - 1;
            }
        }
        return -1 - from;
    }

    private synchronized void add(Attribute attribute) {
        Attribute[] before = attributes;
        int at = -1 - place(before, attribute.name());
        Attribute[] after = new Attribute[before.length + 1];
        System.arraycopy(before, 0, after, 0, at);
        after[at] = attribute;
        System.arraycopy(before, at, after, at + 1, before.length - at);
        attributes = after;
    }

    private synchronized void drop(Attribute attribute) {
        Attribute[] before = attributes;
        int at = attribute == null ? -1 : place(before, attribute.name());
        if (at >= 0 && before[at] == attribute) {
            Attribute[] after = Arrays.copyOf(before, before.length - 1);
            System.arraycopy(before, at + 1, after, at, after.length - at);
            attributes = after;
        }
    }

    /**
     * Sets the value, null removes it. In one step with {@link #forgetRemoved}, which could lose it else.
     *
     * @return the object before, or null: what one thread replaces is given to no other one
     */
    synchronized Object set(String name, Object value) {
        Attribute known = attribute(name);
        if (known == null && value == null) {
            return null;
        }
        Attribute attribute = known == null ? new Attribute(name, null) : known;
        Object before = attribute.put(value);
        revised();
        if (known == null) {
            add(attribute);
        }
        return before;
    }

    /** By name, ascending. */
    List<Attribute> attributes() {
        return Arrays.asList(attributes);
    }

    /** An attribute that was removed and of which the store has nothing any more need not be kept in mind. */
    synchronized void forgetRemoved(Attribute attribute) {
        if (attribute.removed() && attribute.benchmark() == null) {
            drop(attribute);
        }
    }

    /** To be looked at and taken from; see {@link #leave}. */
    Set<String> pending() {
        Set<String> there = pending;
        return there == null ? Set.of() : there;
    }

    /** These are left to be compared by whoever completes next. */
    void leave(Collection<String> names) {
        if (!names.isEmpty()) {
            synchronized (this) {
                if (pending == null) {
                    pending = ConcurrentHashMap.newKeySet();
                }
            }
            pending.addAll(names);
        }
    }

    /** Stays inside that only wait for their acknowledgement; whoever has the lock sees them go, but not come. */
    int concluded() {
        return concluded;
    }

    void concluded(int more) {
        CONCLUDED.addAndGet(this, more);
    }

    /** Whether there is something to compare or to send beside what those inside touch. */
    boolean lag(Tracking tracking) {
        return fresh || meta != storedMeta || !pending().isEmpty() || tracking.policy() == Tracking.Policy.ALL
                || tracking.verify();
    }

    ReentrantLock lock() {
        return lock;
    }

    Acknowledgements acknowledgements() {
        return acknowledgements;
    }

    Stamp stamp() {
        return stamp;
    }

    void stamp(Stamp made) {
        stamp = made;
    }

    SessionMeta meta() {
        return meta;
    }

    /** False where the change is none. */
    boolean changeMeta(UnaryOperator<SessionMeta> change) {
        SessionMeta before;
        SessionMeta after;
        do {
            before = meta;
            after = Objects.requireNonNull(change.apply(before), "meta");
        } while (!META.compareAndSet(this, before, after.equals(before) ? before : after));
        return !after.equals(before);
    }

    SessionMeta storedMeta() {
        return storedMeta;
    }

    void storedMeta(SessionMeta stored) {
        storedMeta = stored;
    }

    int bytes() {
        return bytes;
    }

    /** Whether nothing is known here: neither made here nor brought from the store. */
    boolean empty() {
        return !fresh && stamp.equals(Stamp.NOTHING);
    }

    boolean fresh() {
        return fresh;
    }

    void known() {
        fresh = false;
    }

    /** Locks of the attributes. With these contents they are of the past: who waits is told {@link #end}. */
    synchronized LockTable locks(int maxWaiters) {
        if (locks == null) {
            locks = new LockTable(maxWaiters);
            if (end != null) {
                locks.end(end);
            }
        }
        return locks;
    }

    /** Why these are of the past, or null. */
    AccessLog.End end() {
        return end;
    }

    void end(AccessLog.End how) {
        end = how;
        acknowledgements.fail(how);
        LockTable there;
        synchronized (this) {
            there = locks;
        }
        if (there != null) {
            there.end(how);
        }
    }
}
