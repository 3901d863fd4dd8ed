package dev.baton.demo.launcher;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.baton.demo.wire.NodeLine;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server in the place of a Tomcat: keeps what it was asked, answers what it is told to. */
final class StubNode implements AutoCloseable {
    /** @param body of the request */
    record Seen(String method, String target, Map<String, List<String>> headers, String body) {
        String header(String name) {
            return headers.getOrDefault(name, List.of("")).get(0);
        }
    }

    /** Answers an exchange whose body was read. */
    interface Answer {
        void to(HttpExchange exchange, String body) throws IOException;
    }

    final String name;
    final List<Seen> seen = new CopyOnWriteArrayList<>();
    volatile Answer answer = (exchange, body) -> text(exchange, 200, "hello");
    private final HttpServer server;

    StubNode(String name) throws IOException {
        this.name = name;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
                seen.add(new Seen(exchange.getRequestMethod(), exchange.getRequestURI().toString(),
                        Map.copyOf(exchange.getRequestHeaders()), body));
                answer.to(exchange, body);
            }
        });
        server.start();
    }

    static void text(HttpExchange exchange, int status, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    /** As the launcher describes it: running, whatever became of it. */
    NodeLine line() {
        return new NodeLine(name, true, 1, server.getAddress().getPort());
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
