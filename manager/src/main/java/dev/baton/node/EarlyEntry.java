package dev.baton.node;

import dev.baton.access.ClientState;

/**
 * A way into a session that was begun before it is known whether it will be used, made by
 * {@link Application#enterEarly}. Whoever has it goes on with {@link Application#enter(EarlyEntry, long)}, or ends it
 * with {@link Application#drop}. It may be inside, but nothing has been done there: so it gives way to other processes
 * that have waited for a while, and whoever goes on then begins anew.
 */
public final class EarlyEntry {
    private final ClientState state;
    private final Entry entry;
    /** Somebody has taken the entry: it is that one's to go on with, or to cancel. */
    private boolean taken;

    EarlyEntry(ClientState state, Entry entry) {
        this.state = state;
        this.entry = entry;
    }

    public ClientState state() {
        return state;
    }

    /** Whether the token is here and this keeps it here. */
    public synchronized boolean inside() {
        return !taken && entry.inside();
    }

    /** Whether this keeps the token here, wherever it stands: see {@link Entry#admitted}. */
    synchronized boolean admitted() {
        return !taken && entry.admitted();
    }

    /** The entry, for the caller to go on with or to cancel; null where somebody has taken it. */
    synchronized Entry take() {
        Entry mine = taken ? null : entry;
        taken = true;
        return mine;
    }

    /** Another process has been waiting for the token. */
    void giveWay() {
        boolean keptOut;
        synchronized (this) {
            keptOut = admitted();
            taken |= keptOut;
        }
        if (keptOut) {
            entry.cancel();
        }
    }
}
