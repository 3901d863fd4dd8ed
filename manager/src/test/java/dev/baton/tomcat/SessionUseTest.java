package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.protocol.Message;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.catalina.Context;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a request does to a session by existing, and what only by using it. */
class SessionUseTest {
    private final TestTomcats tomcats = new TestTomcats();
    private final List<HttpSession> seen = new CopyOnWriteArrayList<>();
    private final Set<String> late = ConcurrentHashMap.newKeySet();

    @AfterEach
    void stop() throws Exception {
        tomcats.close();
    }

    private void pages(Context context) {
        TestTomcats.page(context, "/enter", (q, r) -> {
            q.getSession().setAttribute("a", "x");
            q.login("ada", "secret");
        });
        TestTomcats.page(context, "/picture", (q, r) -> r.getWriter().print(q.getRemoteUser() + " "
                + q.isRequestedSessionIdValid() + " " + (q.getSession(false) != null)));
        TestTomcats.page(context, "/get", (q, r) -> {
            seen.add(q.getSession());
            seen.add(q.getSession(false));
            r.getWriter().print(q.getSession().getAttribute("a"));
        });
        TestTomcats.page(context, "/late", this::late);
    }

    private void late(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.flushBuffer();
        try {
            request.getSession();
        } catch (IllegalStateException e) {
            late.add("refused");
        }
    }

    @Test
    @DisplayName("tomcat-facts 3: a request of somebody logged in that uses no attribute takes no token, at no node")
    void picturesTakeNoToken() throws Exception {
        tomcats.start(2, Map.of(), this::pages);
        for (TestTomcats.Node node : tomcats.nodes) {
            node.tomcat.addUser("ada", "secret");
        }
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        assertThat(visitor.get(1, "/shop/enter").statusCode()).isEqualTo(200);
        AtomicInteger asked = new AtomicInteger();
        tomcats.network.lose((to, message) -> {
            if (message instanceof Message.Acquire) {
                asked.incrementAndGet();
            }
            return false;
        });
        for (int i = 0; i < 4; i++) {
            assertThat(visitor.text(1 + i % 2, "/shop/picture")).isEqualTo("ada true true");
        }
        assertThat(asked).hasValue(0);
        assertThat(visitor.text(2, "/shop/get")).isEqualTo("x");
        assertThat(asked).as("the first attribute does").hasValue(1);
    }

    @Test
    @DisplayName("tomcat-facts 15, 16: one object stands for the session in all requests, for who synchronises on it")
    void theSessionIsOneObject() throws Exception {
        tomcats.start(2, Map.of(), this::pages);
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        visitor.text(1, "/shop/get");
        visitor.text(1, "/shop/get");
        visitor.text(2, "/shop/get");
        visitor.text(1, "/shop/get");
        assertThat(Set.copyOf(seen.subList(0, 4))).as("one on node 1").hasSize(1);
        assertThat(seen.get(6)).as("also after it was elsewhere").isSameAs(seen.get(0));
        assertThat(seen.get(4)).isNotSameAs(seen.get(0)).isSameAs(seen.get(5));
    }

    @Test
    @DisplayName("tomcat-facts 18: no session is made once the answer has begun, since nobody could be told its id")
    void noSessionIsMadeTooLate() throws Exception {
        tomcats.start(1, Map.of(), this::pages);
        assertThat(tomcats.new Visitor().get(1, "/shop/late").statusCode()).isEqualTo(200);
        assertThat(late).containsExactly("refused");
        assertThat(tomcats.nodes.get(0).manager.getActiveSessionsFull()).isZero();
    }
}
