package dev.baton.tomcat;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How many sessions this node made, and how many a minute: what Tomcat's Manager tells of its own sessions. Any thread.
 */
final class CreatedSessions {
    private static final int REMEMBERED = 100;
    private static final long MINUTE_MILLIS = 60_000;

    private final Deque<Long> last = new ArrayDeque<>(REMEMBERED);
    private long count;

    synchronized void created(long wallMillis) {
        count++;
        if (last.size() == REMEMBERED) {
            last.removeFirst();
        }
        last.addLast(wallMillis);
    }

    synchronized long count() {
        return count;
    }

    /** By the last hundred; 0 where there was none. */
    synchronized int perMinute(long wallMillis) {
        return last.isEmpty() ? 0
                : (int) (MINUTE_MILLIS * last.size() / Math.max(1, wallMillis - last.getFirst()));
    }
}
