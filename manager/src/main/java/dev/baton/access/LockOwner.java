package dev.baton.access;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * On whose behalf something is locked: one request mostly, whatever threads it runs in. What an owner has locked it may
 * lock again. Any threads.
 */
public final class LockOwner {
    private static final AtomicLong NUMBERS = new AtomicLong();

    private final String name;
    private final long bornNanos;
    /** Decides between two that began at the same time. */
    private final long number = NUMBERS.incrementAndGet();
    /** What it waits for now; mostly one. */
    private final List<Claim> waiting = new CopyOnWriteArrayList<>();

    /**
     * @param name      for logs: no session id in it
     * @param bornNanos when it began, on one clock for all owners of the process
     */
    public LockOwner(String name, long bornNanos) {
        this.name = name;
        this.bornNanos = bornNanos;
    }

    List<Claim> waiting() {
        return waiting;
    }

    boolean youngerThan(LockOwner other) {
        return bornNanos != other.bornNanos ? bornNanos - other.bornNanos > 0 : number > other.number;
    }

    /** The name. */
    @Override
    public String toString() {
        return name;
    }
}
