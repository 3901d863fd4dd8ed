package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.HttpSessionActivationListener;
import jakarta.servlet.http.HttpSessionBindingEvent;
import jakarta.servlet.http.HttpSessionBindingListener;
import jakarta.servlet.http.HttpSessionEvent;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.catalina.Context;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A session that nobody used for a minute: what the application notices of its way out of the process and back. */
class IdleReleaseTest {
    private static final List<String> EVENTS = new CopyOnWriteArrayList<>();
    private static TestTomcats tomcats;

    private final TestTomcats.Visitor visitor = tomcats.new Visitor();

    /** Hears that it is bound, and remembers what is done to it. */
    private static class Basket implements Serializable, HttpSessionBindingListener {
        private static final long serialVersionUID = 1L;
        private final List<String> items = new ArrayList<>();

        @Override
        public void valueBound(HttpSessionBindingEvent event) {
            EVENTS.add("bound");
        }

        @Override
        public void valueUnbound(HttpSessionBindingEvent event) {
            EVENTS.add("unbound");
        }
    }

    private static final class Moving extends Basket implements HttpSessionActivationListener {
        private static final long serialVersionUID = 1L;

        @Override
        public void sessionWillPassivate(HttpSessionEvent event) {
            EVENTS.add("passivate");
        }

        @Override
        public void sessionDidActivate(HttpSessionEvent event) {
            EVENTS.add("activate");
        }
    }

    private static void application(Context context) {
        TestTomcats.page(context, "/new", (q, r) -> q.getSession().setAttribute("basket", new Basket()));
        TestTomcats.page(context, "/moving", (q, r) -> q.getSession().setAttribute("basket", new Moving()));
        TestTomcats.page(context, "/quiet", (q, r) -> q.getSession().setAttribute("basket", "of no class"));
        TestTomcats.page(context, "/add", (q, r) -> {
            HttpSession session = q.getSession(false);
            Basket basket = (Basket) session.getAttribute("basket");
            basket.items.add(q.getParameter("item"));
            r.getWriter().print(basket.items + " new: " + session.isNew() + " idle: "
                    + (tomcats.clock.wallMillis() - session.getLastAccessedTime()) / 100_000);
        });
        TestTomcats.page(context, "/keep", (q, r) -> q.getSession().setAttribute("local", new Object()));
    }

    @BeforeAll
    static void start() throws Exception {
        tomcats = new TestTomcats().start(2, Map.of(), IdleReleaseTest::application);
    }

    @AfterAll
    static void stop() throws Exception {
        tomcats.close();
    }

    @BeforeEach
    void nothingHeard() {
        EVENTS.clear();
    }

    private TrackedSession session() {
        return (TrackedSession) tomcats.nodes.get(0).manager.findSession(visitor.session());
    }

    /** Some minutes pass after the request's end. */
    private void idle() {
        TestTomcats.await("the request has ended", () -> session().uses() == 0);
        tomcats.clock.move(Duration.ofSeconds(400));
    }

    private void awaitReturned() {
        TestTomcats.await("the token is back", () -> session().state().token().away());
    }

    @Test
    @DisplayName("It comes back as it was, and no listener hears of it")
    void comesBack() throws Exception {
        visitor.text(1, "/shop/new");
        assertThat(visitor.text(1, "/shop/add?item=pen")).isEqualTo("[pen] new: false idle: 0");
        idle();
        awaitReturned();
        assertThat(visitor.text(1, "/shop/add?item=ink")).isEqualTo("[pen, ink] new: false idle: 4");
        idle();
        awaitReturned();
        assertThat(visitor.text(2, "/shop/add?item=cap")).startsWith("[pen, ink, cap] new: false");
        assertThat(EVENTS).containsExactly("bound");
    }

    @Test
    @DisplayName("Where a value would have to hear of its way out, it stays")
    void valuesThatHearOfMoves() throws Exception {
        visitor.text(1, "/shop/moving");
        assertThat(visitor.text(1, "/shop/add?item=pen")).startsWith("[pen]");
        idle();
        // The second of these was looked at in a later round than the first, so in between all others were.
        for (int i = 0; i < 2; i++) {
            IdleReleaseTest other = new IdleReleaseTest();
            other.visitor.text(1, "/shop/quiet");
            other.idle();
            other.awaitReturned();
        }
        assertThat(session().state().open()).isTrue();
        assertThat(visitor.text(1, "/shop/add?item=ink")).startsWith("[pen, ink]");
        assertThat(EVENTS).containsExactly("bound");
    }

    @Test
    @DisplayName("What only this node has keeps the session here: attributes, notes, listeners of the container")
    void whatOnlyThisNodeHas() throws Exception {
        visitor.text(1, "/shop/new");
        TrackedSession session = session();
        TestTomcats.await("the request has ended", () -> session.uses() == 0);
        assertThat(session.mayLetGo()).isTrue();
        session.setNote("password", "secret");
        assertThat(session.mayLetGo()).isFalse();
        session.removeNote("password");
        assertThat(session.mayLetGo()).isTrue();
        org.apache.catalina.SessionListener listener = event -> { };
        session.addSessionListener(listener);
        assertThat(session.mayLetGo()).isFalse();
        session.removeSessionListener(listener);
        session.access();
        assertThat(session.mayLetGo()).as("a request has it").isFalse();
        session.endAccess();
        assertThat(session.mayLetGo()).isTrue();
        tomcats.nodes.get(0).manager.setSessionAttributeNameFilter("basket");
        try {
            visitor.text(1, "/shop/keep");
        } finally {
            tomcats.nodes.get(0).manager.setSessionAttributeNameFilter(null);
        }
        TestTomcats.await("the request has ended", () -> session().uses() == 0);
        assertThat(session().mayLetGo()).isFalse();
    }
}
