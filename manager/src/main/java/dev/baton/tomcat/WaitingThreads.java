package dev.baton.tomcat;

import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.catalina.Engine;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.connector.Request;
import org.apache.catalina.core.StandardThreadExecutor;
import org.apache.tomcat.util.threads.TaskThread;
import org.apache.tomcat.util.threads.ThreadPoolExecutor;

/**
 * Sees to it that the requests which wait for sessions take no more than half of a connector's threads: the other half
 * goes on with what needs no session, or none that one has to wait for. Connectors that share an executor share the
 * bound; where requests run in virtual threads there is none. Any thread.
 */
final class WaitingThreads {
    private static final int SHARE = 2;
    /** By the pool; weak, so that a stopped connector's does not stay. */
    private static final Map<Executor, AtomicInteger> WAITING = new WeakHashMap<>();
    private static final Runnable UNBOUNDED = () -> { };

    private WaitingThreads() {
    }

    /**
     * The calling thread is about to wait.
     *
     * @return what to run when it waits no longer; null where half of its pool waits already
     */
    static Runnable begin(Engine engine) {
        Executor pool = pool(engine);
        int threads = pool == null ? Integer.MAX_VALUE : size(pool);
        if (threads == Integer.MAX_VALUE) {
            return UNBOUNDED;
        }
        AtomicInteger waiting;
        synchronized (WAITING) {
            waiting = WAITING.computeIfAbsent(pool, p -> new AtomicInteger());
        }
        if (waiting.incrementAndGet() > Math.max(1, threads / SHARE)) {
            waiting.decrementAndGet();
            return null;
        }
        return waiting::decrementAndGet;
    }

    /** The pool of the connector that the thread works for; null for a thread of somebody else's. */
    private static Executor pool(Engine engine) {
        Request request = RequestScope.runningRequest();
        if (request != null) {
            return request.getConnector().getProtocolHandler().getExecutor();
        }
        // Asynchronous work and WebSockets: nothing tells the connector, and mostly there is one.
        if (!(Thread.currentThread() instanceof TaskThread) || engine == null) {
            return null;
        }
        Connector[] connectors = engine.getService().findConnectors();
        return connectors.length == 0 ? null : connectors[0].getProtocolHandler().getExecutor();
    }

    private static int size(Executor pool) {
        if (pool instanceof ThreadPoolExecutor tomcats) {
            return tomcats.getMaximumPoolSize();
        }
        if (pool instanceof StandardThreadExecutor shared) {
            return shared.getMaxThreads();
        }
        return pool instanceof java.util.concurrent.ThreadPoolExecutor other ? other.getMaximumPoolSize()
                : Integer.MAX_VALUE;
    }
}
