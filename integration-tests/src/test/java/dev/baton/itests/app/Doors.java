package dev.baton.itests.app;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Doors behind which requests of this process stay until they are let go; nobody stays longer than a minute. */
final class Doors {
    private static final Map<String, CountDownLatch> SHUT = new ConcurrentHashMap<>();

    private Doors() {}

    /** @return false where nobody opened in time */
    static boolean stay(String name) throws InterruptedException {
        CountDownLatch door = new CountDownLatch(1);
        if (SHUT.putIfAbsent(name, door) != null) {
            throw new IllegalStateException("somebody stays behind " + name + " already");
        }
        try {
            return door.await(60, TimeUnit.SECONDS);
        } finally {
            SHUT.remove(name);
        }
    }

    static boolean occupied(String name) {
        return SHUT.containsKey(name);
    }

    static boolean open(String name) {
        CountDownLatch door = SHUT.get(name);
        if (door != null) {
            door.countDown();
        }
        return door != null;
    }
}
