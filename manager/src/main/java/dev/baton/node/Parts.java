package dev.baton.node;

import java.util.concurrent.Executor;

/** The parts of a node that its applications share. */
record Parts(EventLoop loop, Clock clock, Leases leases, Lookups lookups, Censuses censuses, TimerQueue timers,
             Executor helpers, AwaitedCommits awaitedCommits, ShortTasks shortTasks, Membership membership, NodeEvents events) {
    long now() {
        return clock.nanos();
    }
}
