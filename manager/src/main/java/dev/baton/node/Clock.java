package dev.baton.node;

/** The only source of time. */
public interface Clock {
    /** Monotonic, never less than in a call that returned before; only differences mean something. */
    long nanos();

    /** Wall clock, for people only: nothing in the cluster is decided by it. */
    long wallMillis();
}
