package dev.baton.node;

import java.util.concurrent.atomic.LongAdder;

/** The counters behind {@link ApplicationCounters}. */
final class Counting {
    final LongAdder entries = new LongAdder();
    final LongAdder waits = new LongAdder();
    final LongAdder lockWaits = new LongAdder();
    final LongAdder deadlocks = new LongAdder();
    final LongAdder deltas = new LongAdder();
    final LongAdder deltaBytes = new LongAdder();
    final LongAdder wholeBytes = new LongAdder();
    final LongAdder unchanged = new LongAdder();
    final LongAdder tokensLost = new LongAdder();
    final LongAdder lookupsSent = new LongAdder();

    void sent(int delta, int whole) {
        deltas.increment();
        deltaBytes.add(delta);
        wholeBytes.add(whole);
    }

    ApplicationCounters read(int states, int tokens) {
        return new ApplicationCounters(entries.sum(), waits.sum(), lockWaits.sum(), deadlocks.sum(), deltas.sum(),
                deltaBytes.sum(), wholeBytes.sum(), unchanged.sum(), tokensLost.sum(), lookupsSent.sum(), states,
                tokens);
    }
}
