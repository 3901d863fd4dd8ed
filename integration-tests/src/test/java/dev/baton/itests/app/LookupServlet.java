package dev.baton.itests.app;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServletRequest;

/** Whether the visitor has a session; never makes one and touches no attribute. */
@WebServlet("/lookup")
public final class LookupServlet extends TextServlet {
    private static final long serialVersionUID = 1L;

    @Override
    String answer(HttpServletRequest request) {
        return request.getSession(false) == null ? "absent" : "present";
    }
}
