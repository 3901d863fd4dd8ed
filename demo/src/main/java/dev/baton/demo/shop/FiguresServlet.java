package dev.baton.demo.shop;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;

/**
 * Tells the launcher what this node knows of itself and of the session named in a header. It touches no session, and
 * so needs no token. Nobody else is answered: the front door passes no header of this kind on, and a browser sends
 * none.
 */
public final class FiguresServlet extends HttpServlet {
    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (request.getHeader("Demo-Launcher") == null) {
            response.sendError(HttpServletResponse.SC_NOT_FOUND);
            return;
        }
        response.setContentType("text/plain;charset=UTF-8");
        PrintWriter out = response.getWriter();
        Map<String, Object> facts = SessionStatus.of(getServletContext(), request.getHeader("Demo-Session")).facts();
        facts.forEach((name, value) -> {
            if (!name.equals("commits")) {
                out.print(name + '=' + (value instanceof List<?> list ? join(list) : value) + '\n');
            }
        });
        if (facts.get("commits") instanceof List<?> commits) {
            for (Object commit : commits) {
                Map<?, ?> of = (Map<?, ?>) commit;
                out.print("commit=" + of.get("version") + ' ' + of.get("sentBytes") + ' ' + of.get("sessionBytes")
                        + '\n');
            }
        }
    }

    private static String join(List<?> list) {
        return String.join(" ", list.stream().map(String::valueOf).toList());
    }
}
