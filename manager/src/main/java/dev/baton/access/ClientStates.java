package dev.baton.access;

import dev.baton.diff.Differencer;
import dev.baton.model.SessionKey;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The copies of one application's sessions in this process, one object per id.
 *
 * <p>Those with a token, with somebody inside or waiting are always kept; of the others as many as fit, those used
 * last. What does not fit is only let go of: while anybody still refers to the object it remains the one of its id.
 */
public final class ClientStates {
    private final long application;
    private final Workshop workshop;
    private final int maxWaiters;
    private final boolean turns;
    private final int limit;
    private final LongSupplier nanos;
    private final Consumer<ClientState> release;
    private final Map<String, ClientState> kept = new ConcurrentHashMap<>();
    private final Map<String, Known> known = new ConcurrentHashMap<>();
    private final ReferenceQueue<ClientState> unused = new ReferenceQueue<>();
    private final AtomicBoolean evicting = new AtomicBoolean();

    private static final class Known extends WeakReference<ClientState> {
        final String id;

        Known(String id, ClientState state, ReferenceQueue<ClientState> queue) {
            super(state, queue);
            this.id = id;
        }
    }

    /**
     * @param differencer finds what changed
     * @param turns       whether requests of one session follow each other
     * @param limit       copies kept
     * @param release     gives an unused token back, so that its copy can be dropped some time later
     */
    public ClientStates(long application, ValueSerializer serializer, Tracking tracking, Differencer differencer,
                        ClientState.Problems problems, int maxWaiters, boolean turns, int limit, LongSupplier nanos,
                        Consumer<ClientState> release) {
        this.application = application;
        this.workshop = new Workshop(serializer, tracking, differencer, problems);
        this.maxWaiters = maxWaiters;
        this.turns = turns;
        this.limit = limit;
        this.nanos = nanos;
        this.release = release;
    }

    /** The one object of that id. */
    public ClientState state(String id) {
        ClientState state = kept.get(id);
        if (state != null) {
            return state;
        }
        ClientState[] found = new ClientState[1];
        known.compute(id, (i, k) -> {
            found[0] = k == null ? null : k.get();
            Known mine = k;
            if (found[0] == null) {
                found[0] = new ClientState(new SessionKey(application, id), workshop, new TokenHold(maxWaiters, turns));
                mine = new Known(id, found[0], unused);
            }
            kept.put(id, found[0]);
            return mine;
        });
        if (kept.size() > limit) {
            evict();
        }
        return found[0];
    }

    /** Something of this object has begun that it must be kept for, as {@link TokenHold#away} tells. */
    public void keep(ClientState state) {
        known.computeIfPresent(state.key().id(), (id, k) -> {
            if (k.get() == state) {
                kept.put(id, state);
            }
            return k;
        });
    }

    /** The object of that id if there is one, else null. */
    public ClientState existing(String id) {
        ClientState state = kept.get(id);
        if (state != null) {
            return state;
        }
        Known k = known.get(id);
        return k == null ? null : k.get();
    }

    /** The object goes on under another id. One that stood there before is forgotten. */
    public void rename(ClientState state, String newId) {
        String old = state.key().id();
        state.key(new SessionKey(application, newId));
        known.compute(newId, (i, k) -> {
            kept.put(newId, state);
            return new Known(newId, state, unused);
        });
        known.computeIfPresent(old, (i, k) -> {
            kept.remove(old, state);
            return k.get() == state ? null : k;
        });
    }

    /** The session does not exist any more: the next one to ask for that id gets another object. */
    public void forget(ClientState state) {
        known.computeIfPresent(state.key().id(), (i, k) -> {
            kept.remove(i, state);
            return k.get() == state ? null : k;
        });
    }

    public List<ClientState> all() {
        return List.copyOf(kept.values());
    }

    public int size() {
        return kept.size();
    }

    /** Frees what can be made anew of copies that nobody has used for so long. */
    public void shrink(long idleNanos) {
        long now = nanos.getAsLong();
        for (ClientState state : kept.values()) {
            if (state.inside() == 0 && state.token().idleNanos(now) >= idleNanos) {
                state.shrink();
            }
        }
    }

    /** Bytes of memory, about, that all copies take beside live objects and what the store would have. */
    public long spareBytes() {
        return kept.values().stream().mapToLong(ClientState::spareBytes).sum();
    }

    /** Bytes of what the store has of all copies, about; shared with the store where that is in this process. */
    public long benchmarkBytes() {
        return kept.values().stream().mapToLong(ClientState::wholeBytes).sum();
    }

    private void evict() {
        if (!evicting.compareAndSet(false, true)) {
            return;
        }
        try {
            clean();
            long now = nanos.getAsLong();
            List<ClientState> all = new ArrayList<>(kept.values());
            all.removeIf(s -> s.inside() > 0 || s.token().gate().hasWaiters());
            // Never accessed counts as just made: somebody is about to use it.
            all.sort(Comparator.comparingLong((ClientState s) -> s.token().idleNanos(now)).reversed());
            // A tenth more than needed, so that not every new session has to look through all.
            int surplus = Math.min(all.size(), kept.size() - limit + limit / 10);
            for (ClientState state : all.subList(0, Math.max(0, surplus))) {
                if (state.token().idle()) {
                    drop(state);
                } else {
                    release.accept(state);
                }
            }
        } finally {
            evicting.set(false);
        }
    }

    private void clean() {
        for (Object gone = unused.poll(); gone != null; gone = unused.poll()) {
            Known k = (Known) gone;
            known.remove(k.id, k);
        }
    }

    /** Lets go of a copy that {@link ClientState#settle settled}, where its token is back in the store. */
    public void letGo(ClientState state) {
        if (state.settled()) {
            drop(state);
        }
    }

    private void drop(ClientState state) {
        String id = state.key().id();
        known.computeIfPresent(id, (i, k) -> {
            // Still the object of its id for whoever refers to it.
            if (state.token().idle()) {
                kept.remove(i, state);
            }
            return k;
        });
        clean();
    }
}
