package dev.baton.sim;

import java.util.PriorityQueue;

/** Virtual time: runs what is due, in the order of time and, at the same time, of scheduling. */
final class Scheduler {
    private record Event(long at, long order, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event o) {
            return at != o.at ? Long.compare(at, o.at) : Long.compare(order, o.order);
        }
    }

    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private long order;
    private long now;
    private long ran;

    long now() {
        return now;
    }

    /** Events run so far: a run that never comes to rest is noticed by it. */
    long ran() {
        return ran;
    }

    void after(long delayNanos, Runnable action) {
        at(now + Math.max(0, delayNanos), action);
    }

    void at(long time, Runnable action) {
        events.add(new Event(Math.max(now, time), order++, action));
    }

    /** Runs one event; false where none is due up to then, with the time moved there. */
    boolean step(long until) {
        Event next = events.peek();
        if (next == null || next.at > until) {
            now = Math.max(now, until);
            return false;
        }
        events.poll();
        now = next.at;
        ran++;
        next.action.run();
        return true;
    }
}
