package dev.baton.itests.app;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServletRequest;

/** A text, which cannot change in place: POST sets it to {@code text}, GET reads it. */
@WebServlet("/note")
public final class NoteServlet extends TextServlet {
    private static final long serialVersionUID = 1L;

    @Override
    String answer(HttpServletRequest request) {
        if (posted(request)) {
            request.getSession().setAttribute("note", parameter(request, "text"));
        }
        return String.valueOf(request.getSession().getAttribute("note"));
    }
}
