package dev.baton.itests.cluster;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;

/** Waits with a name and a limit. */
public final class Await {
    private static final Duration POLL = Duration.ofMillis(50);

    private Await() {}

    /** @param what completes the sentence "waited in vain until …" */
    public static void until(String what, int seconds, Callable<Boolean> holds) {
        Awaitility.await(what).pollInterval(POLL).pollDelay(Duration.ZERO).atMost(Duration.ofSeconds(seconds))
                .until(holds);
    }

    /** Lets what is under way come to an end; never proof of anything by itself. */
    static void quietly(long millis) {
        LockSupport.parkNanos(millis * 1_000_000);
    }
}
