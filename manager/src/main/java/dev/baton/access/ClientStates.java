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
import java.util.concurrent.atomic.AtomicInteger;
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
    /** By id the state, where it is kept, or one that is only {@link Known}. */
    private final Map<String, Object> states = new ConcurrentHashMap<>();
    private final AtomicInteger kept = new AtomicInteger();
    private final ReferenceQueue<ClientState> unused = new ReferenceQueue<>();
    private final AtomicBoolean evicting = new AtomicBoolean();

    /** One that is let go of, and the one of its id as long as anybody refers to it. */
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

    private static ClientState of(Object there) {
        return there instanceof Known known ? known.get() : (ClientState) there;
    }

    /** The one object of that id. */
    public ClientState state(String id) {
        if (states.get(id) instanceof ClientState state) {
            return state;
        }
        ClientState[] found = new ClientState[1];
        states.compute(id, (i, there) -> {
            found[0] = of(there);
            if (found[0] == null) {
                found[0] = new ClientState(new SessionKey(application, id), workshop, new TokenHold(maxWaiters, turns));
            }
            return kept(there, found[0]);
        });
        if (kept.get() > limit) {
            evict();
        }
        return found[0];
    }

    private ClientState kept(Object before, ClientState state) {
        if (!(before instanceof ClientState)) {
            kept.incrementAndGet();
        }
        return state;
    }

    /** Something of this object has begun that it must be kept for, as {@link TokenHold#away} tells. */
    public void keep(ClientState state) {
        states.computeIfPresent(state.key().id(), (id, there) -> of(there) == state ? kept(there, state) : there);
    }

    /** The object of that id if there is one, else null. */
    public ClientState existing(String id) {
        return of(states.get(id));
    }

    /** The object goes on under another id. One that stood there before is forgotten. */
    public void rename(ClientState state, String newId) {
        String old = state.key().id();
        state.key(new SessionKey(application, newId));
        states.compute(newId, (id, there) -> kept(there, state));
        remove(old, state);
    }

    /** The session does not exist any more: the next one to ask for that id gets another object. */
    public void forget(ClientState state) {
        remove(state.key().id(), state);
    }

    private void remove(String id, ClientState state) {
        states.computeIfPresent(id, (i, there) -> {
            if (of(there) != state) {
                return there;
            }
            if (there == state) {
                kept.decrementAndGet();
            }
            return null;
        });
    }

    public List<ClientState> all() {
        List<ClientState> all = new ArrayList<>();
        for (Object there : states.values()) {
            if (there instanceof ClientState state) {
                all.add(state);
            }
        }
        return all;
    }

    public int size() {
        return kept.get();
    }

    /** Frees what can be made anew of copies that nobody has used for so long. */
    public void shrink(long idleNanos) {
        long now = nanos.getAsLong();
        for (ClientState state : all()) {
            if (state.inside() == 0 && state.token().idleNanos(now) >= idleNanos) {
                state.shrink();
            }
        }
    }

    /** Bytes of memory, about, that all copies take beside live objects and what the store would have. */
    public long spareBytes() {
        return all().stream().mapToLong(ClientState::spareBytes).sum();
    }

    /** Bytes of what the store has of all copies, about; shared with the store where that is in this process. */
    public long benchmarkBytes() {
        return all().stream().mapToLong(ClientState::wholeBytes).sum();
    }

    private void evict() {
        if (!evicting.compareAndSet(false, true)) {
            return;
        }
        try {
            clean();
            long now = nanos.getAsLong();
            List<ClientState> all = all();
            all.removeIf(s -> s.inside() > 0 || s.token().gate().hasWaiters());
            // Never accessed counts as just made: somebody is about to use it.
            all.sort(Comparator.comparingLong((ClientState s) -> s.token().idleNanos(now)).reversed());
            // A tenth more than needed, so that not every new session has to look through all.
            int surplus = Math.min(all.size(), kept.get() - limit + limit / 10);
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
            states.remove(k.id, k);
        }
    }

    /** Lets go of a copy that {@link ClientState#settle settled}, where its token is back in the store. */
    public void letGo(ClientState state) {
        if (state.settled()) {
            drop(state);
        }
    }

    /** Still the object of its id for whoever refers to it. */
    private void drop(ClientState state) {
        states.computeIfPresent(state.key().id(), (id, there) -> {
            if (there != state || !state.token().idle()) {
                return there;
            }
            kept.decrementAndGet();
            return new Known(id, state, unused);
        });
        clean();
    }
}
