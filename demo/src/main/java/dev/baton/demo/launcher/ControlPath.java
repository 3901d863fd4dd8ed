package dev.baton.demo.launcher;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/**
 * The buttons of the page that are for the launcher: {@code POST /control/kill}, {@code /control/start},
 * {@code /control/choose}, each with the form field {@code node}. A post that another site's page sends is refused.
 */
final class ControlPath implements HttpHandler {
    private static final int MAX_BODY = 1024;

    /** What the buttons do. */
    interface Actions {
        Set<String> names();

        void kill(String node) throws InterruptedException;

        /** @throws DemoFailed saying why the node does not serve */
        void start(String node) throws DemoFailed, InterruptedException;
    }

    private final Actions actions;

    ControlPath(Actions actions) {
        this.actions = actions;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (!exchange.getRequestMethod().equals("POST")) {
                exchange.getResponseHeaders().set("Allow", "POST");
                ErrorPage.send(exchange, 405, "Only by POST", "Use the buttons of the page.", List.of());
            } else if (!fromThisSite(exchange)) {
                ErrorPage.send(exchange, 403, "Refused", "This came from another site's page.", List.of());
            } else {
                try {
                    act(exchange);
                } catch (DemoFailed e) {
                    ErrorPage.send(exchange, 500, "It did not work", e.getMessage(), List.of());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Browsers name the sender of a post in Origin; programs send neither header and are let in, being local. */
    private static boolean fromThisSite(HttpExchange exchange) {
        String origin = exchange.getRequestHeaders().getFirst("Origin");
        String site = exchange.getRequestHeaders().getFirst("Sec-Fetch-Site");
        return (origin == null || origin.equals("http://" + exchange.getRequestHeaders().getFirst("Host")))
                && (site == null || site.equals("same-origin") || site.equals("none"));
    }

    private void act(HttpExchange exchange) throws IOException, DemoFailed, InterruptedException {
        byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY);
        String node = field(new String(body, StandardCharsets.UTF_8));
        String action = exchange.getRequestURI().getPath().substring("/control/".length());
        boolean toBalancer = action.equals("choose") && node.isEmpty();
        if (!toBalancer && !actions.names().contains(node)) {
            ErrorPage.send(exchange, 400, "No such node", "node must be one of " + actions.names(), List.of());
            return;
        }
        switch (action) {
            case "kill" -> actions.kill(node);
            case "start" -> actions.start(node);
            case "choose" -> exchange.getResponseHeaders().set("Set-Cookie", Cookies.CHOSEN + "=" + node
                    + "; Path=/; HttpOnly; SameSite=Lax" + (toBalancer ? "; Max-Age=0" : ""));
            default -> {
                ErrorPage.send(exchange, 404, "No such button", action, List.of());
                return;
            }
        }
        exchange.getResponseHeaders().set("Location", "/");
        exchange.sendResponseHeaders(303, -1);
    }

    private static String field(String form) {
        for (String pair : form.split("&")) {
            if (pair.startsWith("node=")) {
                try {
                    return URLDecoder.decode(pair.substring("node=".length()), StandardCharsets.UTF_8).trim();
                } catch (IllegalArgumentException e) {
                    return "?";
                }
            }
        }
        return "";
    }
}
