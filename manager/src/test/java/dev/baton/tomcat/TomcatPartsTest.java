package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequestEvent;
import jakarta.servlet.ServletRequestListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.servlet.http.WebConnection;
import java.io.CharArrayWriter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.catalina.Context;
import org.apache.catalina.Pipeline;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.core.StandardHost;
import org.apache.catalina.valves.AbstractAccessLogValve;
import org.apache.catalina.valves.CrawlerSessionManagerValve;
import org.apache.catalina.valves.LoadBalancerDrainingValve;
import org.apache.catalina.valves.RemoteIpValve;
import org.apache.catalina.valves.ValveBase;
import org.apache.catalina.valves.rewrite.RewriteValve;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Tomcat's own filters, valves and dispatching over the sessions of two nodes. */
class TomcatPartsTest {
    private final TestTomcats tomcats = new TestTomcats();
    private final List<String> lines = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() throws Exception {
        tomcats.close();
    }

    private static void pages(Context context) {
        TestTomcats.page(context, "/set", (q, r) -> q.getSession().setAttribute("a", q.getParameter("v")));
        TestTomcats.page(context, "/get", (q, r) -> {
            HttpSession session = q.getSession(false);
            r.getWriter().print(session == null ? "no session" : session.getAttribute("a"));
        });
        TestTomcats.page(context, "/count", (q, r) -> r.getWriter().print(count(q)));
    }

    private static int count(HttpServletRequest request) {
        HttpSession session = request.getSession();
        Integer before = (Integer) session.getAttribute("count");
        int now = before == null ? 1 : before + 1;
        session.setAttribute("count", now);
        return now;
    }

    @Test
    @DisplayName("T5, tomcat-facts 27: CsrfPreventionFilter's nonces, changed in place, are known everywhere")
    void theCsrfFilterAcceptsItsNoncesAtEveryNode() throws Exception {
        tomcats.start(2, Map.of(), context -> {
            pages(context);
            TestTomcats.page(context, "/form", (q, r) -> r.getWriter().print(r.encodeURL("/shop/get")));
            TestTomcats.guardAgainstForgery(context, "/form");
        });
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        assertThat(visitor.get(1, "/shop/get").statusCode()).isEqualTo(403);
        String first = visitor.text(1, "/shop/form");
        String second = visitor.text(1, "/shop/form");
        assertThat(visitor.text(2, first)).isEqualTo("null");
        assertThat(visitor.text(2, second)).isEqualTo("null");
        String third = visitor.text(2, "/shop/form");
        assertThat(visitor.text(1, third)).isEqualTo("null");
        assertThat(visitor.get(1, "/shop/get?org.apache.catalina.filters.CSRF_NONCE=wrong").statusCode())
                .isEqualTo(403);
    }

    @Test
    @DisplayName("tomcat-facts 27: CrawlerSessionManagerValve gives a bot one session")
    void aBotHasOneSession() throws Exception {
        tomcats.start(2, Map.of(), TomcatPartsTest::pages);
        for (TestTomcats.Node node : tomcats.nodes) {
            node.tomcat.getHost().getPipeline().addValve(new CrawlerSessionManagerValve());
        }
        BatonManager manager = tomcats.nodes.get(0).manager;
        for (int i = 1; i <= 3; i++) {
            TestTomcats.Visitor bot = tomcats.new Visitor();
            assertThat(bot.getWith(1, "/shop/count", "User-Agent", "Googlebot").body()).isEqualTo("" + i);
        }
        assertThat(manager.getSessionCounter()).isEqualTo(1);
        TrackedSession session = (TrackedSession) manager.findSessions()[0];
        assertThat(session.getMaxInactiveInterval()).isEqualTo(60);
        assertThat(session.state().peekNames(() -> null)).containsExactly("count");
        TestTomcats.Visitor bot = tomcats.new Visitor();
        bot.session(session.getId());
        assertThat(bot.text(2, "/shop/count")).isEqualTo("4");
        assertThat(tomcats.new Visitor().getWith(2, "/shop/count", "User-Agent", "Googlebot").body())
                .as("the Valve of each node has its own").isEqualTo("1");
        session.expire();
        assertThat(tomcats.new Visitor().getWith(1, "/shop/count", "User-Agent", "Googlebot").body()).isEqualTo("1");
    }

    @Test
    @DisplayName("tomcat-facts 4, 5: request listeners use the session before and after the pipeline")
    void requestListenersUseTheSession() throws Exception {
        tomcats.start(2, Map.of(), context -> {
            pages(context);
            ((StandardContext) context).addApplicationEventListener(new ServletRequestListener() {
                @Override
                public void requestInitialized(ServletRequestEvent event) {
                    add(event, "before");
                }

                @Override
                public void requestDestroyed(ServletRequestEvent event) {
                    add(event, "after");
                }
            });
        });
        for (TestTomcats.Node node : tomcats.nodes) {
            ((StandardContext) node.context).setAlwaysAccessSession(true);
        }
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        visitor.get(1, "/shop/set?v=0");
        TestTomcats.await("saved when the request has ended",
                () -> text(visitor, 2, "/shop/get").matches("0.*after.*"));
        assertThat(visitor.text(1, "/shop/get")).matches("0(?:, after, before)+");
    }

    private static void add(ServletRequestEvent event, String what) {
        HttpSession session = ((HttpServletRequest) event.getServletRequest()).getSession(false);
        if (session != null && session.getAttribute("a") != null) {
            session.setAttribute("a", session.getAttribute("a") + ", " + what);
        }
    }

    private static String text(TestTomcats.Visitor visitor, int node, String path) {
        try {
            return visitor.text(node, path);
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private final class Lines extends AbstractAccessLogValve {
        @Override
        protected void log(CharArrayWriter message) {
            lines.add(message.toString());
        }
    }

    @Test
    @DisplayName("tomcat-facts 6: access logs print the id and an attribute, also of a session that has just ended")
    void accessLogPatternsKnowTheSession() throws Exception {
        tomcats.start(1, Map.of(), context -> {
            pages(context);
            TestTomcats.page(context, "/end", (q, r) -> q.getSession().invalidate());
        });
        Lines log = new Lines();
        log.setPattern("%U %S %{a}s");
        tomcats.nodes.get(0).tomcat.getHost().getPipeline().addValve(log);
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        visitor.get(1, "/shop/set?v=x");
        visitor.get(1, "/shop/end");
        TestTomcats.await("two lines", () -> lines.size() == 2);
        assertThat(lines.get(0)).isEqualTo("/shop/set " + visitor.session() + " x");
        assertThat(lines.get(1)).startsWith("/shop/end ").endsWith(" -");
    }

    @Test
    @DisplayName("tomcat-facts 7, 37: RewriteValve in the Context and before it, RemoteIpValve")
    void rewrittenRequestsHaveTheirSession() throws Exception {
        tomcats.start(2, Map.of(), TomcatPartsTest::pages);
        for (TestTomcats.Node node : tomcats.nodes) {
            node.tomcat.getHost().getPipeline().addValve(new RemoteIpValve());
            rewrite(node.tomcat.getHost().getPipeline(), "RewriteRule ^/outer$ /shop/count");
            rewrite(node.context.getPipeline(), "RewriteRule ^/inner$ /count");
            node.application("/other", Map.of(), TomcatPartsTest::pages);
            rewrite(node.tomcat.getHost().getPipeline(), "RewriteRule ^/shop/away$ /other/count");
        }
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        assertThat(visitor.text(1, "/outer")).isEqualTo("1");
        assertThat(visitor.text(2, "/shop/inner")).isEqualTo("2");
        assertThat(visitor.getWith(1, "/shop/count", "X-Forwarded-For", "10.1.1.1").body()).isEqualTo("3");
        assertThat(visitor.text(2, "/shop/get")).isEqualTo("null");
        assertThat(visitor.text(2, "/shop/away")).isEqualTo("1");
    }

    private static void rewrite(Pipeline pipeline, String rules) throws Exception {
        RewriteValve valve = new RewriteValve();
        pipeline.addValve(valve);
        // Without its file, whose absence it logs when it starts.
        valve.setConfiguration(rules);
    }

    @Test
    @DisplayName("tomcat-facts 2: LoadBalancerDrainingValve asks only whether the id is valid, and sends nobody away")
    void theDrainingValveFindsTheSession() throws Exception {
        tomcats.start(2, Map.of(), TomcatPartsTest::pages);
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        visitor.get(1, "/shop/set?v=x");
        LoadBalancerDrainingValve draining = new LoadBalancerDrainingValve();
        StandardHost host = (StandardHost) tomcats.nodes.get(1).tomcat.getHost();
        host.getPipeline().addValve(new Draining());
        host.getPipeline().addValve(draining);
        assertThat(visitor.text(2, "/shop/get")).isEqualTo("x");
        visitor.session("0123456789ABCDEF0123456789ABCDEF.n2");
        assertThat(visitor.get(2, "/shop/get").statusCode()).isEqualTo(307);
    }

    /** What mod_jk says of a node that is to be emptied. */
    private static final class Draining extends ValveBase {
        Draining() {
            super(true);
        }

        @Override
        public void invoke(Request request,
                           Response response)
                throws IOException, ServletException {
            request.setAttribute("JK_LB_ACTIVATION", "DIS");
            getNext().invoke(request, response);
        }
    }

    /** As an endpoint of a WebSocket: begins when the request is over, with the session that the request had. */
    public static final class Endpoint implements HttpUpgradeHandler {
        private HttpSession session;

        @Override
        public void init(WebConnection connection) {
            String answer;
            try {
                session.setAttribute("a", "by the connection");
                answer = "set";
            } catch (IllegalStateException e) {
                answer = "the session has ended";
            }
            try (connection) {
                connection.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
                connection.getOutputStream().flush();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void destroy() {
            session = null;
        }
    }

    @Test
    @DisplayName("tomcat-facts 9: an upgraded connection uses its session without request and Valve; saved at once")
    void anUpgradedConnectionUsesItsSession() throws Exception {
        tomcats.start(2, Map.of(), context -> {
            pages(context);
            TestTomcats.page(context, "/upgrade", (q, r) -> {
                HttpSession session = q.getSession();
                session.getAttribute("a");
                r.setHeader("Upgrade", "test");
                r.setHeader("Connection", "Upgrade");
                q.upgrade(Endpoint.class).session = session;
                if (q.getParameter("end") != null) {
                    session.invalidate();
                }
            });
        });
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        visitor.get(1, "/shop/set?v=by%20the%20request");
        visitor.get(2, "/shop/get");
        assertThat(upgrade(1, "/shop/upgrade", visitor.session())).startsWith("HTTP/1.1 101").endsWith("set");
        assertThat(visitor.text(2, "/shop/get")).isEqualTo("by the connection");
        assertThat(upgrade(1, "/shop/upgrade?end=1", visitor.session())).endsWith("the session has ended");
        assertThat(visitor.text(2, "/shop/get")).isEqualTo("no session");
    }

    private String upgrade(int node, String path, String session) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), tomcats.nodes.get(node - 1).port())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
                    + "Upgrade: test\r\nCookie: JSESSIONID=" + session + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    // ---- two applications in one request

    private volatile CyclicBarrier meeting;

    private void startCrossContext(Map<String, String> settings) throws Exception {
        tomcats.start(2, settings, context -> crossing(context, "/other"));
        for (TestTomcats.Node node : tomcats.nodes) {
            node.application("/other", settings, context -> crossing(context, "/shop"));
        }
    }

    /** Counts in its own session, in the other application's, and in its own again. */
    private void crossing(Context context, String other) {
        pages(context);
        context.setCrossContext(true);
        TestTomcats.page(context, "/end", (q, r) -> q.getSession().invalidate());
        TestTomcats.page(context, "/both", (q, r) -> {
            r.getWriter().print(count(q) + " ");
            meet();
            q.getServletContext().getContext(other).getRequestDispatcher("/count").include(q, r);
            r.getWriter().print(" " + count(q));
        });
    }

    private void meet() {
        CyclicBarrier now = meeting;
        try {
            if (now != null) {
                now.await(30, TimeUnit.SECONDS);
            }
        } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @DisplayName("tomcat-facts 33: a cross-context include has two sessions of one id, both saved when it ends")
    void anIncludeOfAnotherApplicationHasItsOwnSession() throws Exception {
        startCrossContext(Map.of());
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        assertThat(visitor.text(1, "/shop/both")).isEqualTo("1 1 2");
        assertThat(visitor.text(2, "/shop/both")).isEqualTo("3 2 4");
        assertThat(visitor.text(1, "/other/count")).as("the same id there").isEqualTo("3");
        assertThat(visitor.text(2, "/shop/count")).isEqualTo("5");
    }

    @Test
    @DisplayName("tomcat-facts 17, 33: the id of a session that has ended is not taken again; another one is made")
    void anIncludedApplicationWhoseSessionEndedMakesAnother() throws Exception {
        startCrossContext(Map.of());
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        assertThat(visitor.text(1, "/shop/both")).isEqualTo("1 1 2");
        assertThat(visitor.get(2, "/other/end").statusCode()).isEqualTo(200);
        assertThat(visitor.text(2, "/shop/both")).isEqualTo("3 1 4");
    }

    @Test
    @DisplayName("tomcat-facts 33, protocol 10: two requests at two nodes that want each other's session end by the"
            + " time-out; the log names both")
    void twoSessionsInOneRequestCannotBlockForEver() throws Exception {
        startCrossContext(Map.of("lockTimeout", "4000"));
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        assertThat(visitor.text(1, "/shop/both")).isEqualTo("1 1 2");
        TestTomcats.Visitor same = tomcats.new Visitor();
        same.session(visitor.session());
        meeting = new CyclicBarrier(2);
        try (LogLines log = new LogLines()) {
            CompletableFuture<Integer> there = CompletableFuture.supplyAsync(() -> status(same, 2, "/other/both"));
            int here = status(visitor, 1, "/shop/both");
            assertThat(List.of(here, there.get(30, TimeUnit.SECONDS))).contains(503).isSubsetOf(200, 503);
            assertThat(log.lines()).anySatisfy(line -> assertThat(line).contains("Refused", "GET /shop/both",
                    "GET /other/both", "timed out").doesNotContain(visitor.session()));
        }
        meeting = null;
        assertThat(visitor.text(1, "/shop/both")).as("both sessions are free again").contains(" ");
    }

    private static int status(TestTomcats.Visitor visitor, int node, String path) {
        try {
            return visitor.get(node, path).statusCode();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
