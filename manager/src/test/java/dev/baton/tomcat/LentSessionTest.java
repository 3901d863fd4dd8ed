package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.http.HttpSession;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.catalina.Context;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** An application hands its session to another one that it includes, as portals do. */
class LentSessionTest {
    private final TestTomcats tomcats = new TestTomcats();

    @AfterEach
    void stop() throws Exception {
        tomcats.close();
    }

    private static void lender(Context context) {
        context.setCrossContext(true);
        TestTomcats.page(context, "/set", (q, r) -> {
            q.getSession().setAttribute("cart", new ArrayList<>(List.of("first")));
        });
        TestTomcats.page(context, "/get", (q, r) -> r.getWriter().print(q.getSession().getAttribute("cart") + " "
                + q.getSession().getAttribute("by")));
        TestTomcats.page(context, "/lend", (q, r) -> {
            q.setAttribute("session", q.getSession());
            q.getServletContext().getContext("/other").getRequestDispatcher("/use").include(q, r);
        });
    }

    @SuppressWarnings("unchecked")
    private static void borrower(Context context) {
        TestTomcats.page(context, "/use", (q, r) -> {
            HttpSession session = (HttpSession) q.getAttribute("session");
            ((List<String>) session.getAttribute("cart")).add("by the other application");
            session.setAttribute("by", Collections.list(session.getAttributeNames()).toString());
            r.getWriter().print(session.getAttribute("cart"));
        });
    }

    @Test
    @DisplayName("T5, tomcat-facts 33: what the other application reads of it and changes in place is kept, at each node")
    void whatIsChangedInALentSessionIsKept() throws Exception {
        tomcats.start(2, Map.of(), LentSessionTest::lender);
        for (TestTomcats.Node node : tomcats.nodes) {
            node.application("/other", Map.of(), LentSessionTest::borrower);
        }
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        visitor.get(1, "/shop/set");
        assertThat(visitor.text(2, "/shop/lend")).isEqualTo("[first, by the other application]");
        assertThat(visitor.text(1, "/shop/get")).isEqualTo("[first, by the other application] [cart]");
        assertThat(visitor.text(1, "/shop/lend")).endsWith("by the other application, by the other application]");
        assertThat(visitor.text(2, "/shop/get"))
                .isEqualTo("[first, by the other application, by the other application] [by, cart]");
    }
}
