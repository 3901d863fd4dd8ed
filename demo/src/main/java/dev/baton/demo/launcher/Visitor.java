package dev.baton.demo.launcher;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One visitor of the shop, with a cookie and patience: what is not confirmed is sent again under the same number until
 * it is. Used by one thread at a time.
 */
final class Visitor {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(40);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(35);
    private static final long PAUSE_MILLIS = 50;

    /**
     * @param node     that answered
     * @param attempts requests sent, at least 1
     * @param nanos    from the first request to the confirmation
     */
    record Confirmed(String node, int attempts, long nanos) {}

    private final URI shop;
    private final HttpClient client;
    private final Ledger ledger = new Ledger();
    private String session;

    Visitor(URI shop, HttpClient client) {
        this.shop = shop;
        this.client = client;
    }

    String session() {
        return session;
    }

    Ledger ledger() {
        return ledger;
    }

    /**
     * Adds to the cart.
     *
     * @param node to be asked, or null for the balancer's choice; another answers if it is down
     * @throws DemoFailed if it was not confirmed in time, or was refused for good
     */
    Confirmed add(String sku, int quantity, String node) throws DemoFailed, InterruptedException {
        Ledger.Change change = ledger.send(sku, quantity);
        String form = "sku=" + sku + "&quantity=" + quantity + "&change=" + change.number();
        long begin = System.nanoTime();
        String last = "";
        for (int attempt = 1; System.nanoTime() - begin < PATIENCE_NANOS; attempt++) {
            try {
                HttpResponse<String> answer = send(request("/cart/add", node)
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(form)).build());
                if (answer.statusCode() == 303) {
                    String by = answer.headers().firstValue("Demo-Served-By").orElse("?");
                    ledger.confirmed(change, by);
                    return new Confirmed(by, attempt, System.nanoTime() - begin);
                }
                if (answer.statusCode() < 500) {
                    throw new DemoFailed("adding to the cart was answered HTTP " + answer.statusCode());
                }
                last = "HTTP " + answer.statusCode();
            } catch (IOException e) {
                last = String.valueOf(e.getMessage());
            }
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        }
        throw new DemoFailed("change " + change.number() + " was not confirmed within "
                + TimeUnit.NANOSECONDS.toSeconds(PATIENCE_NANOS) + " s; the last answer: " + last);
    }

    /** The cart as the node shows it. */
    CartText cart(String node) throws DemoFailed, InterruptedException {
        long begin = System.nanoTime();
        String last = "";
        while (System.nanoTime() - begin < PATIENCE_NANOS) {
            try {
                HttpResponse<String> answer = send(request("/cart/text", node).build());
                if (answer.statusCode() == 200) {
                    return CartText.parse(answer.body());
                }
                last = "HTTP " + answer.statusCode();
            } catch (IOException e) {
                last = String.valueOf(e.getMessage());
            }
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        }
        throw new DemoFailed("the cart was not shown within " + TimeUnit.NANOSECONDS.toSeconds(PATIENCE_NANOS)
                + " s; the last answer: " + last);
    }

    /** Compares the cart that a node shows with what was confirmed. */
    List<String> compare(String node) throws DemoFailed, InterruptedException {
        return ledger.compare(cart(node));
    }

    private HttpRequest.Builder request(String path, String node) {
        HttpRequest.Builder request = HttpRequest.newBuilder(shop.resolve(path)).timeout(ANSWER_LIMIT);
        String cookies = (session == null ? "" : Cookies.SESSION + "=" + session + "; ")
                + (node == null ? "" : Cookies.CHOSEN + "=" + node);
        return cookies.isEmpty() ? request : request.header("Cookie", cookies);
    }

    private HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        String given = Cookies.set(answer.headers().allValues("Set-Cookie"), Cookies.SESSION);
        if (given != null) {
            session = given;
        }
        return answer;
    }
}
