package dev.baton.itests.app;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServletRequest;

/** Who the session says the visitor is, without asking for a login. */
@WebServlet("/who")
public final class WhoServlet extends TextServlet {
    private static final long serialVersionUID = 1L;

    @Override
    String answer(HttpServletRequest request) {
        return request.getRemoteUser() + " " + request.getAuthType() + " " + request.isUserInRole("customer");
    }
}
