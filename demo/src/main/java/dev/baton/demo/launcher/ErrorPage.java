package dev.baton.demo.launcher;

import com.sun.net.httpserver.HttpExchange;
import dev.baton.demo.wire.NodeLine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What the front door says itself, with a button for each node that is down. */
final class ErrorPage {
    private ErrorPage() {}

    /** @param lines nodes to offer a start of; their names are the launcher's own */
    static void send(HttpExchange exchange, int status, String title, String text, List<NodeLine> lines)
            throws IOException {
        StringBuilder page = new StringBuilder("<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">")
                .append("<title>")
                .append(escape(title)).append("</title><style>body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;"
                        + "margin:4rem auto;padding:0 1rem;background:#f6f4ee;color:#21302b}"
                        + "button{font:inherit}</style>"
                        + "</head><body><h1>")
                .append(escape(title)).append("</h1><p>").append(escape(text).replace("\n", "<br>"))
                .append("</p><p><a href=\"/\">To the shop</a></p>");
        for (NodeLine line : lines) {
            if (!line.up()) {
                page.append("<form method=\"post\" action=\"/control/start\"><button name=\"node\" value=\"")
                        .append(line.name()).append("\">Start ").append(line.name()).append(" again</button></form>");
            }
        }
        byte[] bytes = page.append("</body></html>").toString().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/html;charset=UTF-8");
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, head ? -1 : bytes.length);
        if (!head) {
            exchange.getResponseBody().write(bytes);
        }
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }
}
