package dev.baton.itests.app;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServletRequest;

/** GET tells whether a request of this process stays behind the door {@code name}, POST lets it go. No session. */
@WebServlet("/door")
public final class DoorServlet extends TextServlet {
    private static final long serialVersionUID = 1L;

    @Override
    String answer(HttpServletRequest request) {
        String name = parameter(request, "name");
        if (posted(request)) {
            return Doors.open(name) ? "opened" : "empty";
        }
        return Doors.occupied(name) ? "occupied" : "empty";
    }
}
