package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.api.SessionGoneException;
import dev.baton.api.SessionLocks;
import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.HttpSessionActivationListener;
import jakarta.servlet.http.HttpSessionAttributeListener;
import jakarta.servlet.http.HttpSessionBindingEvent;
import jakarta.servlet.http.HttpSessionBindingListener;
import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionIdListener;
import jakarta.servlet.http.HttpSessionListener;
import java.io.Serializable;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.catalina.Context;
import org.apache.catalina.core.StandardContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Listeners that invalidate the session, or fail, in the middle of what they are told of. */
@DisplayName("Issue 4.2, bad input: listeners of an application that end the session, or throw, or recurse")
class EndingListenersTest {
    private static final AtomicInteger DESTROYED = new AtomicInteger();
    private static final AtomicInteger BOUND = new AtomicInteger();
    private static final AtomicInteger UNBOUND = new AtomicInteger();
    private static final AtomicInteger SET_AGAIN = new AtomicInteger();
    private static final AtomicReference<SessionLocks> LOCKS = new AtomicReference<>();
    private static final AtomicReference<Object> READ = new AtomicReference<>();
    private static volatile String trigger = "nothing";
    private static volatile String mood = "invalidate";
    private static TestTomcats tomcats;

    private final TestTomcats.Visitor visitor = tomcats.new Visitor();

    private static void told(String event, HttpSession session) {
        if (trigger.equals(event)) {
            act(event, session);
        }
    }

    private static void act(String event, HttpSession session) {
        switch (mood) {
            case "invalidate" -> session.invalidate();
            case "exception" -> throw new IllegalStateException("in a bad mood");
            case "error" -> throw new AssertionError("in a bad mood");
            case "recursion" -> act(event, session);
            case "remove" -> session.removeAttribute("a");
            case "use" -> {
                // As a request finds it that waited for the session meanwhile.
                CompletableFuture<?> other = CompletableFuture.supplyAsync(LOCKS.get()::fence);
                assertThatThrownBy(() -> other.get(30, TimeUnit.SECONDS)).hasCauseInstanceOf(SessionGoneException.class);
                READ.set(session.getAttribute("a"));
            }
            case "again" -> {
                SET_AGAIN.incrementAndGet();
                session.setAttribute("a", new Value());
            }
            default -> throw new AssertionError(mood);
        }
    }

    static final class Value implements HttpSessionBindingListener, HttpSessionActivationListener, Serializable {
        private static final long serialVersionUID = 1L;

        @Override
        public void valueBound(HttpSessionBindingEvent event) {
            BOUND.incrementAndGet();
            told("bound", event.getSession());
        }

        @Override
        public void valueUnbound(HttpSessionBindingEvent event) {
            UNBOUND.incrementAndGet();
            told("unbound", event.getSession());
        }

        @Override
        public void sessionWillPassivate(HttpSessionEvent event) {
            told("passivate", event.getSession());
        }

        @Override
        public void sessionDidActivate(HttpSessionEvent event) {
            told("activate", event.getSession());
        }

        @Override
        public String toString() {
            return "value";
        }
    }

    private static final class Ear implements HttpSessionListener, HttpSessionAttributeListener,
            HttpSessionIdListener {
        @Override
        public void sessionCreated(HttpSessionEvent event) {
            told("created", event.getSession());
        }

        @Override
        public void sessionDestroyed(HttpSessionEvent event) {
            DESTROYED.incrementAndGet();
            told("destroyed", event.getSession());
        }

        @Override
        public void attributeAdded(HttpSessionBindingEvent event) {
            told("added", event.getSession());
        }

        @Override
        public void attributeReplaced(HttpSessionBindingEvent event) {
            told("replaced", event.getSession());
        }

        @Override
        public void attributeRemoved(HttpSessionBindingEvent event) {
            told("removed", event.getSession());
        }

        @Override
        public void sessionIdChanged(HttpSessionEvent event, String oldId) {
            told("id", event.getSession());
        }
    }

    private static void application(Context context) {
        ((StandardContext) context).addApplicationLifecycleListener(new Ear());
        ((StandardContext) context).addApplicationEventListener(new Ear());
        TestTomcats.page(context, "/set", (q, r) -> q.getSession().setAttribute("a", new Value()));
        TestTomcats.page(context, "/other", (q, r) -> q.getSession().setAttribute("b", "other"));
        TestTomcats.page(context, "/remove", (q, r) -> q.getSession().removeAttribute("a"));
        TestTomcats.page(context, "/rotate", (q, r) -> q.changeSessionId());
        TestTomcats.page(context, "/end", (q, r) -> {
            LOCKS.set(SessionLocks.of(q.getSession()));
            q.getSession().invalidate();
        });
        TestTomcats.page(context, "/get", (q, r) -> {
            HttpSession session = q.getSession(false);
            r.getWriter().print(session == null ? "no session" : session.getAttribute("a") + " "
                    + session.getAttribute("b"));
        });
    }

    @BeforeAll
    static void start() throws Exception {
        tomcats = new TestTomcats().start(2, Map.of("lockTimeout", "3000"), EndingListenersTest::application);
    }

    @AfterAll
    static void stop() throws Exception {
        tomcats.close();
    }

    @AfterEach
    void calmDown() {
        trigger = "nothing";
    }

    @Test
    @DisplayName("who finds the session gone while its destroyed listeners run does not take it from them")
    void listenersKeepTheirSession() throws Exception {
        mood = "use";
        assertThat(visitor.text(1, "/shop/set")).isEmpty();
        trigger = "destroyed";
        assertThat(visitor.text(1, "/shop/end")).isEmpty();
        assertThat(READ.getAndSet(null)).hasToString("value");
    }

    @ParameterizedTest
    @CsvSource({"added, /other", "replaced, /set", "unbound, /set", "unbound, /remove", "removed, /remove",
            "id, /rotate", "destroyed, /end"})
    @DisplayName("invalidate() in a listener, at the node that made the session and at the other one: it ends, once")
    void aListenerEndsTheSession(String event, String path) throws Exception {
        for (int node = 1; node <= 2; node++) {
            trigger = "nothing";
            mood = "invalidate";
            TestTomcats.Visitor somebody = tomcats.new Visitor();
            assertThat(somebody.text(1, "/shop/set")).isEmpty();
            DESTROYED.set(0);
            trigger = event;
            assertThat(somebody.text(node, "/shop" + path)).as(event).isEmpty();
            trigger = "nothing";
            assertThat(DESTROYED).hasValue(1);
            assertThat(somebody.text(1, "/shop/get")).isEqualTo("no session");
            assertThat(somebody.text(2, "/shop/get")).isEqualTo("no session");
            assertThat(DESTROYED).hasValue(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"passivate", "activate"})
    @DisplayName("invalidate() while the session moves: the request hears that it is invalid, it ends, once")
    void aValueEndsTheSessionWhileItMoves(String event) throws Exception {
        mood = "invalidate";
        assertThat(visitor.text(1, "/shop/set")).isEmpty();
        DESTROYED.set(0);
        trigger = event;
        assertThat(visitor.get(2, "/shop/get").statusCode()).isIn(200, 500);
        trigger = "nothing";
        assertThat(visitor.text(2, "/shop/get")).isEqualTo("no session");
        assertThat(visitor.text(1, "/shop/get")).isEqualTo("no session");
        assertThat(DESTROYED).hasValue(1);
        assertThat(visitor.text(1, "/shop/set")).as("and another one begins").isEmpty();
        assertThat(visitor.text(2, "/shop/get")).isEqualTo("value null");
    }

    @ParameterizedTest
    @ValueSource(strings = {"exception", "error", "recursion"})
    @DisplayName("each listener fails: what it is told of happens all the same, at both nodes")
    void aListenerThatFailsHarmsNobody(String how) throws Exception {
        mood = how;
        for (int node = 1; node <= 2; node++) {
            int other = 3 - node;
            TestTomcats.Visitor somebody = tomcats.new Visitor();
            trigger = "created";
            assertThat(somebody.text(node, "/shop/other")).isEmpty();
            for (String event : new String[] {"added", "replaced", "bound", "unbound"}) {
                trigger = event;
                assertThat(somebody.text(node, "/shop/set")).as(event).isEmpty();
            }
            for (String event : new String[] {"passivate", "activate"}) {
                trigger = event;
                assertThat(somebody.text(other, "/shop/get")).as(event).isEqualTo("value other");
                assertThat(somebody.text(node, "/shop/get")).as(event).isEqualTo("value other");
            }
            trigger = "id";
            String before = somebody.session();
            assertThat(somebody.text(other, "/shop/rotate")).isEmpty();
            assertThat(SessionIds.base(somebody.session())).isNotEqualTo(SessionIds.base(before));
            trigger = "removed";
            assertThat(somebody.text(node, "/shop/remove")).isEmpty();
            assertThat(somebody.text(other, "/shop/get")).isEqualTo("null other");
            trigger = "destroyed";
            DESTROYED.set(0);
            assertThat(somebody.text(node, "/shop/end")).isEmpty();
            assertThat(somebody.text(other, "/shop/get")).isEqualTo("no session");
            assertThat(DESTROYED).hasValue(1);
        }
    }

    @ParameterizedTest
    @CsvSource({"bound, 100", "added, 1", "replaced, 100", "unbound, 100", "created, 1"})
    @DisplayName("a listener sets what it is told of again, without end: the request ends before its stack does")
    void aListenerThatSetsAgain(String event, int times) throws Exception {
        mood = "again";
        if (times > 1) {
            assertThat(visitor.text(1, "/shop/set")).isEmpty();
        }
        SET_AGAIN.set(0);
        trigger = event;
        assertThat(visitor.text(2, "/shop/set")).isEmpty();
        trigger = "nothing";
        assertThat(SET_AGAIN).hasValue(times);
        assertThat(visitor.text(1, "/shop/get")).isEqualTo("value null");
        assertThat(visitor.text(1, "/shop/other")).isEmpty();
        assertThat(visitor.text(2, "/shop/get")).isEqualTo("value other");
    }

    @ParameterizedTest
    @CsvSource({"remove, 1", "again, 2"})
    @DisplayName("tomcat-facts 30: a destroyed listener removes or replaces a value: each one bound is unbound")
    void aDestroyedListenerChangesTheSession(String how, int values) throws Exception {
        for (int node = 1; node <= 2; node++) {
            trigger = "nothing";
            mood = how;
            BOUND.set(0);
            UNBOUND.set(0);
            TestTomcats.Visitor somebody = tomcats.new Visitor();
            assertThat(somebody.text(1, "/shop/set")).isEmpty();
            trigger = "destroyed";
            assertThat(somebody.text(node, "/shop/end")).isEmpty();
            assertThat(BOUND).hasValue(values);
            assertThat(UNBOUND).hasValue(values);
        }
    }
}
