package dev.baton.access;

import dev.baton.diff.Benchmark;
import dev.baton.diff.Differencer;
import dev.baton.model.AttributeChange;
import dev.baton.model.BytePatch;
import dev.baton.model.Fence;
import dev.baton.model.SessionDelta;
import dev.baton.model.SessionImage;
import dev.baton.model.SessionMeta;
import dev.baton.model.Stamp;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The difference between a copy and what the store has, found but not yet sent. {@link #accept} makes it the new
 * benchmark; without that nothing has happened, and the next scan finds it again.
 */
public final class Scan {
    private static final int TRIES = 10;
    private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

    private final AccessLog log;
    private final ClientState state;
    private final Contents contents;
    private final List<AttributeChange> changes = new ArrayList<>();
    private final Map<String, Benchmark> benchmarks = new TreeMap<>();
    private final List<String> removed = new ArrayList<>();
    private final List<String> unfinished = new ArrayList<>();
    private final List<NotSerializableAttribute> problems = new ArrayList<>();
    private final SessionMeta meta;
    private final Verification verification;
    private final TreeSet<String> names = new TreeSet<>();
    private final List<String> compared = new ArrayList<>();
    /** Whether anything changed that may share objects with other attributes. */
    private boolean sharing;
    /** Whether an attribute that changed consists of other objects now. */
    private boolean restructured;
    /** Whether an attribute could not be compared: what it consists of is not known. */
    private boolean incomparable;
    private SessionDelta delta;
    private SessionImage image;
    /** Bytes of the session with what was compared so far. */
    private long size;
    private final List<Growth> growths = new ArrayList<>();

    /** An attribute that has more bytes than the store knows of. */
    private record Growth(AttributeChange change, String className, int bytes) {}

    private Scan(AccessLog log) {
        this.log = log;
        this.state = log.state();
        this.contents = log.contents();
        this.meta = contents.meta();
        this.verification = state.workshop().tracking().verify() ? new Verification(state, contents) : null;
    }

    static Scan of(AccessLog log, long ageNanos) {
        Scan scan = new Scan(log);
        boolean done = false;
        try {
            scan.compareAll(log.candidatesToCompare());
            scan.conclude(ageNanos);
            done = true;
            return scan;
        } finally {
            if (!done) {
                scan.abandon();
            }
        }
    }

    private void compareAll(List<String> candidates) {
        names.addAll(candidates);
        // Taken off before they are compared: who adds one from now on adds it for the next scan.
        for (String name : contents.pending()) {
            if (contents.pending().remove(name)) {
                names.add(name);
            }
        }
        if (contents.fresh() || state.workshop().tracking().policy() == Tracking.Policy.ALL) {
            names.addAll(made());
        }
        size = contents.bytes();
        for (String name : names) {
            compare(name);
        }
        if (verification != null) {
            compareOthers();
            verification.aliases(benchmarks);
        } else if (sharing && state.workshop().tracking().policy() != Tracking.Policy.WRITTEN) {
            compareOthers();
        }
        limit();
    }

    /**
     * What makes the session too large stays here. Known only at the end: what shrinks or goes makes room for what
     * grows, whatever their names.
     */
    private void limit() {
        long limit = state.workshop().serializer().maxSessionBytes();
        if (size <= limit) {
            return;
        }
        for (Growth growth : growths) {
            size -= growth.bytes();
        }
        for (Growth growth : growths) {
            if (size + growth.bytes() <= limit) {
                size += growth.bytes();
                continue;
            }
            String name = growth.change().name();
            changes.remove(growth.change());
            benchmarks.remove(name);
            problems.add(NotSerializableAttribute.tooLarge(name, growth.className(), size + growth.bytes(), limit));
        }
    }

    /**
     * What the request did not touch changes with what it did touch where both refer to the same object. To look at all
     * that is an object here takes a microsecond or so each; it is serialised only where it looks changed.
     */
    private void compareOthers() {
        int revision = contents.revision();
        boolean all = verification != null || incomparable;
        if (!all && contents.separation().holds(revision) && !restructured) {
            return;
        }
        List<String> made = made();
        if (!all && separate(made, revision)) {
            return;
        }
        for (String name : made) {
            Attribute attribute = contents.attribute(name);
            Benchmark benchmark = attribute == null ? null : attribute.benchmark();
            if (benchmark == null || benchmark.known() && !benchmark.isOf(attribute.made()) || !names.add(name)) {
                continue;
            }
            if (othersInside()) {
                // Who uses it now is not to be looked at half-way: left to the next scan, as what that one used.
                unfinished.add(name);
                continue;
            }
            int before = changes.size();
            compare(name);
            if (changes.size() > before && benchmark.known()) {
                state.workshop().problems().doubtful(state, name, "it changed although the request did not use it: it"
                        + " shares objects with another attribute. On another node each has one of its own");
            }
        }
    }

    /** Whether those attributes are known to share no objects. */
    private boolean separate(List<String> made, int revision) {
        Map<String, Benchmark> all = new LinkedHashMap<>();
        for (String name : made) {
            Attribute attribute = contents.attribute(name);
            Benchmark changed = benchmarks.get(name);
            Benchmark benchmark = changed != null || attribute == null ? changed : attribute.benchmark();
            if (benchmark == null || !benchmark.isOf(attribute.made())) {
                return false;
            }
            all.put(name, benchmark);
        }
        return contents.separation().holds(all, revision);
    }

    private void conclude(long ageNanos) {
        if (contents.fresh()) {
            Map<String, byte[]> values = new TreeMap<>();
            benchmarks.forEach((name, benchmark) -> values.put(name, benchmark.bytes()));
            image = SessionImage.of(meta, values);
            return;
        }
        boolean otherMeta = !Objects.equals(meta, contents.storedMeta());
        if (otherMeta || !changes.isEmpty()) {
            delta = new SessionDelta(contents.stamp().version(), changes, otherMeta ? meta : null, ageNanos);
        }
    }

    /** What was found was not sent: it is left to the next scan. */
    public void abandon() {
        contents.leave(names);
    }

    /** Attributes that exist as objects here and may have changed. */
    private List<String> made() {
        List<String> names = new ArrayList<>();
        for (Attribute attribute : contents.attributes()) {
            Object value = attribute.made();
            if (value != null && (attribute.benchmark() == null || verification != null
                    || !state.workshop().immutable(attribute.name(), value))) {
                names.add(attribute.name());
            }
        }
        return names;
    }

    private void compare(String name) {
        Attribute attribute = contents.attribute(name);
        if (attribute == null) {
            return;
        }
        if (attribute.removed()) {
            if (attribute.benchmark() != null) {
                changes.add(new AttributeChange.Remove(name));
                size -= length(attribute.benchmark());
                sharing |= !attribute.benchmark().plain();
            }
            removed.add(name);
            return;
        }
        Object value = attribute.made();
        if (value == null) {
            return;
        }
        compared.add(name);
        Benchmark before = attribute.benchmark();
        Object objects = before == null ? null : before.objects();
        try {
            Differencer.Comparison found = comparison(name, before, value);
            boolean sameObjects = objects != null && found.next().objects() == objects;
            if (!found.steady()) {
                state.workshop().problems().restless(state, name);
                unfinished.add(name);
                if (othersInside()) {
                    return;
                }
            }
            if (found.change() != null) {
                changes.add(found.change());
                grow(found.change(), value, length(found.next()) - length(before));
                sharing |= !found.next().plain() || before != null && !before.plain();
                restructured |= !sameObjects;
                benchmarks.put(name, found.next());
                verify(name, before, value, found.next());
            } else {
                if (!sameObjects) {
                    contents.revised();
                }
                attribute.benchmark(found.next());
            }
        } catch (NotSerializableAttribute e) {
            problems.add(e);
            // What it shares with others may have changed all the same.
            sharing = true;
            incomparable = true;
        } catch (Unrest e) {
            state.workshop().problems().restless(state, name);
            unfinished.add(name);
        }
    }

    /** A fault in how changes are found costs bytes: neither this change nor those of other attributes. */
    private Differencer.Comparison comparison(String name, Benchmark before, Object value)
            throws NotSerializableAttribute {
        Differencer differencer = state.workshop().differencer();
        Differencer.Source<NotSerializableAttribute> source = source(name, value);
        try {
            return differencer.compare(name, before, value, source);
        } catch (Unrest e) {
            throw e;
        } catch (RuntimeException e) {
            state.workshop().problems().notCompared(state, name, e);
            return differencer.whole(name, before, value, source);
        }
    }

    private void verify(String name, Benchmark before, Object value, Benchmark after) {
        if (verification != null) {
            if (before != null && before.isOf(value) && !log.wrote(name)) {
                verification.changed(name, value);
            }
            verification.read(name, after.bytes());
        }
    }

    private void grow(AttributeChange change, Object value, int bytes) {
        size += bytes;
        if (bytes > 0) {
            growths.add(new Growth(change, value.getClass().getName(), bytes));
        }
    }

    private static int length(Benchmark benchmark) {
        return benchmark == null ? 0 : benchmark.bytes().length;
    }

    private Differencer.Source<NotSerializableAttribute> source(String name, Object value) {
        return new Differencer.Source<>() {
            @Override
            public byte[] bytes(List<Object> met) throws NotSerializableAttribute {
                return serialize(name, value, met);
            }

            @Override
            public boolean alone() {
                // Who came and left without comparing meanwhile has left the name to the next scan.
                return !othersInside() && !contents.pending().contains(name);
            }
        };
    }

    /**
     * Whether somebody is inside who will compare later. Who came inside since the lock was taken is still there: leaving
     * with work done needs the lock.
     */
    private boolean othersInside() {
        // In this order: between the two looks some of those who only wait may have left, which errs on the safe side.
        int inside = state.token().gate().inside();
        return inside - contents.concluded() > 1;
    }

    /** Others inside are changing the value. */
    private static final class Unrest extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Unrest() {
            super(null, null, false, false);
        }
    }

    /**
     * Bytes of a value that other threads of the application may be changing at this moment, which shows in whatever
     * exception their collections throw.
     *
     * @throws Unrest where that does not come to rest while others are inside: they complete later, and what is pending
     *                is theirs
     */
    private byte[] serialize(String name, Object value, List<Object> met) throws NotSerializableAttribute {
        RuntimeException last = null;
        for (int i = 0; i < TRIES; i++) {
            try {
                ValueSerializer serializer = state.workshop().serializer();
                byte[] bytes = met == null ? serializer.serialize(name, value) : serializer.serialize(name, value, met);
                if (bytes.length > BytePatch.MAX_RESULT) {
                    throw new NotSerializableAttribute(name, name, value.getClass().getName() + " of " + bytes.length
                            + " bytes, more than the limit of " + BytePatch.MAX_RESULT, null);
                }
                return bytes;
            } catch (StackOverflowError e) {
                throw new NotSerializableAttribute(name, name, value.getClass().getName(), e);
            } catch (RuntimeException e) {
                last = e;
                LockSupport.parkNanos(PAUSE_NANOS * i);
            }
        }
        if (othersInside()) {
            throw new Unrest();
        }
        throw new NotSerializableAttribute(name, name, value.getClass().getName(), last);
    }

    /** Whether nothing that was changed is left to the next scan. */
    public boolean complete() {
        return unfinished.isEmpty() && contents.pending().isEmpty();
    }

    /** What to send, or null where nothing changed or the session is new. */
    public SessionDelta delta() {
        return delta;
    }

    /** The whole new session, or null where the store knows it. */
    public SessionImage image() {
        return image;
    }

    public List<NotSerializableAttribute> problems() {
        return problems;
    }

    /** Names of the attributes that were compared with their benchmark, ascending. */
    List<String> compared() {
        return compared;
    }

    /** Names of the changed attributes: first those that requests used, ascending, then others. */
    public List<String> changed() {
        List<String> changed = new ArrayList<>(changes.size());
        changes.forEach(c -> changed.add(c.name()));
        return changed;
    }

    /** What was found has been given to the core: it is the benchmark from now on. The caller still holds the lock. */
    public void accept(Fence fence) {
        contents.leave(unfinished);
        if (restructured) {
            contents.revised();
        }
        boolean rewritten = image == null && removed.isEmpty() && meta == contents.storedMeta();
        int growth = 0;
        for (Map.Entry<String, Benchmark> e : benchmarks.entrySet()) {
            Attribute attribute = contents.attribute(e.getKey());
            if (attribute != null) {
                rewritten &= attribute.benchmark() != null;
                growth += length(e.getValue()) - length(attribute.benchmark());
                attribute.benchmark(e.getValue());
            }
        }
        for (String name : removed) {
            Attribute attribute = contents.attribute(name);
            if (attribute != null) {
                attribute.benchmark(null);
                contents.forgetRemoved(attribute);
            }
        }
        if (image != null) {
            contents.known();
            contents.stamp(new Stamp(fence, 1));
        } else if (delta != null) {
            contents.stamp(new Stamp(fence, delta.version()));
        }
        if (image != null || delta != null) {
            contents.storedMeta(meta);
            if (rewritten) {
                contents.grow(growth);
            } else {
                contents.measure();
            }
        }
    }
}
