package dev.baton.itests.app;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;

/**
 * GET reads a counter, POST adds one in place. With {@code lock=session} the application synchronises on the session
 * while it counts, as it would in one JVM.
 */
@WebServlet("/counter")
public final class CounterServlet extends TextServlet {
    private static final long serialVersionUID = 1L;

    @Override
    String answer(HttpServletRequest request) {
        HttpSession session = request.getSession();
        Thinking thinking = Thinking.of(request);
        if ("session".equals(request.getParameter("lock"))) {
            synchronized (session) {
                return count(request, session, thinking);
            }
        }
        return count(request, session, thinking);
    }

    private static String count(HttpServletRequest request, HttpSession session, Thinking thinking) {
        Counter counter = (Counter) session.getAttribute("counter");
        if (!posted(request)) {
            return counter == null ? "0" : Integer.toString(counter.value());
        }
        if (counter == null) {
            counter = new Counter();
            session.setAttribute("counter", counter);
        }
        return Integer.toString(counter.add(thinking));
    }
}
