package dev.baton.node;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The node's own threads. All are daemons, and none inherits the class loader of the web application whose start
 * happened to make it.
 */
class NodeThreads {
    private static final int HELPERS = 2;
    /** So many sessions may keep a thread for ever, by an application's code that blocks, before others wait for it. */
    private static final int APPLICATION_THREADS = 8;
    private static final int IDLE_SECONDS = 10;
    private static final long JOIN_MILLIS = 2_000;

    private final String node;
    private final ThreadPoolExecutor helpers;

    NodeThreads(String node) {
        this.node = node;
        // Unbounded, since what is queued is bounded by those who wait asynchronously; they have their limits.
        helpers = new ThreadPoolExecutor(HELPERS, HELPERS, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
                r -> thread("helper", r), (late, pool) -> late.run());
        helpers.allowCoreThreadTimeOut(true);
    }

    /** For short work that must not be done by the cluster's threads. After the stop the caller does it. */
    Executor helpers() {
        return helpers;
    }

    /** For work that runs the application's code, which may block. The queue is unbounded: the caller bounds the work. */
    ThreadPoolExecutor forApplication(String what) {
        return forApplication(what, APPLICATION_THREADS);
    }

    /** The same with so many threads. */
    ThreadPoolExecutor forApplication(String what, int size) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(size, size, IDLE_SECONDS, TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(), r -> thread(what, r));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    Thread daemon(String what, Runnable action) {
        Thread t = thread(what, action);
        t.start();
        return t;
    }

    Thread thread(String what, Runnable action) {
        Thread t = new Thread(null, action, "baton-" + node + "-" + what, 0, false);
        t.setDaemon(true);
        t.setContextClassLoader(NodeThreads.class.getClassLoader());
        return t;
    }

    void stop() {
        helpers.shutdown();
    }

    /** Waits for the thread's end, for a bounded time. */
    static void join(Thread thread) {
        try {
            thread.join(JOIN_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
