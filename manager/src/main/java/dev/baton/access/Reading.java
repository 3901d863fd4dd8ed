package dev.baton.access;

import java.util.function.Supplier;

/**
 * What a thread is making from its bytes. A value whose {@code readObject} asks the session for the value itself would
 * be read again by that, to the end of the thread's stack, where any line of anybody's code may be left half done, locks
 * included. It is told what Tomcat's own sessions say while they are loaded: not there yet.
 */
final class Reading {
    /** The innermost; empty mostly. */
    private static final ThreadLocal<Reading> INNERMOST = new ThreadLocal<>();

    private final Object owner;
    private final String name;
    private final Reading outer;

    private Reading(Object owner, String name, Reading outer) {
        this.owner = owner;
        this.name = name;
        this.outer = outer;
    }

    /** @return what the action gives; null where this thread is in the midst of it */
    static <T> T once(Object owner, String name, Supplier<T> action) {
        Reading outer = INNERMOST.get();
        for (Reading each = outer; each != null; each = each.outer) {
            if (each.owner == owner && each.name.equals(name)) {
                return null;
            }
        }
        INNERMOST.set(new Reading(owner, name, outer));
        try {
            return action.get();
        } finally {
            if (outer == null) {
                INNERMOST.remove();
            } else {
                INNERMOST.set(outer);
            }
        }
    }
}
