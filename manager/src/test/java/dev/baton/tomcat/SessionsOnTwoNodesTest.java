package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.HttpSessionBindingEvent;
import jakarta.servlet.http.HttpSessionBindingListener;
import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionListener;
import java.io.IOException;
import java.io.Serializable;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.catalina.AccessLog;
import org.apache.catalina.Context;
import org.apache.catalina.Session;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.RequestFacade;
import org.apache.catalina.connector.Response;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.realm.GenericPrincipal;
import org.apache.catalina.valves.ValveBase;
import org.apache.tomcat.util.descriptor.web.ErrorPage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Requests of one visitor at two nodes, through Tomcat's own pipeline. */
class SessionsOnTwoNodesTest {
    private static final List<String> EVENTS = new CopyOnWriteArrayList<>();
    private static final CountDownLatch HELD = new CountDownLatch(1);
    private static final CountDownLatch RELEASE = new CountDownLatch(1);
    private static final AttributeLog LOG = new AttributeLog();
    private static TestTomcats tomcats;

    private final TestTomcats.Visitor visitor = tomcats.new Visitor();

    /** An access log that prints an attribute, as %{a}s does. */
    private static final class AttributeLog extends ValveBase implements AccessLog {
        final List<Object> lines = new CopyOnWriteArrayList<>();

        AttributeLog() {
            super(true);
        }

        @Override
        public void log(Request request, Response response, long time) {
            Session session = request.getSessionInternal(false);
            lines.add(session == null ? "no session" : String.valueOf(session.getSession().getAttribute("a")));
        }

        @Override
        public void setRequestAttributesEnabled(boolean enabled) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean getRequestAttributesEnabled() {
            return false;
        }

        @Override
        public void invoke(Request request, Response response)
                throws IOException, ServletException {
            getNext().invoke(request, response);
        }
    }

    /** Tells when it is bound and unbound. */
    record Bound(String name) implements HttpSessionBindingListener, Serializable {
        @Override
        public void valueBound(HttpSessionBindingEvent event) {
            EVENTS.add("bound " + name);
        }

        @Override
        public void valueUnbound(HttpSessionBindingEvent event) {
            String state;
            try {
                event.getSession().getCreationTime();
                state = "valid";
            } catch (IllegalStateException e) {
                state = "invalid";
            }
            EVENTS.add("unbound " + name + ", session " + state);
        }
    }

    private static void application(Context context) {
        TestTomcats.page(context, "/set", (q, r) -> {
            q.getSession().setAttribute(q.getParameter("name"), q.getParameter("value"));
            r.getWriter().print("set");
        });
        TestTomcats.page(context, "/get", (q, r) -> {
            HttpSession session = q.getSession(false);
            r.getWriter().print(session == null ? "no session" : session.getAttribute(q.getParameter("name")));
        });
        TestTomcats.page(context, "/add", (q, r) -> {
            cart(q).add(q.getParameter("value"));
            r.getWriter().print(cart(q));
        });
        TestTomcats.page(context, "/hold", (q, r) -> {
            q.getSession().setAttribute("held", "by n1");
            HELD.countDown();
            TestTomcats.await(RELEASE);
        });
        TestTomcats.page(context, "/swallow", (q, r) -> {
            try {
                q.getSession().getAttribute("held");
            } catch (RuntimeException e) {
                r.getWriter().print("all is well");
            }
        });
        TestTomcats.page(context, "/nothing", (q, r) -> r.getWriter().print("nothing"));
        TestTomcats.page(context, "/invalidate", (q, r) -> {
            q.getSession().invalidate();
            r.getWriter().print("invalidated");
        });
        TestTomcats.page(context, "/bind", (q, r) -> q.getSession().setAttribute("bound", new Bound("value")));
        TestTomcats.page(context, "/rotate", (q, r) -> r.getWriter().print(q.changeSessionId()));
        TestTomcats.page(context, "/id", (q, r) -> r.getWriter().print(q.getSession().getId() + " "
                + q.getSession().isNew() + " " + q.getSession().getMaxInactiveInterval()));
        TestTomcats.page(context, "/interval", (q, r) ->
                q.getSession().setMaxInactiveInterval(Integer.parseInt(q.getParameter("value"))));
        TestTomcats.page(context, "/login", (q, r) -> {
            Session session = catalina(q);
            session.setAuthType("FORM");
            session.setPrincipal(new GenericPrincipal("ada", List.of("admin")));
        });
        TestTomcats.page(context, "/logout", (q, r) -> {
            catalina(q).setPrincipal(null);
            catalina(q).setAuthType(null);
        });
        TestTomcats.page(context, "/who", (q, r) -> {
            Session session = catalina(q);
            r.getWriter().print(session.getAuthType() + " " + session.getPrincipal());
        });
        TestTomcats.page(context, "/unserialisable", (q, r) -> {
            q.getSession().setAttribute("thread", List.of(new Thread()));
            q.getSession().setAttribute("other", "kept");
        });
        TestTomcats.page(context, "/async", (q, r) -> {
            HttpSession session = q.getSession();
            cart(q).add("before");
            AsyncContext async = q.startAsync();
            Thread thread = new Thread(() -> {
                @SuppressWarnings("unchecked")
                List<Object> cart = (List<Object>) session.getAttribute("cart");
                cart.add("by the other thread");
                session.setAttribute("done", "yes");
                cart.add("later");
                async.complete();
            });
            thread.start();
        });
        TestTomcats.page(context, "/fail", (q, r) -> r.sendError(418));
        TestTomcats.page(context, "/failed", (q, r) -> {
            q.getSession().setAttribute("seen by error page", "yes");
            cart(q).add("error page");
            r.getWriter().print("failed");
        });
        ErrorPage page = new ErrorPage();
        page.setErrorCode(418);
        page.setLocation("/failed");
        context.addErrorPage(page);
        ((StandardContext) context).addApplicationLifecycleListener(new HttpSessionListener() {
            @Override
            public void sessionDestroyed(HttpSessionEvent event) {
                EVENTS.add("destroyed, can read " + event.getSession().getAttribute("bound"));
            }
        });
    }

    @SuppressWarnings("unchecked")
    private static List<Object> cart(HttpServletRequest request) {
        HttpSession session = request.getSession();
        if (session.getAttribute("cart") == null) {
            session.setAttribute("cart", new ArrayList<>());
        }
        return (List<Object>) session.getAttribute("cart");
    }

    /** Tomcat's own view of the session. */
    private static Session catalina(HttpServletRequest request) {
        try {
            java.lang.reflect.Field field = RequestFacade.class.getDeclaredField("request");
            field.setAccessible(true);
            return ((Request) field.get(request)).getSessionInternal(true);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    @BeforeAll
    static void start() throws Exception {
        tomcats = new TestTomcats().start(2, Map.of(), SessionsOnTwoNodesTest::application);
        tomcats.nodes.get(0).tomcat.getHost().getPipeline().addValve(LOG);
    }

    @AfterAll
    static void stop() throws Exception {
        tomcats.close();
    }

    @Test
    @DisplayName("S1 T5: what one node set or changed in place is there at the other")
    void everyNodeSeesTheSameSession() throws Exception {
        visitor.text(1, "/shop/set?name=a&value=1");
        assertThat(visitor.text(2, "/shop/get?name=a")).isEqualTo("1");
        visitor.text(2, "/shop/add?value=pen");
        visitor.text(1, "/shop/add?value=ink");
        assertThat(visitor.text(2, "/shop/add?value=cap")).isEqualTo("[pen, ink, cap]");
    }

    @Test
    void theRouteFollowsTheServingNodeAndTheIdProperStays() throws Exception {
        visitor.text(1, "/shop/set?name=a&value=1");
        String first = visitor.session();
        assertThat(first).endsWith(".n1");
        assertThat(visitor.text(2, "/shop/id")).startsWith(first.replace(".n1", ".n2") + " false");
        assertThat(visitor.session()).isEqualTo(first.replace(".n1", ".n2"));
    }

    @Test
    @DisplayName("L9: a busy lock ends in 503 with Retry-After, also where the application swallowed it")
    void aBusyLockIsAnsweredWith503() throws Exception {
        // Where a wait is to end for lack of time: in a cluster of its own, no other test has so little.
        try (TestTomcats hasty = new TestTomcats().start(2, Map.of("lockTimeout", "3000"),
                SessionsOnTwoNodesTest::application)) {
            aBusyLockIsAnsweredWith503(hasty.new Visitor(), hasty.new Visitor());
        }
    }

    private static void aBusyLockIsAnsweredWith503(TestTomcats.Visitor visitor, TestTomcats.Visitor other)
            throws Exception {
        assertThat(visitor.text(1, "/shop/set?name=a&value=1")).isEqualTo("set");
        other.session(visitor.session());
        CompletableFuture<HttpResponse<String>> holder = CompletableFuture.supplyAsync(() -> {
            try {
                return other.get(1, "/shop/hold");
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        TestTomcats.await(HELD);
        try {
            for (String path : List.of("/shop/get?name=a", "/shop/swallow")) {
                HttpResponse<String> refused = visitor.get(2, path);
                assertThat(refused.statusCode()).as(path).isEqualTo(503);
                assertThat(refused.headers().firstValue("Retry-After")).as(path).isPresent();
                assertThat(refused.body()).as(path).contains("lock busy");
                assertThat(refused.headers().firstValue("Set-Cookie")).as(path).isEmpty();
            }
        } finally {
            RELEASE.countDown();
        }
        assertThat(holder.get(30, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        assertThat(visitor.text(2, "/shop/get?name=held")).isEqualTo("by n1");
    }

    @Test
    void aDestroyedSessionIsGoneEverywhereAndListenersHearOfItOnceInOrder() throws Exception {
        visitor.text(1, "/shop/bind");
        assertThat(visitor.text(2, "/shop/get?name=bound")).isEqualTo("Bound[name=value]");
        EVENTS.clear();
        assertThat(visitor.text(2, "/shop/invalidate")).isEqualTo("invalidated");
        assertThat(EVENTS).containsExactly("destroyed, can read Bound[name=value]", "unbound value, session invalid");
        assertThat(visitor.text(1, "/shop/get?name=bound")).isEqualTo("no session");
        assertThat(visitor.text(2, "/shop/get?name=bound")).isEqualTo("no session");
        assertThat(EVENTS).hasSize(2);
    }

    @Test
    void aNewIdTakesTheSessionAlongAndTheOldOneIsUnknownEverywhere() throws Exception {
        visitor.text(1, "/shop/set?name=a&value=1");
        String old = visitor.session();
        String fresh = visitor.text(2, "/shop/rotate");
        assertThat(visitor.session()).isEqualTo(fresh).isNotEqualTo(old);
        assertThat(visitor.text(1, "/shop/get?name=a")).isEqualTo("1");
        TestTomcats.Visitor thief = tomcats.new Visitor();
        for (int node = 1; node <= 2; node++) {
            thief.session(old);
            assertThat(thief.text(node, "/shop/get?name=a")).isEqualTo("no session");
        }
    }

    @Test
    void theIntervalAndTheUserTravelWithTheSession() throws Exception {
        visitor.text(1, "/shop/interval?value=77");
        assertThat(visitor.text(2, "/shop/id")).endsWith("false 77");
        visitor.text(2, "/shop/login");
        assertThat(visitor.text(1, "/shop/who")).isEqualTo("FORM GenericPrincipal[ada(admin,)]");
        visitor.text(1, "/shop/logout");
        assertThat(visitor.text(2, "/shop/who")).isEqualTo("null null");
    }

    @Test
    void anAttributeThatCannotBeSerialisedSpoilsNothingElse() throws Exception {
        assertThat(visitor.get(1, "/shop/unserialisable").statusCode()).isEqualTo(200);
        assertThat(visitor.text(2, "/shop/get?name=other")).isEqualTo("kept");
        assertThat(visitor.text(2, "/shop/get?name=thread")).isEqualTo("null");
    }

    @Test
    void whatAnAsynchronousThreadChangedIsSavedBeforeItsAnswerIsComplete() throws Exception {
        assertThat(visitor.get(1, "/shop/async").statusCode()).isEqualTo(200);
        assertThat(visitor.text(2, "/shop/get?name=done")).isEqualTo("yes");
        assertThat(visitor.text(2, "/shop/get?name=cart")).isEqualTo("[before, by the other thread, later]");
    }

    @Test
    void whatAnErrorPageChangedAfterTheValveIsKept() throws Exception {
        visitor.text(1, "/shop/set?name=a&value=1");
        assertThat(visitor.text(1, "/shop/fail")).isEqualTo("418 failed");
        TestTomcats.await("saved when the request has ended", () -> {
            try {
                return visitor.text(2, "/shop/get?name=cart").equals("[error page]");
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        assertThat(visitor.text(2, "/shop/get?name=seen%20by%20error%20page")).isEqualTo("yes");
    }

    @Test
    void anIdThatCannotBeOneIsAbsentAndReachesNobody() throws Exception {
        long before = lookupsSent();
        for (String id : List.of("a%b", "../../x", "x".repeat(3_000), "<script>.n1")) {
            visitor.session(id);
            assertThat(visitor.text(2, "/shop/get?name=a")).isEqualTo("no session");
        }
        assertThat(lookupsSent()).isEqualTo(before);
        visitor.session("ABCDEF0123456789.n7");
        assertThat(visitor.text(2, "/shop/get?name=a")).isEqualTo("no session");
    }

    private static long lookupsSent() {
        return tomcats.nodes.get(1).manager.deployment().application().counters().lookupsSent();
    }

    @Test
    void accessLogsAndOtherApplicationsOnlyLook() throws Exception {
        visitor.text(1, "/shop/set?name=a&value=1");
        BatonManager manager = tomcats.nodes.get(0).manager;
        TestTomcats.await("logged", () -> LOG.lines.contains("1"));
        LOG.lines.clear();
        long entries = manager.deployment().application().counters().entries();
        visitor.text(1, "/shop/nothing");
        TestTomcats.await("logged", () -> LOG.lines.contains("1"));
        assertThat(manager.deployment().application().counters().entries()).isEqualTo(entries);

        HttpSession session = manager.findSession(visitor.session()).getSession();
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        Thread.currentThread().setContextClassLoader(tomcats.nodes.get(1).context.getLoader().getClassLoader());
        try {
            assertThat(session.getAttribute("a")).isEqualTo("1");
            assertThat(Collections.list(session.getAttributeNames())).containsExactly("a");
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
        assertThat(manager.deployment().application().counters().entries()).isEqualTo(entries);
        assertThat(session.getAttribute("a")).isEqualTo("1");
        assertThat(manager.deployment().application().counters().entries()).isEqualTo(entries + 1);
    }

    @Test
    void tomcatsListsHaveEachSessionOnce() throws Exception {
        visitor.text(1, "/shop/set?name=a&value=1");
        String id = SessionIds.base(visitor.session());
        for (TestTomcats.Node node : tomcats.nodes) {
            assertThat(Arrays.stream(node.manager.findSessions()).filter(s -> s.getId().startsWith(id))).hasSize(1);
        }
        assertThat(tomcats.nodes.get(0).manager.getActiveSessions()).isPositive();
    }

    @Test
    void theStatusTellsWhereASessionStands() throws Exception {
        visitor.text(1, "/shop/set?name=a&value=1");
        Map<String, Object> status = tomcats.nodes.get(0).manager.status(visitor.session());
        assertThat(status).containsEntry("node", "n1").containsEntry("holder", "n1").containsEntry("primary", "n1")
                .containsEntry("backups", List.of("n2")).containsEntry("members", List.of("n1", "n2"))
                .containsEntry("version", 1L);
        assertThat((List<?>) status.get("commits")).hasSize(1);
    }
}
