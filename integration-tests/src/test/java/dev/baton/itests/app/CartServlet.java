package dev.baton.itests.app;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.util.ArrayList;
import java.util.List;

/** POST puts {@code item} into the cart, in place once there is one; the answer is the cart. */
@WebServlet("/cart")
public final class CartServlet extends TextServlet {
    private static final long serialVersionUID = 1L;

    @Override
    String answer(HttpServletRequest request) {
        HttpSession session = request.getSession();
        @SuppressWarnings("unchecked")
        List<String> cart = (List<String>) session.getAttribute("cart");
        if (cart == null) {
            cart = new ArrayList<>();
            session.setAttribute("cart", cart);
        }
        if (posted(request)) {
            cart.add(parameter(request, "item"));
        }
        return String.join("\n", cart);
    }
}
