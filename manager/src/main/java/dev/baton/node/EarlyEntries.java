package dev.baton.node;

import dev.baton.access.ClientState;
import dev.baton.access.ClientStates;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Entries that were begun when a request's session was looked up, because the requests before it used theirs
 * ({@code TokenHold.likelyUsed}): the token answers whether there is such a session, so nobody need ask first.
 *
 * <p>A guess never fails and never waits for long. Where the token does not come at once the request hears of its
 * session by a look-up, as without a guess, and keeps its place among those who wait.
 */
final class EarlyEntries {
    /** As long as a token takes that nobody uses, over any network; a request that needs none waits no longer. */
    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** Who uses its session does so by then; who waits for something else, as a monitor of the application, does not. */
    private static final long USE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final ClientStates states;
    private final Tokens tokens;
    private final Parts parts;
    private final ApplicationEvents events;
    /** At most one for each request that runs. */
    private final Set<EarlyEntry> open = ConcurrentHashMap.newKeySet();

    EarlyEntries(ClientStates states, Tokens tokens, Parts parts, ApplicationEvents events) {
        this.states = states;
        this.tokens = tokens;
        this.parts = parts;
        this.events = events;
    }

    /** Null where nothing is begun; else to be ended by {@link #take}. */
    EarlyEntry begin(String id) {
        ClientState state = id == null ? null : states.existing(id);
        // Not where requests follow each other: one that uses no session must not stand in the turn of others.
        if (state == null || state.open() || !state.token().likelyUsed() || state.token().turns() != null) {
            return null;
        }
        Entry entry = new Entry(state, null, tokens, parts);
        try {
            entry.begin(PATIENCE_NANOS, events::waiting);
        } catch (SessionUnavailable e) {
            return null; // a look-up will tell why, or that it does not matter
        }
        EarlyEntry early = new EarlyEntry(state, entry);
        open.add(early);
        // Also where the token came too late for this to go on: it counts inside all the same.
        if (early.admitted() && !state.open()) {
            wanted(state);
        }
        return early;
    }

    /** For whoever began it to go on with or to cancel; null where it gave way. */
    Entry take(EarlyEntry early) {
        open.remove(early);
        return early.take();
    }

    /**
     * Another process waits for the token: who does nothing inside must not keep it out for long, least of all one that
     * waits for a monitor which only they can free who wait for that token.
     */
    void wanted(ClientState state) {
        // One that is not among them yet looks at the gate itself, when it is.
        if (open.stream().anyMatch(early -> early.state() == state)) {
            parts.timers().after(USE_NANOS, () -> parts.helpers().execute(() -> giveWay(state)));
        }
    }

    private void giveWay(ClientState state) {
        for (EarlyEntry early : open) {
            if (early.state() == state) {
                early.giveWay();
            }
        }
    }
}
