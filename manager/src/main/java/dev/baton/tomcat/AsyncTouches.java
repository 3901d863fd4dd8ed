package dev.baton.tomcat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Attributes of a session that were handed out to threads outside of any scope while an asynchronous request was under
 * way. Such a thread may go on changing them in place, so they are compared once more when that request completes.
 */
final class AsyncTouches {
    private static final int MAX_NAMES = 1_000;

    private final AtomicInteger requests = new AtomicInteger();
    private final Set<String> names = ConcurrentHashMap.newKeySet();

    void requestStarted() {
        requests.incrementAndGet();
    }

    /** Names to compare now, by then forgotten. */
    List<String> requestEnded() {
        requests.decrementAndGet();
        List<String> touched = new ArrayList<>(names);
        names.removeAll(touched);
        return touched;
    }

    void touched(String name) {
        if (requests.get() > 0 && names.size() < MAX_NAMES) {
            names.add(name);
        }
    }
}
