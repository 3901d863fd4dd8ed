package dev.baton.itests.app;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServletRequest;

/** Touches the session, counts in place, and stays inside until {@link DoorServlet} lets {@code name} go. */
@WebServlet("/hold")
public final class HoldServlet extends TextServlet {
    private static final long serialVersionUID = 1L;

    @Override
    String answer(HttpServletRequest request) throws Exception {
        Counter counter = (Counter) request.getSession().getAttribute("counter");
        if (counter == null) {
            counter = new Counter();
            request.getSession().setAttribute("counter", counter);
        }
        boolean released = Doors.stay(parameter(request, "name"));
        return (released ? "released " : "forgotten ") + counter.add(new Thinking(0));
    }
}
