package dev.baton.protocol;

import dev.baton.diff.AttributeDiff;
import dev.baton.model.AttributeChange;
import dev.baton.model.SessionImage;
import dev.baton.model.SessionKey;
import dev.baton.model.Stamp;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a copy was not sent yet: for each session that changed its benchmark, which is the state that was sent last
 * (B2). However often a session changes meanwhile, it is one change when it is sent: the very change where there was
 * one, else the comparison of the primary state with the benchmark. So what is kept for a slow copy is bounded by the
 * state, not by the number of changes.
 *
 * <p>An attribute that was not changed is not looked at (B4); one that was changed once travels as the holder's own
 * patch; one that was changed several times is compared as bytes.
 */
final class Backlog {
    private static final int MAX_KEYS = 500;

    private static final class Lag {
        final SessionKey key;
        /** Number of the first change that is missing. */
        final long since;
        StoredSession benchmark;
        /** The change, where there was just one. */
        Change only;
        /** By attribute: its change where there was just one, else null. */
        TreeMap<String, AttributeChange> changes;
        /** The contents were replaced: every attribute may differ. */
        boolean replaced;
        /** Its new id, which must not be sent later than this. */
        SessionKey movedTo;

        Lag(SessionKey key, long since, StoredSession benchmark, Change only) {
            this.key = key;
            this.since = since;
            this.benchmark = benchmark;
            this.only = only;
        }

        void more(Change change) {
            if (changes == null) {
                changes = new TreeMap<>();
                fold(only);
                only = null;
            }
            fold(change);
        }

        private void fold(Change change) {
            if (change instanceof Change.Applied a) {
                for (AttributeChange c : a.delta().changes()) {
                    changes.put(c.name(), changes.containsKey(c.name()) ? null : c);
                }
            } else if (change instanceof Change.Copied || change instanceof Change.Moved) {
                replaced = true;
            }
        }
    }

    private final Guards guards;
    private final LinkedHashMap<SessionKey, Lag> lags = new LinkedHashMap<>();
    private final TreeSet<SessionKey> touched = new TreeSet<>();
    private long touchedSince;

    Backlog(Guards guards) {
        this.guards = guards;
    }

    /** The sessions whose state a change replaces. */
    static List<SessionKey> keys(Change change) {
        if (change instanceof Change.Granted c) {
            return List.of(c.key());
        } else if (change instanceof Change.Freed c) {
            return List.of(c.key());
        } else if (change instanceof Change.Applied c) {
            return List.of(c.key());
        } else if (change instanceof Change.Created c) {
            return List.of(c.key());
        } else if (change instanceof Change.Buried c) {
            return List.of(c.key());
        } else if (change instanceof Change.Moved c) {
            return List.of(c.key(), new SessionKey(c.key().application(), c.newId()));
        } else if (change instanceof Change.Purged c) {
            return c.keys();
        } else if (change instanceof Change.Copied c) {
            return List.of(c.key());
        }
        return List.of();
    }

    boolean isEmpty() {
        return lags.isEmpty() && touched.isEmpty();
    }

    /** Sessions that changed. */
    int size() {
        return lags.size();
    }

    void clear() {
        lags.clear();
        touched.clear();
    }

    /** The session was brought as it is now: what was missing of it is contained. */
    void brought(SessionKey key) {
        lags.remove(key);
    }

    /** Number of the last change up to which nothing is missing; {@code all} where nothing is missing at all. */
    long contained(long all) {
        long first = lags.isEmpty() ? all : lags.values().iterator().next().since - 1;
        return guards.contained(touched.isEmpty() ? first : Math.min(first, touchedSince - 1), all);
    }

    /**
     * A session has changed.
     *
     * @param before its state before the change, or null
     */
    void add(SessionKey key, StoredSession before, Change change, long seq) {
        Lag lag = lags.get(key);
        if (lag == null) {
            lag = new Lag(key, seq, before, change);
            lags.put(key, lag);
        } else {
            lag.more(change);
            if (!guards.benchmarkStays()) {
                lag.benchmark = before;
            }
        }
        if (change instanceof Change.Moved m && m.key().equals(key)) {
            lag.movedTo = new SessionKey(key.application(), m.newId());
        }
    }

    void touched(Change.Touched change, long seq) {
        if (touched.isEmpty()) {
            touchedSince = seq;
        }
        change.touches().forEach(t -> touched.add(t.key()));
    }

    /** Accesses not sent yet, with their ages of now; nothing is left of them. */
    List<Change> takeTouches(SegmentCopy copy, long now) {
        List<Change> changes = new ArrayList<>();
        while (!touched.isEmpty()) {
            List<Change.Touch> touches = new ArrayList<>();
            while (!touched.isEmpty() && touches.size() < MAX_KEYS) {
                SessionKey key = touched.pollFirst();
                Lag lag = lags.get(key);
                if (lag == null || lag.only != null) { // else its difference tells the age
                    touches.add(new Change.Touch(key, copy.idle(key, now)));
                }
            }
            if (!touches.isEmpty()) {
                changes.add(new Change.Touched(touches));
            }
        }
        return changes;
    }

    /** What brings the copy's oldest missing session to the present state: changes that belong together, or none. */
    List<Change> take(SegmentCopy copy, long now) {
        Lag lag = lags.values().iterator().next();
        if (copy.get(lag.key) == null && lag.movedTo == null) {
            return takePurged(copy);
        }
        List<Change> changes = new ArrayList<>();
        while (lag != null) {
            lags.remove(lag.key);
            Lag moved = lag.movedTo == null ? null : lags.get(lag.movedTo);
            if (moved != null && lag.benchmark != null && lag.only != null && lag.only == moved.only) {
                changes.add(lag.only);
                lags.remove(moved.key);
                moved = moved.movedTo == null ? null : lags.get(moved.movedTo);
            } else {
                Change change = difference(lag, copy, now);
                if (change != null) {
                    changes.add(change);
                }
            }
            lag = moved;
        }
        return changes;
    }

    private List<Change> takePurged(SegmentCopy copy) {
        List<SessionKey> keys = new ArrayList<>();
        Iterator<Lag> it = lags.values().iterator();
        for (Lag lag = it.next(); lag != null; lag = it.hasNext() && keys.size() < MAX_KEYS ? it.next() : null) {
            if (copy.get(lag.key) != null || lag.movedTo != null) {
                break;
            }
            it.remove();
            if (lag.benchmark != null) {
                keys.add(lag.key);
            }
        }
        return keys.isEmpty() ? List.of() : List.of(new Change.Purged(keys));
    }

    private static Change difference(Lag lag, SegmentCopy copy, long now) {
        StoredSession from = lag.benchmark;
        StoredSession to = copy.get(lag.key);
        if (lag.only != null && !(lag.only instanceof Change.Moved) && !(lag.only instanceof Change.Purged)) {
            return lag.only;
        }
        if (to == null) {
            return from == null ? null : new Change.Purged(List.of(lag.key));
        }
        if (from == null || from.tombstone() || to.tombstone()) {
            return new Change.Copied(lag.key, to, copy.idle(lag.key, now));
        }
        List<Stamp> made = to.history().stream().filter(s -> !from.history().contains(s)).toList();
        SessionImage was = from.image();
        SessionImage is = to.image();
        return new Change.Synced(lag.key, from.version(), compare(was, is, lag.changes, lag.replaced),
                was.meta().equals(is.meta()) ? null : is.meta(), made, to.fence(), to.holder(), to.rid(), to.expiring(),
                copy.idle(lag.key, now));
    }

    private static List<AttributeChange> compare(SessionImage was, SessionImage is,
                                                 TreeMap<String, AttributeChange> changes, boolean replaced) {
        TreeMap<String, AttributeChange> candidates = changes;
        if (replaced || changes == null) {
            candidates = new TreeMap<>();
            for (String name : was.names()) {
                candidates.put(name, null);
            }
            for (String name : is.names()) {
                candidates.put(name, null);
            }
        }
        List<AttributeChange> differences = new ArrayList<>();
        for (Map.Entry<String, AttributeChange> e : candidates.entrySet()) {
            if (e.getValue() != null) {
                differences.add(e.getValue());
                continue;
            }
            byte[] before = was.attribute(e.getKey());
            byte[] now = is.attribute(e.getKey());
            if (now == null && before != null) {
                differences.add(new AttributeChange.Remove(e.getKey()));
            } else if (now != before) {
                AttributeDiff.smallest(e.getKey(), before, now).ifPresent(differences::add);
            }
        }
        return differences;
    }
}
