package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.HttpSessionActivationListener;
import jakarta.servlet.http.HttpSessionAttributeListener;
import jakarta.servlet.http.HttpSessionBindingEvent;
import jakarta.servlet.http.HttpSessionBindingListener;
import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionIdListener;
import jakarta.servlet.http.HttpSessionListener;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.catalina.Context;
import org.apache.catalina.core.StandardContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What the listeners of an application hear, at two nodes, in which order, and by which class loader. */
class ListenersTest {
    /** What was heard at any node; the loader is only told where it is the wrong one. */
    private static final List<String> EVENTS = new CopyOnWriteArrayList<>();
    private static TestTomcats tomcats;

    private final TestTomcats.Visitor visitor = tomcats.new Visitor();

    private static void hear(String event, HttpSession session) {
        ClassLoader application = session.getServletContext().getClassLoader();
        boolean right = Thread.currentThread().getContextClassLoader() == application;
        EVENTS.add(event + (right ? "" : " (by another loader)"));
    }

    private static String state(HttpSession session) {
        try {
            session.getCreationTime();
            return "valid";
        } catch (IllegalStateException e) {
            return "invalid";
        }
    }

    /** A value that hears of everything a value can hear of. */
    static class Told implements HttpSessionBindingListener, HttpSessionActivationListener, Serializable {
        private static final long serialVersionUID = 1L;
        final String name;
        String place = "here";

        Told(String name) {
            this.name = name;
        }

        @Override
        public void valueBound(HttpSessionBindingEvent event) {
            hear("bound " + name + ", session has " + event.getSession().getAttribute(event.getName()),
                    event.getSession());
        }

        @Override
        public void valueUnbound(HttpSessionBindingEvent event) {
            hear("unbound " + name + ", session " + state(event.getSession()), event.getSession());
        }

        @Override
        public void sessionWillPassivate(HttpSessionEvent event) {
            place = "packed";
            hear("passivate " + name + ", beside " + event.getSession().getAttribute("beside"), event.getSession());
        }

        @Override
        public void sessionDidActivate(HttpSessionEvent event) {
            hear("activate " + name + " " + place + ", beside " + event.getSession().getAttribute("beside"),
                    event.getSession());
            place = "unpacked";
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** The application's listener; there are two of them, so that their order can be seen. */
    private record Ear(String name) implements HttpSessionListener, HttpSessionAttributeListener,
            HttpSessionIdListener {
        @Override
        public void sessionCreated(HttpSessionEvent event) {
            hear(name + " created", event.getSession());
        }

        @Override
        public void sessionDestroyed(HttpSessionEvent event) {
            hear(name + " destroyed, session has " + event.getSession().getAttribute("a"), event.getSession());
        }

        @Override
        public void attributeAdded(HttpSessionBindingEvent event) {
            hear(name + " added " + event.getName() + "=" + event.getValue(), event.getSession());
        }

        @Override
        public void attributeRemoved(HttpSessionBindingEvent event) {
            hear(name + " removed " + event.getName() + "=" + event.getValue() + ", session "
                    + state(event.getSession()), event.getSession());
        }

        @Override
        public void attributeReplaced(HttpSessionBindingEvent event) {
            hear(name + " replaced " + event.getName() + ", old " + event.getValue(), event.getSession());
        }

        @Override
        public void sessionIdChanged(HttpSessionEvent event, String oldId) {
            hear(name + " id changed from the old one " + !oldId.equals(event.getSession().getId()),
                    event.getSession());
        }
    }

    /** Invalidates the session in the middle of what was to happen to it. */
    static final class Fatal extends Told {
        private static final long serialVersionUID = 1L;

        Fatal() {
            super("fatal");
        }

        @Override
        public void valueBound(HttpSessionBindingEvent event) {
            event.getSession().invalidate();
        }
    }

    private static void application(Context context) {
        StandardContext standard = (StandardContext) context;
        for (String name : List.of("1", "2")) {
            standard.addApplicationLifecycleListener(new Ear(name));
            standard.addApplicationEventListener(new Ear(name));
        }
        TestTomcats.page(context, "/new", (q, r) -> r.getWriter().print(q.getSession().isNew()));
        TestTomcats.page(context, "/set", (q, r) -> q.getSession().setAttribute("a", new Told(q.getParameter("v"))));
        TestTomcats.page(context, "/beside", (q, r) -> q.getSession().setAttribute("beside", "this"));
        TestTomcats.page(context, "/again", (q, r) ->
                q.getSession().setAttribute("a", q.getSession().getAttribute("a")));
        TestTomcats.page(context, "/get", (q, r) -> r.getWriter().print(q.getSession().getAttribute("a")));
        TestTomcats.page(context, "/place", (q, r) ->
                r.getWriter().print(((Told) q.getSession().getAttribute("a")).place));
        TestTomcats.page(context, "/remove", (q, r) -> q.getSession().removeAttribute("a"));
        TestTomcats.page(context, "/rotate", (q, r) -> q.changeSessionId());
        TestTomcats.page(context, "/interval", (q, r) -> q.getSession().setMaxInactiveInterval(60));
        TestTomcats.page(context, "/invalidate", (q, r) -> q.getSession().invalidate());
        TestTomcats.page(context, "/fatal", (q, r) -> r.getWriter().print(fatal(q)));
    }

    private static String fatal(HttpServletRequest request) {
        HttpSession session = request.getSession();
        try {
            session.setAttribute("fatal", new Fatal());
            return "set, session " + state(session);
        } catch (IllegalStateException e) {
            return "refused, session " + state(session);
        }
    }

    @BeforeAll
    static void start() throws Exception {
        tomcats = new TestTomcats().start(2, Map.of(), ListenersTest::application);
    }

    @AfterAll
    static void stop() throws Exception {
        tomcats.close();
    }

    @BeforeEach
    void silence() {
        EVENTS.clear();
    }

    private List<String> heard(int node, String path) throws Exception {
        EVENTS.clear();
        assertThat(visitor.get(node, "/shop" + path).statusCode()).isEqualTo(200);
        return List.copyOf(EVENTS);
    }

    @Test
    @DisplayName("tomcat-facts 29: created, bound, added, replaced, unbound, removed in Tomcat's order")
    void listenersHearInTomcatsOrder() throws Exception {
        assertThat(heard(1, "/new")).containsExactly("1 created", "2 created");
        assertThat(heard(1, "/set?v=x")).containsExactly("bound x, session has null", "1 added a=x", "2 added a=x");
        assertThat(heard(1, "/set?v=y")).containsExactly("bound y, session has x", "unbound x, session valid",
                "1 replaced a, old x", "2 replaced a, old x");
        assertThat(heard(1, "/again")).as("the same object: no binding, by default still replaced")
                .containsExactly("1 replaced a, old y", "2 replaced a, old y");
        assertThat(heard(1, "/remove")).containsExactly("unbound y, session valid", "1 removed a=y, session valid",
                "2 removed a=y, session valid");
        assertThat(heard(1, "/rotate")).containsExactly("1 id changed from the old one true",
                "2 id changed from the old one true");
    }

    @Test
    @DisplayName("tomcat-facts 29: an attribute that another node set is replaced and removed with its events")
    void eventsAreToldWhereTheRequestRuns() throws Exception {
        visitor.get(1, "/shop/set?v=x");
        assertThat(heard(2, "/set?v=y")).containsSubsequence("bound y, session has x", "unbound x, session valid",
                "1 replaced a, old x");
        assertThat(heard(1, "/remove")).containsSubsequence("unbound y, session valid",
                "1 removed a=y, session valid");
    }

    @Test
    @DisplayName("tomcat-facts 30: destroyed in reverse order while readable, then unbound and removed, once")
    void theEndIsToldOnce() throws Exception {
        visitor.get(1, "/shop/set?v=x");
        visitor.get(2, "/shop/get");
        assertThat(heard(2, "/invalidate")).containsExactly("2 destroyed, session has x", "1 destroyed, session has x",
                "unbound x, session invalid", "1 removed a=x, session invalid", "2 removed a=x, session invalid");
        assertThat(heard(1, "/new")).as("a new one").containsExactly("1 created", "2 created");
    }

    @Test
    @DisplayName("tomcat-facts 29, 32: a session that moves tells its values, and nobody of a creation or an end")
    void aMoveTellsOnlyTheValuesThatAskForIt() throws Exception {
        visitor.get(1, "/shop/set?v=x");
        visitor.get(1, "/shop/beside");
        assertThat(heard(1, "/get")).as("no move").isEmpty();
        assertThat(heard(2, "/get")).containsExactly("passivate x, beside this", "activate x packed, beside this");
        assertThat(heard(2, "/place")).isEmpty();
        assertThat(visitor.text(2, "/shop/place")).isEqualTo("unpacked");
        assertThat(heard(1, "/get")).as("back").containsExactly("passivate x, beside this",
                "activate x packed, beside this");
        assertThat(visitor.text(1, "/shop/place")).isEqualTo("unpacked");
    }

    @Test
    @DisplayName("tomcat-facts 13, 25, 30: an idle session expires once in the cluster, with all its listeners")
    void anExpiredSessionIsToldOnce() throws Exception {
        visitor.get(1, "/shop/set?v=x");
        visitor.get(2, "/shop/interval");
        visitor.get(1, "/shop/get");
        EVENTS.clear();
        long before = expired();
        TestTomcats.await("the requests have ended, which may be after their answers", () -> tomcats.nodes.stream()
                .allMatch(n -> n.manager.findSession(visitor.session()).uses() == 0));
        tomcats.clock.move(Duration.ofSeconds(90));
        TestTomcats.await("expired", () -> EVENTS.stream().anyMatch(e -> e.startsWith("2 removed")));
        assertThat(EVENTS.stream().filter(e -> !e.startsWith("passivate") && !e.startsWith("activate")))
                .containsExactly("2 destroyed, session has x", "1 destroyed, session has x",
                        "unbound x, session invalid", "1 removed a=x, session invalid",
                        "2 removed a=x, session invalid");
        assertThat(visitor.text(1, "/shop/new")).isEqualTo("true");
        assertThat(expired() - before).as("in Tomcat's figures").isEqualTo(1);
    }

    private static long expired() {
        return tomcats.nodes.stream().mapToLong(n -> n.manager.getExpiredSessions()).sum();
    }

    @Test
    void aValueThatInvalidatesTheSessionWhileItIsBoundLeavesNothing() throws Exception {
        visitor.get(1, "/shop/set?v=x");
        EVENTS.clear();
        assertThat(visitor.text(1, "/shop/fatal")).isEqualTo("set, session invalid");
        assertThat(EVENTS).containsSubsequence("2 destroyed, session has x", "1 destroyed, session has x",
                "unbound fatal, session invalid").doesNotContain("1 added fatal=fatal");
        assertThat(visitor.text(2, "/shop/new")).isEqualTo("true");
    }
}
