package dev.baton.itests.app;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServletRequest;
import java.io.Serializable;

/** Puts an attribute into the session that cannot be serialised, beside a change that can. */
@WebServlet("/broken")
public final class BrokenServlet extends TextServlet {
    private static final long serialVersionUID = 1L;

    /** Says it can be serialised; its engine cannot. */
    private static final class Order implements Serializable {
        private static final long serialVersionUID = 1L;

        final Payment payment = new Payment();
    }

    private static final class Payment implements Serializable {
        private static final long serialVersionUID = 1L;

        final Object connection = new Thread("a connection to the bank");
    }

    @Override
    String answer(HttpServletRequest request) {
        request.getSession().setAttribute("order", new Order());
        request.getSession().setAttribute("note", parameter(request, "text"));
        return "set";
    }
}
