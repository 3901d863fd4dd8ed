package dev.baton.demo.shop;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Optional;

/**
 * Changes the cart ({@code POST /cart/add}, {@code POST /cart/set}, each with sku, quantity and change), then sends
 * the browser back to the page; {@code GET /cart/text} gives the cart for programs.
 */
public final class CartServlet extends HttpServlet {
    private static final String CART = "cart";

    /** The visitor's cart; setAttribute is called the first time only. */
    static Cart cart(HttpSession session) {
        synchronized (session) {
            Cart cart = (Cart) session.getAttribute(CART);
            if (cart == null) {
                cart = new Cart();
                session.setAttribute(CART, cart);
            }
            return cart;
        }
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String path = request.getPathInfo();
        if (!"/add".equals(path) && !"/set".equals(path)) {
            response.sendError(HttpServletResponse.SC_NOT_FOUND);
            return;
        }
        Optional<Product> product = Product.find(request.getParameter("sku"));
        int quantity = number(request.getParameter("quantity"), path.equals("/add") ? 1 : 0, Cart.MAX_QUANTITY);
        int change = number(request.getParameter("change"), 1, Integer.MAX_VALUE - 1);
        if (product.isEmpty() || quantity < 0 || change < 0) {
            response.sendError(HttpServletResponse.SC_BAD_REQUEST, "sku must be one of the shop's, quantity at most "
                    + Cart.MAX_QUANTITY + " and change a positive number");
            return;
        }
        Cart cart = cart(request.getSession());
        synchronized (cart) {
            if (path.equals("/add")) {
                cart.add(change, product.get(), quantity);
            } else {
                cart.set(change, product.get(), quantity);
            }
        }
        response.setStatus(HttpServletResponse.SC_SEE_OTHER);
        response.setHeader("Location", "/");
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (!"/text".equals(request.getPathInfo())) {
            response.sendError(HttpServletResponse.SC_NOT_FOUND);
            return;
        }
        response.setContentType("text/plain;charset=UTF-8");
        response.setHeader("Cache-Control", "no-store");
        PrintWriter out = response.getWriter();
        HttpSession session = request.getSession(false);
        Cart cart = session == null ? null : (Cart) session.getAttribute(CART);
        if (cart == null) {
            return;
        }
        synchronized (cart) {
            cart.lines().forEach(line -> out.print("item " + line.sku() + ' ' + line.quantity() + '\n'));
            cart.changes().forEach(change -> out.print("change " + change + '\n'));
        }
    }

    /** The number, or -1 if it is none or out of range. */
    private static int number(String text, int min, int max) {
        try {
            int value = Integer.parseInt(text);
            return value < min || value > max ? -1 : value;
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
