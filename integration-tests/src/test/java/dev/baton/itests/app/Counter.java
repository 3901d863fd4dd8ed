package dev.baton.itests.app;

import java.io.Serializable;

/** Counts as a careless application does: reads, thinks, writes. */
final class Counter implements Serializable {
    private static final long serialVersionUID = 1L;

    private int value;

    int value() {
        return value;
    }

    /** Adds one, and leaves as much room for an interleaving as the caller asks for. */
    int add(Thinking thinking) {
        int read = value;
        thinking.think();
        value = read + 1;
        return value;
    }
}
