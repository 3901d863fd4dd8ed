package dev.baton.itests.app;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServletRequest;

/** How many sessions this process was told are created, or destroyed ({@code of=destroyed}). No session. */
@WebServlet("/events")
public final class EventsServlet extends TextServlet {
    private static final long serialVersionUID = 1L;

    @Override
    String answer(HttpServletRequest request) {
        boolean destroyed = parameter(request, "of").equals("destroyed");
        return Integer.toString((destroyed ? Witness.DESTROYED : Witness.CREATED).get());
    }
}
