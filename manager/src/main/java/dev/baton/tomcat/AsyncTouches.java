package dev.baton.tomcat;

import java.util.Set;
import java.util.TreeSet;

/**
 * Attributes of a session that were handed out to threads outside of any scope. While an asynchronous request is under
 * way such a thread may belong to it, even before the container's thread has left, and may go on changing them in
 * place: so they are compared once more when that request completes.
 */
final class AsyncTouches {
    private static final int MAX_NAMES = 1_000;

    private final Set<String> names = new TreeSet<>();
    private int requests;

    synchronized void requestStarted() {
        requests++;
    }

    /** Names to compare now; forgotten when no other request is under way. */
    synchronized Set<String> requestEnded() {
        Set<String> touched = new TreeSet<>(names);
        if (--requests == 0) {
            names.clear();
        }
        return touched;
    }

    synchronized void touched(String name) {
        if (names.size() < MAX_NAMES) {
            names.add(name);
        }
    }
}
