package dev.baton.demo.launcher;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** A shop with one cart in memory, which can be told to refuse, and to forget. */
final class StubShop implements StubNode.Answer {
    private final Map<Integer, Integer> tea = new LinkedHashMap<>();
    private int refusals;

    synchronized void refuse(int times) {
        refusals = times;
    }

    synchronized void forget() {
        tea.clear();
    }

    @Override
    public synchronized void to(HttpExchange exchange, String body) throws IOException {
        if (exchange.getRequestMethod().equals("GET")) {
            StringBuilder text = new StringBuilder();
            if (!tea.isEmpty()) {
                text.append("item tea ").append(tea.values().stream().mapToInt(q -> q).sum()).append('\n');
            }
            tea.keySet().forEach(change -> text.append("change ").append(change).append('\n'));
            StubNode.text(exchange, 200, text.toString());
            return;
        }
        // A refusal may come before or after the change was made: here it comes after.
        String[] form = body.split("[=&]");
        tea.put(Integer.parseInt(form[5]), Integer.parseInt(form[3]));
        exchange.getResponseHeaders().set("Set-Cookie", "JSESSIONID=S.node1; Path=/; HttpOnly");
        exchange.sendResponseHeaders(refusals-- > 0 ? 503 : 303, -1);
    }
}
