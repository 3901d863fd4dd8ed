package dev.baton.demo.launcher;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The one address: an HTTP server on 127.0.0.1 with the control path and, for all the rest, the proxy. It answers only
 * to its own names, so that a site whose name is made to point to 127.0.0.1 gets nothing.
 */
final class FrontDoor implements AutoCloseable {
    private static final int THREADS = 32;
    private static final int MAX_WAITING = 256;

    private final HttpServer server;
    private final ThreadPoolExecutor threads;

    /** @throws DemoFailed if the port cannot be had */
    FrontDoor(int port, HttpHandler proxy, HttpHandler control) throws DemoFailed {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), 0);
        } catch (IOException e) {
            throw new DemoFailed("port " + port + " on 127.0.0.1 cannot be had: " + e.getMessage(), e);
        }
        threads = new ThreadPoolExecutor(THREADS, THREADS, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MAX_WAITING),
                task -> {
                    Thread thread = new Thread(task, "front-door");
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
        server.setExecutor(threads);
        Filter names = new OwnNames(server.getAddress().getPort());
        server.createContext("/control/", control).getFilters().add(names);
        server.createContext("/", proxy).getFilters().add(names);
        server.start();
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private static final class OwnNames extends Filter {
        private final Set<String> names;

        OwnNames(int port) {
            names = Set.of("127.0.0.1:" + port, "localhost:" + port);
        }

        @Override
        public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
            String host = exchange.getRequestHeaders().getFirst("Host");
            if (host != null && names.contains(host)) {
                chain.doFilter(exchange);
                return;
            }
            try (exchange) {
                ErrorPage.send(exchange, 421, "Not here", "This address serves " + names, List.of());
            }
        }

        @Override
        public String description() {
            return "answers to the server's own names only";
        }
    }
}
