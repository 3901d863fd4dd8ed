package dev.baton.demo.launcher;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.baton.demo.wire.NodeLine;
import dev.baton.demo.wire.TraceRow;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Hands a request to one of the nodes. A node that refuses the connection has not seen the request: the next one gets
 * it. One that breaks off later may have carried it out: then only GET and HEAD are tried again, and others are
 * answered 502, since nobody knows. Bodies of requests are limited and kept, answers pass through.
 */
final class ReverseProxy implements HttpHandler {
    static final int MAX_REQUEST_BYTES = 1 << 20;
    /** An answer up to this size is complete before its first byte is passed on. */
    private static final int HELD_BYTES = 256 << 10;
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(30);
    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS");
    private static final Set<String> NOT_PASSED_ON = Set.of("connection", "keep-alive", "proxy-connection", "te",
            "trailer", "transfer-encoding", "upgrade", "host", "content-length", "expect", "http2-settings",
            "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "forwarded");

    private final Nodes nodes;
    private final Balancer balancer;
    private final TraceBook traces;
    private final HttpClient client;

    /** What the proxy needs to know of the nodes. */
    interface Nodes {
        List<NodeLine> lines();

        URI address(String name);

        /** What the node tells of a session; never fails. */
        Figures figures(String name, String sessionId) throws InterruptedException;
    }

    ReverseProxy(Nodes nodes, Balancer balancer, TraceBook traces, HttpClient client) {
        this.nodes = nodes;
        this.balancer = balancer;
        this.traces = traces;
        this.client = client;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (!METHODS.contains(exchange.getRequestMethod()) || !rawTarget(exchange).startsWith("/")) {
                ErrorPage.send(exchange, 405, "This is not passed on", exchange.getRequestMethod(), List.of());
                return;
            }
            byte[] body = exchange.getRequestBody().readNBytes(MAX_REQUEST_BYTES + 1);
            if (body.length > MAX_REQUEST_BYTES) {
                ErrorPage.send(exchange, 413, "Too large", "A request may have " + MAX_REQUEST_BYTES + " bytes.",
                        List.of());
                return;
            }
            forward(exchange, body);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void forward(HttpExchange exchange, byte[] body) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        String session = Cookies.find(exchange.getRequestHeaders().get("Cookie"), Cookies.SESSION);
        String chosen = Cookies.find(exchange.getRequestHeaders().get("Cookie"), Cookies.CHOSEN);
        List<NodeLine> lines = nodes.lines();
        List<String> order = balancer.order(Cookies.route(session), chosen,
                lines.stream().filter(NodeLine::up).map(NodeLine::name).toList());
        String note = "";
        for (String node : order) {
            HttpResponse<InputStream> answer = null;
            try {
                answer = client.send(request(exchange, body, node, session, lines),
                        HttpResponse.BodyHandlers.ofInputStream());
                byte[] start = answer.body().readNBytes(HELD_BYTES);
                answered(exchange, answer, start, node, session, note, begin);
                return;
            } catch (AnswerBegun e) {
                throw new IOException("the answer of " + node + " broke off", e);
            } catch (IOException e) {
                boolean unseen = e instanceof ConnectException || e instanceof HttpConnectTimeoutException;
                if (!unseen && !Set.of("GET", "HEAD").contains(exchange.getRequestMethod())) {
                    ErrorPage.send(exchange, 502, "Nobody knows", node + " broke off while it had your request: it may"
                            + " or may not have been carried out. Sending it again does no harm.", lines);
                    return;
                }
                note = node + " did not answer";
            } finally {
                if (answer != null) {
                    answer.body().close();
                }
            }
        }
        exchange.getResponseHeaders().set("Retry-After", "1");
        ErrorPage.send(exchange, 503, "No Tomcat answers", "All are down, or starting.", lines);
    }

    private HttpRequest request(HttpExchange exchange, byte[] body, String node, String session,
                                List<NodeLine> lines) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(nodes.address(node) + rawTarget(exchange)))
                .timeout(ANSWER_LIMIT)
                .method(exchange.getRequestMethod(), body.length == 0 ? HttpRequest.BodyPublishers.noBody()
                        : HttpRequest.BodyPublishers.ofByteArray(body));
        exchange.getRequestHeaders().forEach((name, values) -> {
            if (passedOn(name)) {
                values.forEach(value -> request.header(name, value));
            }
        });
        request.header("X-Forwarded-Host", String.valueOf(exchange.getRequestHeaders().getFirst("Host")));
        request.header("X-Forwarded-Proto", "http");
        request.header(NodeLine.HEADER, NodeLine.encode(lines));
        List<TraceRow> rows = session == null ? List.of() : traces.rows(session);
        if (!rows.isEmpty()) {
            request.header(TraceRow.HEADER, TraceRow.encode(rows));
        }
        return request.build();
    }

    /** Headers that start with Demo- are the launcher's own word to the shop: nobody else's pass. */
    private static boolean passedOn(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return !NOT_PASSED_ON.contains(lower) && !lower.startsWith("demo-");
    }

    private void answered(HttpExchange exchange, HttpResponse<InputStream> answer, byte[] start, String node,
                          String session, String note, long begin) throws IOException, InterruptedException {
        boolean whole = start.length < HELD_BYTES;
        String given = Cookies.set(answer.headers().allValues("Set-Cookie"), Cookies.SESSION);
        String id = given == null ? session : given;
        String path = exchange.getRequestURI().getPath();
        if (id != null && !path.contains(".")) {
            // Before the answer is passed on: a visitor who comes back with it finds this request in the list.
            Figures figures = nodes.figures(node, id);
            traces.record(id, exchange.getRequestMethod() + " " + path, node,
                    answer.statusCode() >= 500 ? join(note, "HTTP " + answer.statusCode()) : note,
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin), figures);
        }
        Headers out = exchange.getResponseHeaders();
        answer.headers().map().forEach((name, values) -> {
            if (passedOn(name)) {
                out.put(name, new ArrayList<>(values));
            }
        });
        out.set("Demo-Served-By", node);
        boolean bodiless = exchange.getRequestMethod().equals("HEAD") || answer.statusCode() == 204
                || answer.statusCode() == 304;
        try {
            exchange.sendResponseHeaders(answer.statusCode(), bodiless || whole && start.length == 0 ? -1
                    : whole ? start.length : 0);
            if (!bodiless && start.length > 0) {
                OutputStream to = exchange.getResponseBody();
                to.write(start);
                if (!whole) {
                    answer.body().transferTo(to);
                }
                to.close();
            }
        } catch (IOException e) {
            throw new AnswerBegun(e);
        }
    }

    private static String join(String a, String b) {
        return a.isEmpty() ? b : a + ", " + b;
    }

    private static String rawTarget(HttpExchange exchange) {
        URI uri = exchange.getRequestURI();
        String path = uri.getRawPath() == null ? "" : uri.getRawPath();
        return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
    }

    /** Part of the answer has gone to the client already: no other node can take over. */
    private static final class AnswerBegun extends IOException {
        private static final long serialVersionUID = 1;

        AnswerBegun(IOException cause) {
            super(cause);
        }
    }
}
