package dev.baton.tomcat;

/**
 * Learns whether the next request of a connection is mostly there as soon as a thread can look for it, as it is where
 * clients ask without a pause. Where it is, looking saves the poller's turn; where users think in between, looking only
 * wakes a thread in vain, and the poller has to watch the connection all the same. Any threads, which may overwrite what
 * another one has learnt: it is a guess.
 */
final class NextRequests {
    /** After so many looks a change of the load has mostly been learnt. */
    private static final int AVERAGED = 16;
    /** Where looking is in vain one connection of so many is looked at, to learn when that has changed. */
    static final int PROBED = 32;
    private static final int ALWAYS = 1 << 16;

    /** Of {@link #ALWAYS}, how often the request was there. */
    private volatile int there = ALWAYS;
    private volatile int skipped;

    /** Whether a thread should look for the next request of a connection; else the poller watches it. */
    boolean worthLooking() {
        if (there >= ALWAYS / 2) {
            return true;
        }
        int now = skipped + 1;
        skipped = now == PROBED ? 0 : now;
        return now == PROBED;
    }

    /** What a look has found. */
    void looked(boolean found) {
        there += ((found ? ALWAYS : 0) - there) / AVERAGED;
    }
}
