package dev.baton.benchmarks.shop;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** What the clients ask for. Every answer is one number, by which they see whether their changes are kept. */
public final class BenchServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        long answer;
        switch (request.getPathInfo()) {
            case "/new":
                HttpSession made = request.getSession(true);
                made.setAttribute("name", "a visitor");
                made.setAttribute("counter", 0);
                made.setAttribute("cart", new Cart());
                answer = 0;
                break;
            case "/read":
                answer = ((String) session(request).getAttribute("name")).length();
                break;
            case "/counter":
                HttpSession counting = session(request);
                int next = (Integer) counting.getAttribute("counter") + 1;
                counting.setAttribute("counter", next);
                answer = next;
                break;
            case "/cart":
                answer = ((Cart) session(request).getAttribute("cart")).add(Integer.parseInt(request.getParameter("i")));
                break;
            case "/cart-set":
                HttpSession shopping = session(request);
                Cart cart = (Cart) shopping.getAttribute("cart");
                answer = cart.add(Integer.parseInt(request.getParameter("i")));
                shopping.setAttribute("cart", cart);
                break;
            case "/fill":
                filling(request).fill(request.getSession(true));
                answer = 0;
                break;
            case "/use":
                answer = filling(request).use(session(request), Integer.parseInt(request.getParameter("i")));
                break;
            default:
                response.sendError(HttpServletResponse.SC_NOT_FOUND);
                return;
        }
        byte[] body = Long.toString(answer).getBytes(StandardCharsets.ISO_8859_1);
        response.setContentType("text/plain");
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    private static Filling filling(HttpServletRequest request) {
        return Filling.valueOf(request.getParameter("filling"));
    }

    private static HttpSession session(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        if (session == null) {
            throw new IllegalStateException("no session " + request.getRequestedSessionId());
        }
        return session;
    }
}
