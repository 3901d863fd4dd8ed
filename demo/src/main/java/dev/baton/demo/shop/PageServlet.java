package dev.baton.demo.shop;

import dev.baton.demo.wire.NodeLine;
import dev.baton.demo.wire.TraceRow;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.util.List;

/** The shop's one page. Needs no script in the browser: every button is a form. */
public final class PageServlet extends HttpServlet {
    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType("text/html;charset=UTF-8");
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("Content-Security-Policy",
                "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
                        + "frame-ancestors 'none'");
        HttpSession session = request.getSession();
        Cart cart = CartServlet.cart(session);
        List<NodeLine> nodes = NodeLine.parse(request.getHeader(NodeLine.HEADER));
        List<TraceRow> trace = TraceRow.parse(request.getHeader(TraceRow.HEADER));
        String page;
        synchronized (cart) {
            page = new Page(System.getProperty("demo.node", "this Tomcat"), cart,
                    SessionStatus.of(getServletContext(), session.getId()), nodes, trace, chosen(request)).html();
        }
        response.getWriter().write(page);
    }

    private static String chosen(HttpServletRequest request) {
        if (request.getCookies() != null) {
            for (Cookie cookie : request.getCookies()) {
                if (cookie.getName().equals("demo-node")) {
                    return cookie.getValue();
                }
            }
        }
        return "";
    }
}
