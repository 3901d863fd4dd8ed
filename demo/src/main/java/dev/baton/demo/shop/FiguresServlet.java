package dev.baton.demo.shop;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import javax.management.JMException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/**
 * Tells the launcher what this node knows of itself (lines {@code node.NAME=VALUE}, from JMX), and of the session whose
 * cookie comes along. It touches none of the session's attributes, and so needs no token. Nobody else is answered: the
 * front door passes on no header of this kind, and a browser sends none.
 */
public final class FiguresServlet extends HttpServlet {
    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (request.getHeader("Demo-Launcher") == null) {
            response.sendError(HttpServletResponse.SC_NOT_FOUND);
            return;
        }
        response.setContentType("text/plain;charset=UTF-8");
        PrintWriter out = response.getWriter();
        node(out);
        HttpSession session = request.getSession(false);
        if (session != null) {
            session(SessionStatus.of(getServletContext(), session).facts(), out);
        }
    }

    private static void session(Map<String, Object> facts, PrintWriter out) {
        facts.forEach((name, value) -> {
            if (!name.equals("requests") && value != null) {
                line(out, name, value);
            }
        });
        if (facts.get("requests") instanceof List<?> requests) {
            for (Object request : requests) {
                Map<?, ?> of = (Map<?, ?>) request;
                line(out, "commit", of.get("version") + " " + of.get("deltaBytes") + " " + of.get("wholeBytes"));
            }
        }
    }

    private static void node(PrintWriter out) {
        MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
        try {
            for (ObjectName name : beans.queryNames(new ObjectName("dev.baton:type=Node,*"), null)) {
                for (MBeanAttributeInfo figure : beans.getMBeanInfo(name).getAttributes()) {
                    line(out, "node." + figure.getName(), beans.getAttribute(name, figure.getName()));
                }
            }
        } catch (JMException e) {
            line(out, "node.error", e);
        }
    }

    private static void line(PrintWriter out, String name, Object value) {
        Object text = value instanceof Object[] array ? join(List.of(array))
                : value instanceof List<?> list ? join(list) : value;
        out.print(name + '=' + String.valueOf(text).replaceAll("[\\r\\n]", " ") + '\n');
    }

    private static String join(List<?> list) {
        return String.join(" ", list.stream().map(String::valueOf).toList());
    }
}
