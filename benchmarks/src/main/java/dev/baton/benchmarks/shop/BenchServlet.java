package dev.baton.benchmarks.shop;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/** What the clients ask for. Every answer is one number, by which they see whether their changes are kept. */
public final class BenchServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        long answer;
        switch (request.getPathInfo()) {
            case "/ping":
                answer = 0;
                break;
            case "/new":
                HttpSession made = request.getSession(true);
                made.setAttribute("profile", new Profile());
                made.setAttribute("counter", 0);
                made.setAttribute("cart", new Cart());
                answer = 0;
                break;
            case "/parts":
                HttpSession wide = session(request);
                for (int i = 0; i < Part.PARTS; i++) {
                    wide.setAttribute(Part.name(i), new Part(i));
                }
                answer = 0;
                break;
            case "/read":
                answer = ((Profile) session(request).getAttribute("profile")).entries();
                break;
            case "/value":
                answer = (Integer) session(request).getAttribute("counter");
                break;
            case "/counter":
                HttpSession counting = session(request);
                int next = (Integer) counting.getAttribute("counter") + 1;
                counting.setAttribute("counter", next);
                answer = next;
                break;
            case "/cart":
                HttpSession shopping = session(request);
                Cart cart = (Cart) shopping.getAttribute("cart");
                answer = cart.add(number(request));
                changed(request, shopping, "cart", cart);
                break;
            case "/part":
                HttpSession many = session(request);
                String name = Part.name(number(request));
                Part part = (Part) many.getAttribute(name);
                answer = part.change();
                changed(request, many, name, part);
                break;
            case "/mark":
                answer = mark(request);
                break;
            case "/marks":
                response.getOutputStream().write(((BitSet) session(request).getAttribute("marks")).toByteArray());
                return;
            case "/missing":
                answer = missing();
                break;
            case "/fill":
                filling(request).fill(request.getSession(true));
                answer = 0;
                break;
            case "/use":
                answer = filling(request).use(session(request), number(request));
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

    /** Segments of which this node, or the cluster, has not all complete copies yet. */
    private static long missing() {
        try {
            MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
            long missing = 0;
            for (ObjectName node : beans.queryNames(new ObjectName("dev.baton:type=Node,*"), null)) {
                for (String figure : new String[] {"SegmentsUnderReplicated", "SegmentsStarting"}) {
                    missing += ((Number) beans.getAttribute(node, figure)).longValue();
                }
            }
            return missing;
        } catch (JMException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Filling filling(HttpServletRequest request) {
        return Filling.valueOf(request.getParameter("filling"));
    }

    /** Sets a bit that no other request sets; an application that synchronises lets one at a time do that. */
    private static long mark(HttpServletRequest request) {
        HttpSession session = session(request);
        if (!Boolean.parseBoolean(request.getParameter("sync"))) {
            return mark(session, number(request));
        }
        synchronized (session) {
            return mark(session, number(request));
        }
    }

    private static long mark(HttpSession session, int number) {
        BitSet marks = (BitSet) session.getAttribute("marks");
        BitSet more = marks == null ? new BitSet() : (BitSet) marks.clone();
        more.set(number);
        session.setAttribute("marks", more);
        return number;
    }

    private static int number(HttpServletRequest request) {
        return Integer.parseInt(request.getParameter("i"));
    }

    /** Says so to managers that do not find it themselves. */
    private static void changed(HttpServletRequest request, HttpSession session, String name, Object value) {
        if (Boolean.parseBoolean(request.getParameter("set"))) {
            session.setAttribute(name, value);
        }
    }

    private static HttpSession session(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        if (session == null) {
            throw new IllegalStateException("no session " + request.getRequestedSessionId());
        }
        return session;
    }
}
