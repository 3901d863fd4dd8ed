package dev.baton.demo.shop;

import jakarta.servlet.ServletContext;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What the session manager tells about a session, through a servlet context attribute that holds JDK types only; with
 * a manager that offers none, everything is empty.
 */
record SessionStatus(Map<String, Object> facts) {
    /** Servlet context attribute: a {@code Function} from a session's id, or null, to a map of facts. */
    static final String ATTRIBUTE = "dev.baton.status";

    @SuppressWarnings("unchecked")
    static SessionStatus of(ServletContext context, String sessionId) {
        if (context.getAttribute(ATTRIBUTE) instanceof Function<?, ?> status) {
            return new SessionStatus(((Function<String, Map<String, Object>>) status).apply(sessionId));
        }
        return new SessionStatus(Map.of());
    }

    boolean known() {
        return !facts.isEmpty();
    }

    /** The fact as text, or a dash where it is not known. */
    String text(String name) {
        Object value = facts.get(name);
        if (value instanceof List<?> list) {
            return list.isEmpty() ? "none" : String.join(", ", list.stream().map(String::valueOf).toList());
        }
        return value == null || value.equals("") ? "–" : value.toString();
    }

    boolean has(String name, String node) {
        Object value = facts.get(name);
        return value instanceof List<?> list ? list.contains(node) : node.equals(value);
    }
}
