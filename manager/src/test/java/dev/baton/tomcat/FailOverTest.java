package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.HttpSessionActivationListener;
import jakarta.servlet.http.HttpSessionAttributeListener;
import jakarta.servlet.http.HttpSessionBindingEvent;
import jakarta.servlet.http.HttpSessionBindingListener;
import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionIdListener;
import jakarta.servlet.http.HttpSessionListener;
import java.io.IOException;
import java.io.Serializable;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.catalina.Context;
import org.apache.catalina.authenticator.BasicAuthenticator;
import org.apache.catalina.authenticator.FormAuthenticator;
import org.apache.catalina.core.StandardContext;
import org.apache.tomcat.util.descriptor.web.ErrorPage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What the servlet specification says of a session goes on saying so when the node dies that had it. All sessions are
 * made at node 1, which is killed once; each test then looks at its own.
 */
@DisplayName("Issue 4.2, B6: a session's semantics when its node dies")
class FailOverTest {
    private static final List<String> EVENTS = new CopyOnWriteArrayList<>();
    private static final CountDownLatch INSIDE = new CountDownLatch(1);
    private static final CountDownLatch GO_ON = new CountDownLatch(1);
    /** Who came to node 1 before it died, by what for. */
    private static final Map<String, TestTomcats.Visitor> VISITORS = new HashMap<>();
    /** What node 1 said, by what for. */
    private static final Map<String, String> SAID = new HashMap<>();
    private static TestTomcats tomcats;
    private static CompletableFuture<String> longRequest;
    private static volatile HttpSession.Accessor accessor;

    /** A value that hears of everything. */
    private record Told(String name) implements HttpSessionBindingListener, HttpSessionActivationListener,
            Serializable {
        @Override
        public void valueBound(HttpSessionBindingEvent event) {
            EVENTS.add("bound " + name);
        }

        @Override
        public void valueUnbound(HttpSessionBindingEvent event) {
            EVENTS.add("unbound " + name);
        }

        @Override
        public void sessionWillPassivate(HttpSessionEvent event) {
            EVENTS.add("passivate " + name);
        }

        @Override
        public void sessionDidActivate(HttpSessionEvent event) {
            EVENTS.add("activate " + name);
        }
    }

    private static final class Ear implements HttpSessionListener, HttpSessionAttributeListener,
            HttpSessionIdListener {
        @Override
        public void sessionCreated(HttpSessionEvent event) {
            EVENTS.add("created");
        }

        @Override
        public void sessionDestroyed(HttpSessionEvent event) {
            EVENTS.add("destroyed, has " + event.getSession().getAttribute("told"));
        }

        @Override
        public void attributeReplaced(HttpSessionBindingEvent event) {
            EVENTS.add("replaced " + event.getValue());
        }

        @Override
        public void attributeRemoved(HttpSessionBindingEvent event) {
            EVENTS.add("removed " + event.getValue());
        }

        @Override
        public void sessionIdChanged(HttpSessionEvent event, String oldId) {
            EVENTS.add("id changed");
        }
    }

    private static void pages(Context context) {
        TestTomcats.page(context, "/set", (q, r) -> q.getSession().setAttribute("a", q.getParameter("v")));
        TestTomcats.page(context, "/get", (q, r) -> {
            HttpSession session = q.getSession(false);
            r.getWriter().print(session == null ? "no session" : session.getAttribute("a"));
        });
        TestTomcats.page(context, "/state", (q, r) -> {
            HttpSession session = q.getSession();
            r.getWriter().print(session.isNew() + " " + session.getCreationTime() + " "
                    + session.getMaxInactiveInterval());
        });
        TestTomcats.page(context, "/times", (q, r) -> {
            HttpSession session = q.getSession();
            session.getAttribute("a");
            r.getWriter().print((session.getLastAccessedTime() - session.getCreationTime()) / 1_000);
        });
        TestTomcats.page(context, "/interval", (q, r) ->
                q.getSession().setMaxInactiveInterval(Integer.parseInt(q.getParameter("v"))));
        TestTomcats.page(context, "/tell", (q, r) ->
                q.getSession().setAttribute("told", new Told(q.getParameter("v"))));
        TestTomcats.page(context, "/told", (q, r) -> r.getWriter().print(q.getSession().getAttribute("told")));
        TestTomcats.page(context, "/rotate", (q, r) -> r.getWriter().print(q.changeSessionId()));
        TestTomcats.page(context, "/end", (q, r) -> q.getSession().invalidate());
        TestTomcats.page(context, "/another", (q, r) -> {
            q.getSession().invalidate();
            q.getSession().setAttribute("a", "of another");
        });
        TestTomcats.page(context, "/count", (q, r) -> r.getWriter().print(count(q)));
        TestTomcats.page(context, "/accessor", (q, r) -> accessor = q.getSession().getAccessor());
        TestTomcats.page(context, "/long", (q, r) -> {
            HttpSession session = q.getSession(false);
            INSIDE.countDown();
            TestTomcats.await(GO_ON);
            r.getWriter().print(session.getAttribute("a"));
        });
        TestTomcats.page(context, "/fail", (q, r) -> {
            throw new IOException("as the test wants");
        });
        TestTomcats.page(context, "/failed", (q, r) -> q.getSession().setAttribute("a", "by the error page"));
        ErrorPage page = new ErrorPage();
        page.setExceptionType(IOException.class.getName());
        page.setLocation("/failed");
        context.addErrorPage(page);
        ((StandardContext) context).addApplicationLifecycleListener(new Ear());
        ((StandardContext) context).addApplicationEventListener(new Ear());
    }

    private static int count(HttpServletRequest request) {
        HttpSession session = request.getSession();
        int count = session.getAttribute("count") instanceof Integer known ? known + 1 : 1;
        session.setAttribute("count", count);
        return count;
    }

    private static void crossing(Context context, String other) {
        pages(context);
        context.setCrossContext(true);
        TestTomcats.page(context, "/both", (q, r) -> {
            r.getWriter().print(count(q) + " ");
            q.getServletContext().getContext(other).getRequestDispatcher("/count").include(q, r);
            r.getWriter().print(" " + count(q));
        });
        TestTomcats.page(context, "/away", (q, r) -> {
            count(q);
            q.getServletContext().getContext(other).getRequestDispatcher("/count").forward(q, r);
        });
    }

    private static void guarded(Context context) {
        pages(context);
        TestTomcats.page(context, "/form", (q, r) -> r.getWriter().print(r.encodeURL("/guarded/get")));
        TestTomcats.guardAgainstForgery(context, "/form");
    }

    private static Consumer<Context> version(String version) {
        return context -> {
            ((StandardContext) context).setWebappVersion(version);
            ((StandardContext) context).setName("/versions##" + version);
            pages(context);
        };
    }

    private static BatonManager manager(int node, String name) {
        return (BatonManager) ((Context) tomcats.nodes.get(node - 1).tomcat.getHost().findChild(name)).getManager();
    }

    private static TestTomcats.Visitor visitor(String purpose) {
        return VISITORS.computeIfAbsent(purpose, p -> tomcats.new Visitor());
    }

    private static void says(String purpose, String path) throws Exception {
        SAID.put(purpose, visitor(purpose).text(1, path));
    }

    @BeforeAll
    static void killTheNodeThatHasAll() throws Exception {
        // The killed node's threads go on in this process: it would passivate what it takes for idle, when time has moved.
        tomcats = new TestTomcats().start(3, Map.of("releaseIdle", "0"), context -> crossing(context, "/other"));
        Map<String, String> one = Map.of("maxActiveSessions", "1");
        for (TestTomcats.Node node : tomcats.nodes) {
            node.application("/other", Map.of(), context -> crossing(context, "/shop"));
            node.application("/guarded", Map.of(), FailOverTest::guarded);
            node.application("/versions", one, version("1"));
            node.application("/filtered", Map.of("sessionAttributeNameFilter", "a.*"), FailOverTest::pages);
            node.application("/basic", Map.of(), LoginTest.secured("BASIC", new BasicAuthenticator()));
            node.application("/form", Map.of(), LoginTest.secured("FORM", new FormAuthenticator()));
            node.tomcat.addUser("ada", "secret");
            node.tomcat.addRole("ada", "user");
        }
        says("state", "/shop/state");
        tomcats.clock.move(Duration.ofSeconds(200));
        says("state", "/shop/interval?v=2000");
        says("state made", "/shop/state");
        for (String purpose : List.of("listeners", "expiry")) {
            says(purpose, "/shop/tell?v=x");
        }
        says("expiry", "/shop/interval?v=300");
        says("for ever", "/shop/interval?v=-1");
        says("renamed", "/shop/set?v=1");
        SAID.put("old id", visitor("renamed").session());
        says("renamed", "/shop/rotate");
        says("ended", "/shop/set?v=2");
        says("ended", "/shop/end");
        says("another", "/shop/set?v=3");
        SAID.put("id before", visitor("another").session());
        says("another", "/shop/another");
        says("failed", "/shop/fail");
        says("first nonce", "/guarded/form");
        VISITORS.put("second nonce", visitor("first nonce"));
        says("second nonce", "/guarded/form");
        says("both", "/shop/both");
        says("old version", "/versions/set?v=old");
        for (TestTomcats.Node node : tomcats.nodes) {
            node.application("/versions", one, version("2"));
        }
        says("new version", "/versions/set?v=1");
        visitor("new version at 2").get(2, "/versions/set?v=2");
        visitor("new version at 3").get(3, "/versions/set?v=3");
        says("filtered", "/filtered/set?v=1");
        says("filtered", "/filtered/tell?v=x");
        says("filtered", "/filtered/told");
        for (String purpose : List.of("logged in", "logged out")) {
            says(purpose, "/basic/session");
            visitor(purpose).getWith(1, "/basic/secret", "Authorization", LoginTest.BASIC);
        }
        says("logged out", "/basic/logout");
        SAID.put("asked", visitor("asked").post(1, "/form/secret", "order=pen").body());
        for (String purpose : List.of("listed", "listed at 3")) {
            says(purpose, "/shop/set?v=seen");
        }
        says("joined", "/shop/set?v=1");
        visitor("joined").text(2, "/shop/accessor");
        says("joined", "/shop/set?v=2");
        longRequest = CompletableFuture.supplyAsync(() -> {
            try {
                return visitor("joined").text(2, "/shop/long");
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        TestTomcats.await(INSIDE);
        tomcats.network.kill(tomcats.nodes.get(0).manager.deployment().node().self());
        EVENTS.clear();
    }

    @AfterAll
    static void stop() throws Exception {
        GO_ON.countDown();
        tomcats.close();
    }

    @Test
    @DisplayName("tomcat-facts 29 to 32: no listener hears of the crash but values that come back; then all go on")
    void listenersHearWhatHappensAndNoCrash() throws Exception {
        TestTomcats.Visitor visitor = visitor("listeners");
        EVENTS.clear();
        assertThat(visitor.text(2, "/shop/told")).isEqualTo("Told[name=x]");
        assertThat(EVENTS).containsExactly("activate x");
        EVENTS.clear();
        visitor.text(2, "/shop/tell?v=y");
        assertThat(EVENTS).containsExactly("bound y", "unbound x", "replaced Told[name=x]");
        EVENTS.clear();
        visitor.text(2, "/shop/rotate");
        assertThat(EVENTS).containsExactly("id changed");
        EVENTS.clear();
        visitor.text(3, "/shop/end");
        assertThat(EVENTS.stream().filter(e -> !e.contains("ivate"))).containsExactly("destroyed, has Told[name=y]",
                "unbound y", "removed Told[name=y]");
        assertThat(visitor.text(2, "/shop/get")).isEqualTo("no session");
    }

    @Test
    @DisplayName("tomcat-facts 13, 30: a session whose node died expires by its interval, once, with its listeners")
    void itExpiresOnce() throws Exception {
        EVENTS.clear();
        tomcats.clock.move(Duration.ofSeconds(400));
        TestTomcats.await("expired", () -> EVENTS.stream().anyMatch(e -> e.startsWith("removed")));
        for (int node = 2; node <= 3; node++) {
            assertThat(visitor("expiry").text(node, "/shop/get")).isEqualTo("no session");
            assertThat(visitor("for ever").text(node, "/shop/state")).endsWith(" -1");
        }
        assertThat(EVENTS.stream().filter(e -> !e.contains("ivate"))).containsExactly("destroyed, has Told[name=x]",
                "unbound x", "removed Told[name=x]");
    }

    @Test
    @DisplayName("tomcat-facts 23, 24, 45: neither new again nor younger; interval and times go on")
    void itIsTheSameSession() throws Exception {
        TestTomcats.Visitor visitor = visitor("state");
        String state = visitor.text(2, "/shop/state");
        assertThat(state).startsWith("false ").endsWith(" 2000");
        tomcats.clock.move(Duration.ofSeconds(50));
        assertThat(Integer.parseInt(visitor.text(3, "/shop/times"))).as("of the request at node 2, to a twentieth")
                .isBetween(100, 700);
        assertThat(visitor.text(3, "/shop/state")).isEqualTo(state);
    }

    @Test
    @DisplayName("tomcat-facts 19: a new id, a logout, and another session in one request outlive their node")
    void endsAndNewIdsAreKept() throws Exception {
        TestTomcats.Visitor renamed = visitor("renamed");
        assertThat(renamed.session()).isNotEqualTo(SAID.get("old id"));
        assertThat(visitor("another").session()).isNotEqualTo(SAID.get("id before"));
        for (int node = 2; node <= 3; node++) {
            assertThat(renamed.text(node, "/shop/get")).isEqualTo("1");
            assertThat(visitor("ended").text(node, "/shop/get")).isEqualTo("no session");
            assertThat(visitor("another").text(node, "/shop/get")).isEqualTo("of another");
            for (String gone : List.of("old id", "id before")) {
                TestTomcats.Visitor thief = tomcats.new Visitor();
                thief.session(SAID.get(gone));
                assertThat(thief.text(node, "/shop/get")).isEqualTo("no session");
            }
        }
        assertThat(renamed.text(3, "/shop/rotate")).as("once more").isEqualTo(renamed.session());
        assertThat(renamed.text(2, "/shop/get")).isEqualTo("1");
    }

    @Test
    @DisplayName("tomcat-facts 4, I11: the session that an error page makes after an exception is kept")
    void whatAnErrorPageMadeIsKept() throws Exception {
        assertThat(SAID.get("failed")).startsWith("500 ");
        assertThat(visitor("failed").text(2, "/shop/get")).isEqualTo("by the error page");
    }

    @Test
    @DisplayName("tomcat-facts 10, 15: a request that joined at another node goes on, an Accessor of it works")
    void whoJoinedElsewhereGoesOn() throws Exception {
        TestTomcats.Visitor visitor = visitor("joined");
        GO_ON.countDown();
        assertThat(longRequest.get(30, TimeUnit.SECONDS)).isEqualTo("2");
        accessor.access(session -> session.setAttribute("a", session.getAttribute("a") + " and 3"));
        assertThat(visitor.text(3, "/shop/get")).isEqualTo("2 and 3");
        visitor.text(3, "/shop/rotate");
        assertThatThrownBy(() -> accessor.access(session -> EVENTS.add("wrong"))).as("its id is another one now")
                .isInstanceOf(IllegalStateException.class);
        assertThat(EVENTS).doesNotContain("wrong");
    }

    @Test
    @DisplayName("tomcat-facts 24: who logged in stays so, who logged out too; a FORM login goes on with its POST")
    void loginsGoOn() throws Exception {
        assertThat(visitor("logged in").text(2, "/basic/secret")).isEqualTo("hello ada BASIC true");
        assertThat(visitor("logged out").get(2, "/basic/secret").statusCode()).isEqualTo(401);
        assertThat(visitor("logged out").text(3, "/basic/open")).isEqualTo("hello null");
        assertThat(SAID.get("asked")).isEqualTo("who are you?");
        TestTomcats.Visitor asked = visitor("asked");
        assertThat(asked.post(2, "/form/j_security_check", "j_username=ada&j_password=secret").statusCode())
                .isEqualTo(303);
        assertThat(asked.text(3, "/form/secret")).isEqualTo("hello ada FORM true pen");
    }

    @Test
    @DisplayName("tomcat-facts 27: nonces of CsrfPreventionFilter are kept")
    void noncesAreKept() throws Exception {
        TestTomcats.Visitor visitor = visitor("first nonce");
        assertThat(visitor.text(2, SAID.get("second nonce"))).isEqualTo("null");
        assertThat(visitor.text(3, SAID.get("first nonce"))).isEqualTo("null");
        assertThat(visitor.get(2, "/guarded/get?org.apache.catalina.filters.CSRF_NONCE=wrong").statusCode())
                .isEqualTo(403);
    }

    @Test
    @DisplayName("tomcat-facts 33: both sessions of a cross-context dispatch are kept")
    void bothSessionsOfADispatchAreKept() throws Exception {
        TestTomcats.Visitor visitor = visitor("both");
        assertThat(SAID.get("both")).isEqualTo("1 1 2");
        assertThat(visitor.text(2, "/shop/both")).isEqualTo("3 2 4");
        assertThat(visitor.text(3, "/shop/away")).as("forwarded").isEqualTo("3");
        assertThat(visitor.text(2, "/other/count")).isEqualTo("4");
    }

    @Test
    @DisplayName("tomcat-facts 12, 18, 44: versions keep their sessions, the count is right, a full node serves them")
    void versionsAndFiguresGoOn() throws Exception {
        for (int node = 2; node <= 3; node++) {
            assertThat(visitor("old version").text(node, "/versions/get")).isEqualTo("old");
            assertThat(visitor("new version").text(node, "/versions/get")).isEqualTo("1");
            assertThat(visitor("new version at 2").text(node, "/versions/get")).isEqualTo("2");
            assertThat(visitor("new version at 3").text(node, "/versions/get")).isEqualTo("3");
            assertThat(manager(node, "/versions##1").getActiveSessionsFull()).isEqualTo(1);
            assertThat(manager(node, "/versions##2").getActiveSessionsFull()).isEqualTo(3);
        }
    }

    @Test
    @DisplayName("tomcat-facts 11: survivors list the sessions of the dead node, show them, and end them")
    void peopleFindAndEndThemAtEverySurvivor() throws Exception {
        Map<Integer, String> ended = Map.of(2, "listed", 3, "listed at 3");
        for (int node = 2; node <= 3; node++) {
            BatonManager manager = manager(node, "/shop");
            String id = SessionIds.base(visitor(ended.get(node)).session());
            assertThat(listed(manager)).contains(id);
            assertThat(manager.getSessionIdsFull()).contains(SessionIds.withRoute(id, "n" + node));
            assertThat(manager.getSessionAttribute(id, "a")).isEqualTo("seen");
            manager.expireSession(id);
            assertThat(visitor(ended.get(node)).text(5 - node, "/shop/get")).as("at the other").isEqualTo("no session");
            assertThat(listed(manager)).doesNotContain(id);
            assertThat(listed(manager(5 - node, "/shop"))).doesNotContain(id);
        }
    }

    private static List<String> listed(BatonManager manager) {
        return Arrays.stream(manager.findSessions()).map(session -> SessionIds.base(session.getId())).toList();
    }

    @Test
    @DisplayName("tomcat-facts 28: what the filters keep on a node dies with it, the rest does not")
    void whatTheFiltersKeepDiesWithItsNode() throws Exception {
        assertThat(SAID.get("filtered")).isEqualTo("Told[name=x]");
        for (int node = 2; node <= 3; node++) {
            assertThat(visitor("filtered").text(node, "/filtered/told")).isEqualTo("null");
            assertThat(visitor("filtered").text(node, "/filtered/get")).isEqualTo("1");
        }
    }
}
