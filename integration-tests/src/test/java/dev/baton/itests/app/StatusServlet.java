package dev.baton.itests.app;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** What this node knows of the session with the id {@code id}, one {@code key=value} a line. Touches no session. */
@WebServlet("/status")
public final class StatusServlet extends TextServlet {
    private static final long serialVersionUID = 1L;

    @Override
    @SuppressWarnings("unchecked")
    String answer(HttpServletRequest request) {
        Function<String, Map<String, Object>> status =
                (Function<String, Map<String, Object>>) getServletContext().getAttribute("dev.baton.status");
        StringBuilder text = new StringBuilder();
        new TreeMap<>(status.apply(request.getParameter("id")))
                .forEach((key, value) -> text.append(key).append('=').append(value).append('\n'));
        return text.toString();
    }
}
