package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.protocol.Message;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.catalina.Context;
import org.apache.tomcat.util.descriptor.web.ErrorPage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that have a session at hand while another one changes its id, or ends it and begins another. */
@DisplayName("Issue 4.2, tomcat-facts 15, 19: ids that change under other requests")
class ChangedIdTest {
    private final TestTomcats tomcats = new TestTomcats();
    private final CountDownLatch inside = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);

    @AfterEach
    void stop() throws Exception {
        goOn.countDown();
        tomcats.close();
    }

    private void pages(Context context) {
        TestTomcats.page(context, "/set", (q, r) -> q.getSession().setAttribute("a", q.getParameter("v")));
        TestTomcats.page(context, "/get", (q, r) -> {
            HttpSession session = q.getSession(false);
            r.getWriter().print(session == null ? "no session" : session.getAttribute("a"));
        });
        TestTomcats.page(context, "/long", (q, r) -> {
            HttpSession session = q.getSession();
            if (q.getParameter("touch") != null) {
                session.getAttribute("a");
            }
            inside.countDown();
            try {
                if (!goOn.await(30, TimeUnit.SECONDS)) {
                    throw new AssertionError("not within the time");
                }
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            session.setAttribute("long", "done");
            r.getWriter().print(session.getAttribute("a") + " " + session.getId().equals(q.getSession().getId()));
        });
        TestTomcats.page(context, "/rotate", (q, r) -> r.getWriter().print(q.changeSessionId()));
        TestTomcats.page(context, "/renew", (q, r) -> {
            q.changeSessionId();
            tomcats.network.lose((to, message) -> message instanceof Message.Replicate);
            q.getSession().setAttribute("a", "renewed");
            if (q.getParameter("fail") != null) {
                throw new ServletException("after the change");
            }
        });
        TestTomcats.page(context, "/again", (q, r) -> {
            for (int i = 0; i < 3; i++) {
                q.getSession().invalidate();
                r.getWriter().print(q.getSession(false) + " " + q.isRequestedSessionIdValid() + ", ");
                q.getSession(true).setAttribute("a", "session " + i);
            }
            String id = q.changeSessionId();
            r.getWriter().print(id.equals(q.getSession().getId()) + " " + q.getSession().isNew());
        });
    }

    private CompletableFuture<String> longRequest(TestTomcats.Visitor of, int node, String path) throws Exception {
        TestTomcats.Visitor same = tomcats.new Visitor();
        same.session(of.session());
        CompletableFuture<String> answer = CompletableFuture.supplyAsync(() -> {
            try {
                return same.text(node, path);
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        assertThat(inside.await(30, TimeUnit.SECONDS)).isTrue();
        return answer;
    }

    @ParameterizedTest
    @ValueSource(strings = {"/shop/long", "/shop/long?touch=yes"})
    @DisplayName("at the same node: the request goes on with the session under its new id, as with Tomcat's own")
    void atTheSameNode(String path) throws Exception {
        tomcats.start(2, Map.of(), this::pages);
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        visitor.get(1, "/shop/set?v=1");
        CompletableFuture<String> answer = longRequest(visitor, 1, path);
        String old = visitor.session();
        assertThat(visitor.text(1, "/shop/rotate")).isEqualTo(visitor.session()).isNotEqualTo(old);
        goOn.countDown();
        assertThat(answer.get(30, TimeUnit.SECONDS)).isEqualTo("1 true");
        assertThat(visitor.text(2, "/shop/get")).isEqualTo("1");
    }

    @Test
    @DisplayName("at another node: a request that had joined finds the session invalid, and nothing else happens")
    void atAnotherNode() throws Exception {
        tomcats.start(2, Map.of(), this::pages);
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        visitor.get(1, "/shop/set?v=1");
        CompletableFuture<String> answer = longRequest(visitor, 1, "/shop/long");
        assertThat(visitor.text(2, "/shop/rotate")).isEqualTo(visitor.session());
        goOn.countDown();
        assertThat(answer.get(30, TimeUnit.SECONDS)).startsWith("500 ").contains("invalidated");
        for (int node = 1; node <= 2; node++) {
            assertThat(visitor.text(node, "/shop/get")).isEqualTo("1");
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "1, 2", "2, 1"})
    @DisplayName("invalidate and getSession(true), thrice in a request, and a new id: one cookie, the last session")
    void endedAndBegunInOneRequest(int first, int second) throws Exception {
        tomcats.start(2, Map.of(), this::pages);
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        visitor.get(first, "/shop/set?v=old");
        String before = visitor.session();
        HttpResponse<String> again = visitor.get(second, "/shop/again");
        assertThat(again.body()).isEqualTo("null false, null false, null false, true true");
        List<String> cookies = again.headers().allValues("Set-Cookie");
        assertThat(cookies).hasSize(1);
        for (int node = 1; node <= 2; node++) {
            assertThat(visitor.text(node, "/shop/get")).isEqualTo("session 2");
            assertThat(tomcats.nodes.get(node - 1).manager.getActiveSessionsFull()).isEqualTo(1);
        }
        visitor.session(before);
        assertThat(visitor.text(1, "/shop/get")).isEqualTo("no session");
    }

    @ParameterizedTest
    @CsvSource({"/shop/renew, false", "/shop/renew?fail=yes, false", "/shop/renew, true"})
    @DisplayName("a request that is refused after it gave its session a new id tells the client: the old one is void")
    void aRefusalTellsTheNewId(String path, boolean page) throws Exception {
        tomcats.start(2, Map.of("commitTimeout", "3000"), context -> {
            pages(context);
            if (page) {
                TestTomcats.page(context, "/refused", (q, r) -> r.getWriter().print("the application's page"));
                ErrorPage refused = new ErrorPage();
                refused.setErrorCode(503);
                refused.setLocation("/refused");
                context.addErrorPage(refused);
            }
        });
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        visitor.get(1, "/shop/set?v=1");
        String before = visitor.session();
        HttpResponse<String> refused = visitor.get(1, path);
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.body()).contains(page ? "the application's page" : "outcome unknown");
        assertThat(visitor.session()).isNotEqualTo(before);
        tomcats.network.lose((to, message) -> false);
        TestTomcats.await("the change arrives after all", () -> {
            try {
                return visitor.text(1, "/shop/get").equals("renewed");
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        });
    }
}
