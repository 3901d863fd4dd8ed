package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.protocol.Message;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletRequestEvent;
import jakarta.servlet.ServletRequestListener;
import jakarta.servlet.SessionTrackingMode;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.apache.catalina.Context;
import org.apache.catalina.Session;
import org.apache.catalina.core.StandardContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Session ids as clients send them, rightly or not, in cookies and in addresses. */
class BadIdsTest {
    private static final int RANDOM_IDS = Integer.getInteger("baton.ids", 20_000);

    private final TestTomcats tomcats = new TestTomcats();

    @AfterEach
    void stop() throws Exception {
        tomcats.close();
    }

    private static void pages(Context context) {
        TestTomcats.page(context, "/set", (q, r) -> {
            q.getSession().setAttribute("a", q.getParameter("v"));
            r.getWriter().print(r.encodeURL("/shop/get"));
        });
        TestTomcats.page(context, "/get", (q, r) -> {
            HttpSession session = q.getSession(false);
            r.getWriter().print(session == null ? "no session" : session.getAttribute("a"));
        });
        TestTomcats.page(context, "/new", (q, r) -> r.getWriter().print(q.getSession().isNew()));
        TestTomcats.page(context, "/how", (q, r) -> {
            q.getSession();
            r.getWriter().print(q.isRequestedSessionIdFromCookie() + " " + q.isRequestedSessionIdFromURL() + " "
                    + r.encodeURL("/shop/how"));
        });
        TestTomcats.page(context, "/rotate", (q, r) -> {
            if (q.getParameter("flush") != null) {
                r.flushBuffer();
            }
            try {
                q.changeSessionId();
                r.getWriter().print(q.changeSessionId());
            } catch (IllegalStateException e) {
                r.getWriter().print("refused");
            }
        });
    }

    private static String route(String id, String route) {
        return SessionIds.withRoute(SessionIds.base(id), route);
    }

    @Test
    @DisplayName("tomcat-facts 2: of several session cookies the one of a living session counts, in any order")
    void theLivingOneOfSeveralCookiesCounts() throws Exception {
        tomcats.start(2, Map.of(), BadIdsTest::pages);
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        visitor.get(1, "/shop/set?v=x");
        String id = visitor.session();
        String invented = "0123456789ABCDEF0123456789ABCDEF.n1";
        for (List<String> ids : List.of(List.of(id, invented), List.of(invented, id), List.of("%%%", invented, id, "<>"),
                List.of(invented, "", id))) {
            String cookies = String.join("; ", ids.stream().map(i -> "JSESSIONID=" + i).toList());
            for (int node = 1; node <= 2; node++) {
                assertThat(tomcats.new Visitor().getWith(node, "/shop/get", "Cookie", cookies).body()).as(cookies)
                        .isEqualTo("x");
            }
        }
    }

    @ParameterizedTest(name = "asked for before the Valve: {0}")
    @EnumSource
    @DisplayName("tomcat-facts 4, 22: routes of other nodes, of nobody, several or none: the same session, with our route")
    void foreignRoutesFindTheSession(TestTomcats.Early early) throws Exception {
        tomcats.prepare(early::prepare);
        tomcats.start(2, Map.of(), BadIdsTest::pages);
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        visitor.get(1, "/shop/set?v=x");
        String id = visitor.session();
        for (String route : new String[] {null, "n2", "n9", "n1.n2", ".", "<script>"}) {
            TestTomcats.Visitor other = tomcats.new Visitor();
            assertThat(other.getWith(2, "/shop/get", "Cookie", "JSESSIONID=" + route(id, route)).body()).as(route)
                    .isEqualTo("x");
            assertThat(other.session()).as(route).isEqualTo("n2".equals(route) ? null : route(id, "n2"));
        }
    }

    @Test
    @DisplayName("tomcat-facts 4: a session made before the Valve does not pass for the one that was asked for")
    void aSessionMadeEarlyIsNotTheRequestedOne() throws Exception {
        String stale = "0123456789ABCDEF0123456789ABCDEF.n2";
        tomcats.start(1, Map.of(), context -> {
            TestTomcats.page(context, "/asked", (q, r) -> r.getWriter().print(q.getRequestedSessionId()));
            ((StandardContext) context).addApplicationEventListener(new ServletRequestListener() {
                @Override
                public void requestInitialized(ServletRequestEvent event) {
                    ((HttpServletRequest) event.getServletRequest()).getSession();
                }
            });
        });
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        visitor.session(stale);
        assertThat(visitor.text(1, "/shop/asked")).isEqualTo(stale);
        assertThat(visitor.session()).endsWith(".n1");
    }

    @Test
    @DisplayName("an id of the client's choice is never taken, unless a session of that id exists on the host")
    void fixationIsRefused() throws Exception {
        tomcats.start(2, Map.of(), context -> {
            pages(context);
            context.setSessionCookiePath("/");
        });
        for (TestTomcats.Node node : tomcats.nodes) {
            node.application("/other", Map.of(), context -> {
                pages(context);
                context.setSessionCookiePath("/");
            });
        }
        TestTomcats.Visitor mallory = tomcats.new Visitor();
        mallory.session("0123456789ABCDEF0123456789ABCDEF");
        assertThat(mallory.text(1, "/shop/new")).isEqualTo("true");
        assertThat(mallory.session()).doesNotStartWith("0123456789ABCDEF");
        String shared = mallory.session();
        assertThat(mallory.text(2, "/other/new")).isEqualTo("true");
        assertThat(SessionIds.base(mallory.session())).as("one id for both applications, from any node")
                .isEqualTo(SessionIds.base(shared));
        mallory.get(1, "/other/set?v=other");
        mallory.get(2, "/shop/set?v=shop");
        assertThat(mallory.text(1, "/shop/get")).isEqualTo("shop");
        assertThat(mallory.text(2, "/other/get")).isEqualTo("other");
    }

    @Test
    @DisplayName("ids in addresses: made, followed to another node, and ignored where only cookies are tracked")
    void idsInAddresses() throws Exception {
        tomcats.start(2, Map.of(), context -> {
            pages(context);
            ((StandardContext) context).addServletContainerInitializer((classes, servlets) ->
                    servlets.setSessionTrackingModes(Set.of(SessionTrackingMode.URL)), Set.of());
        });
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        String address = visitor.text(1, "/shop/set?v=x");
        assertThat(address).startsWith("/shop/get;jsessionid=").endsWith(".n1");
        assertThat(visitor.session()).as("no cookie").isNull();
        assertThat(visitor.text(2, address)).isEqualTo("x");
        String how = visitor.text(2, address.replace("get", "how"));
        assertThat(how).startsWith("false true /shop/how;jsessionid=").endsWith(".n2");
        TestTomcats.Visitor withCookie = tomcats.new Visitor();
        withCookie.session(address.substring(address.indexOf('=') + 1));
        assertThat(withCookie.text(1, "/shop/get")).as("a cookie does not count").isEqualTo("no session");
    }

    @Test
    @DisplayName("the session cookie has the name, path and attributes of the application, also with another route")
    void theCookieIsAsTheApplicationWants() throws Exception {
        tomcats.start(2, Map.of(), context -> {
            pages(context);
            context.setSessionCookieName("basket");
            context.setSessionCookieDomain("example.com");
            context.setUseHttpOnly(true);
            ((StandardContext) context).addServletContainerInitializer((classes, servlets) ->
                    servlets.getSessionCookieConfig().setMaxAge(77), Set.of());
        });
        String made = tomcats.new Visitor().get(1, "/shop/set?v=x").headers().firstValue("Set-Cookie").orElseThrow();
        assertThat(made).startsWith("basket=").contains(".n1;", "Path=/shop", "Domain=example.com", "Max-Age=77",
                "HttpOnly");
        String id = made.substring(made.indexOf('=') + 1, made.indexOf(';'));
        assertThat(tomcats.new Visitor().getWith(2, "/shop/get", "Cookie", "basket=" + id)
                .headers().firstValue("Set-Cookie").orElseThrow()).startsWith("basket=" + route(id, "n2"))
                .contains("Path=/shop", "Domain=example.com", "Max-Age=77", "HttpOnly");
    }

    @Test
    @DisplayName("tomcat-facts 19, 20: an id may change twice in a request, but not once the answer has begun")
    void idsMayChangeTwiceInARequest() throws Exception {
        tomcats.start(2, Map.of(), BadIdsTest::pages);
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        visitor.get(1, "/shop/set?v=x");
        String changed = visitor.text(2, "/shop/rotate");
        assertThat(visitor.session()).isEqualTo(changed);
        assertThat(visitor.text(1, "/shop/get")).isEqualTo("x");
        assertThat(visitor.text(1, "/shop/rotate?flush=1")).isEqualTo("refused");
        assertThat(visitor.text(2, "/shop/get")).isEqualTo("x");
    }

    @Test
    @DisplayName("tomcat-facts 8, 20: a thread of an asynchronous request's own changes the id also when that is too late")
    void anAsynchronousThreadMayChangeTheIdTooLate() throws Exception {
        tomcats.start(1, Map.of(), context -> {
            pages(context);
            TestTomcats.page(context, "/late", (q, r) -> {
                q.getSession();
                AsyncContext async = q.startAsync();
                r.getWriter().print("id ");
                r.flushBuffer();
                async.start(() -> {
                    try {
                        r.getWriter().print(q.changeSessionId());
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    } finally {
                        async.complete();
                    }
                });
            });
        });
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        visitor.get(1, "/shop/set?v=x");
        String before = visitor.session();
        String changed = visitor.text(1, "/shop/late").replace("id ", "");
        assertThat(changed).isNotEmpty().isNotEqualTo(before);
        assertThat(visitor.session()).as("nobody told the client").isEqualTo(before);
        assertThat(visitor.text(1, "/shop/get")).isEqualTo("no session");
        visitor.session(changed);
        assertThat(visitor.text(1, "/shop/get")).isEqualTo("x");
    }

    @ParameterizedTest(name = "the answer has begun: {0}")
    @ValueSource(booleans = {false, true})
    @DisplayName("tomcat-facts 20: a request listener may change the id as well, but not once the answer has begun")
    void aListenerMayChangeTheId(boolean begun) throws Exception {
        CompletableFuture<String> outcome = new CompletableFuture<>();
        tomcats.start(1, Map.of(), context -> {
            pages(context);
            TestTomcats.page(context, "/late", (q, r) -> {
                r.getWriter().print(q.getSession().getAttribute("a"));
                if (begun) {
                    r.flushBuffer();
                }
            });
            ((StandardContext) context).addApplicationEventListener(new ServletRequestListener() {
                @Override
                public void requestDestroyed(ServletRequestEvent event) {
                    HttpServletRequest request = (HttpServletRequest) event.getServletRequest();
                    if (request.getServletPath().equals("/late")) {
                        outcome.complete(change(request));
                    }
                }

                private String change(HttpServletRequest request) {
                    try {
                        return request.changeSessionId();
                    } catch (IllegalStateException e) {
                        return "refused";
                    }
                }
            });
        });
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        visitor.get(1, "/shop/set?v=x");
        String before = visitor.session();
        assertThat(visitor.text(1, "/shop/late")).isEqualTo("x");
        assertThat(outcome.get(30, TimeUnit.SECONDS)).isEqualTo(begun ? "refused" : visitor.session());
        assertThat(visitor.session().equals(before)).isEqualTo(begun);
        assertThat(visitor.text(1, "/shop/get")).isEqualTo("x");
    }

    @Test
    @DisplayName("two that make a session of one id at the same time get one each, one of them under another id")
    void twoOfOneId() throws Exception {
        tomcats.start(2, Map.of("lockTimeout", "60000"), BadIdsTest::pages);
        BatonManager here = tomcats.nodes.get(0).manager;
        BatonManager there = tomcats.nodes.get(1).manager;
        String id = there.deployment().application().drawId(() -> SessionIds.base(there.getSessionIdGenerator()
                .generateSessionId()));
        tomcats.network.hold((to, message) -> message instanceof Message.Lookup);
        List<FutureTask<Session>> made = List.of(new FutureTask<>(() -> here.createSession(id)),
                new FutureTask<>(() -> here.createSession(id)));
        List<Thread> threads = made.stream().map(Thread::new).toList();
        threads.forEach(Thread::start);
        TestTomcats.await("both ask whether the id is free", () -> threads.stream()
                .allMatch(t -> t.getState() == Thread.State.TIMED_WAITING));
        tomcats.network.deliverHeld();
        Set<String> ids = new TreeSet<>();
        for (FutureTask<Session> each : made) {
            Session session = each.get(30, TimeUnit.SECONDS);
            assertThat(there.findSession(session.getId())).as("known to the store").isNotNull();
            ids.add(SessionIds.base(session.getId()));
        }
        assertThat(ids).hasSize(2).contains(id);
    }

    @Test
    @DisplayName("random ids: no malformed one leaves the node, unknown ones are asked for and leave nothing behind")
    void randomIdsLeaveNothingBehind() throws Exception {
        tomcats.start(2, Map.of(), BadIdsTest::pages);
        BatonManager manager = tomcats.nodes.get(1).manager;
        Random random = new Random(42);
        long before = manager.deployment().application().counters().lookupsSent();
        for (int i = 0; i < RANDOM_IDS; i++) {
            char[] id = new char[1 + random.nextInt(60)];
            for (int c = 0; c < id.length; c++) {
                id[c] = (char) random.nextInt(256);
            }
            id[random.nextInt(id.length)] = " <>\"'%&/\\;{}\0\n\u00e4".charAt(random.nextInt(15));
            int dot = new String(id).indexOf('.');
            if (dot < 0 || new String(id, 0, dot).chars().anyMatch(c -> c < '!' || c > '~')) {
                assertThat(manager.findSession(new String(id))).isNull();
            }
        }
        assertThat(manager.deployment().application().counters().lookupsSent()).as("malformed").isEqualTo(before);
        int states = manager.deployment().application().states().size();
        for (int i = 0; i < RANDOM_IDS / 10; i++) {
            assertThat(manager.findSession(Long.toHexString(random.nextLong()) + ".n1")).isNull();
        }
        assertThat(manager.deployment().application().counters().lookupsSent()).isEqualTo(before + RANDOM_IDS / 10);
        assertThat(manager.deployment().application().states()).hasSize(states);
        assertThat(manager.getActiveSessions()).isZero();
    }
}
