package dev.baton.itests.app;

import jakarta.servlet.annotation.HttpConstraint;
import jakarta.servlet.annotation.ServletSecurity;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServletRequest;

/** Behind BASIC authentication, with a session. */
@WebServlet("/login")
@ServletSecurity(@HttpConstraint(rolesAllowed = "customer"))
public final class LoginServlet extends TextServlet {
    private static final long serialVersionUID = 1L;

    @Override
    String answer(HttpServletRequest request) {
        request.getSession();
        return request.getRemoteUser();
    }
}
