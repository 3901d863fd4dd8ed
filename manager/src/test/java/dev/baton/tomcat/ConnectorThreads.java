package dev.baton.tomcat;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/** The threads of a connector, which refuse tasks while they are told to, as those with a full queue do. */
final class ConnectorThreads implements Executor, AutoCloseable {
    private final ExecutorService pool = Executors.newCachedThreadPool();
    private final AtomicInteger atWork = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    volatile boolean full;

    void serve(TestTomcats.Node node) {
        node.tomcat.getConnector().getProtocolHandler().setExecutor(this);
    }

    @Override
    public void execute(Runnable task) {
        if (full) {
            refused.incrementAndGet();
            throw new RejectedExecutionException("the queue is full");
        }
        atWork.incrementAndGet();
        pool.execute(() -> {
            try {
                task.run();
            } finally {
                atWork.decrementAndGet();
            }
        });
    }

    void awaitFree() {
        TestTomcats.await("all are free", () -> atWork.get() == 0);
    }

    /** The queue was full, and is no more. */
    void awaitRefusal() {
        TestTomcats.await("refused", this::wasRefused);
        full = false;
    }

    /** Whether a task was refused since the last time. */
    boolean wasRefused() {
        return refused.getAndSet(0) > 0;
    }

    @Override
    public void close() {
        pool.shutdownNow();
    }
}
