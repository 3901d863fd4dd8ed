package dev.baton.itests.cluster;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A WebSocket of a visitor to the application's endpoint {@code /talk}. */
public final class Talk implements WebSocket.Listener {
    private static final long LIMIT_SECONDS = 45;
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final WebSocket socket;

    /** Opened when this returns. */
    public Talk(Node node, String application, Visitor visitor) {
        URI uri = URI.create("ws" + node.address().resolve(application + "/talk").toString().substring(4));
        socket = join(HTTP.newWebSocketBuilder().header("Cookie", "JSESSIONID=" + visitor.sessionId())
                .buildAsync(uri, this));
    }

    /** @return the answer */
    public String say(String text) {
        join(socket.sendText(text, true));
        try {
            String answer = heard.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
            if (answer == null) {
                throw new AssertionError("no answer to " + text);
            }
            return answer;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** The status with which the server closed it; waits for that. */
    public int closed() {
        return join(closed);
    }

    public boolean open() {
        return !closed.isDone();
    }

    private static <T> T join(CompletableFuture<T> future) {
        try {
            return future.get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
        heard.add(text.toString());
        from.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket from, int status, String reason) {
        closed.complete(status);
        return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
        closed.completeExceptionally(error);
    }
}
