package dev.baton.itests.app;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;

/** Ends the session. */
@WebServlet("/logout")
public final class LogoutServlet extends TextServlet {
    private static final long serialVersionUID = 1L;

    @Override
    String answer(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        if (session == null) {
            return "absent";
        }
        session.invalidate();
        return "ended";
    }
}
