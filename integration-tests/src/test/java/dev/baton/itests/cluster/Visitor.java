package dev.baton.itests.cluster;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/**
 * A client with one session in one application: remembers the cookie as a browser does and asks the nodes as its load
 * balancer chooses. A node that refuses the connection is passed over, as balancers do; a connection that breaks later
 * is not tried again. Requests may be sent from several threads.
 */
public final class Visitor {
    private static final int NODES_TRIED = 3;
    /** Far above every time-out of the server: an answer that takes longer is a hang. */
    private static final Duration LIMIT = Duration.ofSeconds(45);
    /** Refusals taken before the last one is believed. */
    private static final int PATIENCE = 160;
    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5)).build();

    private final String application;
    private final Balance balance;
    private volatile String cookie;

    Visitor(String application, Balance balance) {
        this.application = application;
        this.balance = balance;
    }

    public Answer get(String what) {
        return send(balance, "GET", what, null).join();
    }

    public Answer post(String what) {
        return send(balance, "POST", what, null).join();
    }

    /** The request goes to this node, whatever the balancer would choose. */
    public Answer getAt(Node node, String what) {
        return send(attempt -> node, "GET", what, null).join();
    }

    public Answer postAt(Node node, String what) {
        return send(attempt -> node, "POST", what, null).join();
    }

    /** Like {@link #get}; while the answer is 503 it is asked again, as {@code Retry-After} says. */
    public Answer getAgain(String what) {
        return again(() -> get(what));
    }

    public Answer getAgainAt(Node node, String what) {
        return again(() -> getAt(node, what));
    }

    private static Answer again(Supplier<Answer> request) {
        Answer answer = request.get();
        for (int i = 0; answer.status() == 503 && i < PATIENCE; i++) {
            Await.quietly(250);
            answer = request.get();
        }
        return answer;
    }

    /** Sends it and goes on. */
    public CompletableFuture<Answer> postingAt(Node node, String what) {
        return send(attempt -> node, "POST", what, null);
    }

    /** With name and password of the BASIC scheme. */
    public Answer loginAt(Node node, String name, String password) {
        String pair = name + ":" + password;
        return send(attempt -> node, "GET", "login",
                "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8))).join();
    }

    /** The session id as the cookie has it, route included; null before the first session. */
    public String sessionId() {
        return cookie;
    }

    /** Claims the session of another visitor, or one that never was. */
    public void claim(String sessionId) {
        cookie = sessionId;
    }

    /** Somebody else without a session, at the same application. */
    public Visitor stranger() {
        return new Visitor(application, balance);
    }

    private CompletableFuture<Answer> send(Balance by, String method, String what, String authorization) {
        return attempt(by, 0, method, what, authorization);
    }

    private CompletableFuture<Answer> attempt(Balance by, int attempt, String method, String what, String login) {
        Node node = by.choose(attempt);
        long start = System.nanoTime();
        return HTTP.sendAsync(request(node, method, what, login), HttpResponse.BodyHandlers.ofString())
                .handle((response, failure) -> {
                    if (failure == null) {
                        remember(response);
                        return CompletableFuture.completedFuture(new Answer(node, response.statusCode(),
                                response.body(), response.headers().firstValue("Retry-After"),
                                System.nanoTime() - start));
                    }
                    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
                    if (cause instanceof ConnectException && attempt + 1 < NODES_TRIED) {
                        return attempt(by, attempt + 1, method, what, login);
                    }
                    if (cause instanceof IOException) {
                        return CompletableFuture.completedFuture(new Answer(node, 0, cause.toString(),
                                Optional.empty(), System.nanoTime() - start));
                    }
                    return CompletableFuture.<Answer>failedFuture(cause);
                })
                .thenCompose(answer -> answer);
    }

    private HttpRequest request(Node node, String method, String what, String login) {
        URI uri = node.address().resolve(application + "/" + what);
        HttpRequest.Builder builder = HttpRequest.newBuilder(uri).timeout(LIMIT)
                .method(method, HttpRequest.BodyPublishers.noBody());
        String id = cookie;
        if (id != null) {
            builder.header("Cookie", "JSESSIONID=" + id);
        }
        if (login != null) {
            builder.header("Authorization", login);
        }
        return builder.build();
    }

    private void remember(HttpResponse<?> response) {
        for (String header : response.headers().allValues("Set-Cookie")) {
            if (header.startsWith("JSESSIONID=")) {
                int end = header.indexOf(';');
                cookie = header.substring("JSESSIONID=".length(), end < 0 ? header.length() : end);
            }
        }
    }
}
