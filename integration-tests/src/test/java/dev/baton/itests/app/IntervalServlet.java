package dev.baton.itests.app;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;

/** POST sets the session's maximal inactive interval to {@code seconds}; the answer is the interval. */
@WebServlet("/interval")
public final class IntervalServlet extends TextServlet {
    private static final long serialVersionUID = 1L;

    @Override
    String answer(HttpServletRequest request) {
        HttpSession session = request.getSession();
        if (posted(request)) {
            session.setMaxInactiveInterval(Integer.parseInt(parameter(request, "seconds")));
        }
        return Integer.toString(session.getMaxInactiveInterval());
    }
}
