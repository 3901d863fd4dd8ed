package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.HttpSessionActivationListener;
import jakarta.servlet.http.HttpSessionBindingEvent;
import jakarta.servlet.http.HttpSessionBindingListener;
import jakarta.servlet.http.HttpSessionEvent;
import java.io.IOException;
import java.io.Serializable;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.catalina.Context;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Values that hear of their session's moves and of its end, and do not take that well. */
@DisplayName("Issue 4, bad input: listeners in trouble while a session moves or ends")
class BadListenersTest {
    private static volatile CountDownLatch free = new CountDownLatch(1);
    private static final Set<String> STUCK = ConcurrentHashMap.newKeySet();

    private final TestTomcats tomcats = new TestTomcats();

    static final class Value implements HttpSessionActivationListener, HttpSessionBindingListener, Serializable {
        private static final long serialVersionUID = 1L;
        private final String mood;

        Value(String mood) {
            this.mood = mood;
        }

        @Override
        public void sessionWillPassivate(HttpSessionEvent event) {
            show(event.getSession(), "move");
        }

        @Override
        public void valueUnbound(HttpSessionBindingEvent event) {
            show(event.getSession(), "end");
        }

        private void show(HttpSession session, String what) {
            switch (mood) {
                case "exception" -> throw new IllegalStateException("in a bad mood");
                case "error" -> throw new AssertionError("in a bad mood");
                case "recursion" -> show(session, what);
                case "block-move", "block-end" -> {
                    if (mood.endsWith(what)) {
                        STUCK.add(session.getId());
                        await(free);
                    }
                }
                default -> {
                }
            }
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(60, TimeUnit.SECONDS)) {
                throw new AssertionError("not within the time");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @AfterEach
    void stop() throws Exception {
        free.countDown();
        tomcats.close();
    }

    private void start(int nodes) throws Exception {
        free = new CountDownLatch(1);
        STUCK.clear();
        tomcats.start(nodes, Map.of("lockTimeout", "3000"), this::application);
    }

    private void application(Context context) {
        TestTomcats.page(context, "/set", (q, r) -> {
            q.getSession().setAttribute("value", new Value(q.getParameter("mood")));
            q.getSession().setAttribute("kept", "kept");
            q.getSession().setMaxInactiveInterval(60);
        });
        TestTomcats.page(context, "/get", (q, r) -> {
            HttpSession session = q.getSession(false);
            r.getWriter().print(session == null ? "no session" : session.getAttribute("kept"));
        });
    }

    private TestTomcats.Visitor visitor(String mood) throws Exception {
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        assertThat(visitor.get(1, "/shop/set?mood=" + mood).statusCode()).isEqualTo(200);
        return visitor;
    }

    private static boolean gone(TestTomcats.Visitor visitor) {
        try {
            return visitor.text(1, "/shop/get").equals("no session");
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"exception", "error", "recursion"})
    @DisplayName("sessionWillPassivate or valueUnbound fails: the session moves, and ends when it expires")
    void aListenerThatFails(String mood) throws Exception {
        start(2);
        TestTomcats.Visitor visitor = visitor(mood);
        assertThat(visitor.text(2, "/shop/get")).isEqualTo("kept");
        assertThat(visitor.text(1, "/shop/get")).isEqualTo("kept");
        expire(visitor.session());
        assertThat(gone(visitor)).isTrue();
    }

    /** Without asking for it, which would be an access. */
    private void expire(String session) {
        TestTomcats.await("the session has expired", () -> {
            tomcats.clock.move(Duration.ofSeconds(10));
            return tomcats.nodes.stream().allMatch(n -> n.manager.findSession(session) == null);
        });
    }

    @Test
    @DisplayName("sessionWillPassivate blocks: its session waits, others move from that node meanwhile")
    void aMoveThatBlocksHoldsUpItsSessionOnly() throws Exception {
        start(2);
        TestTomcats.Visitor stuck = visitor("block-move");
        TestTomcats.Visitor other = visitor("good");
        assertThat(stuck.get(2, "/shop/get").statusCode()).isEqualTo(503);
        assertThat(STUCK).hasSize(1);
        assertThat(other.text(2, "/shop/get")).isEqualTo("kept");
        free.countDown();
        TestTomcats.await("the session moves", () -> {
            try {
                return stuck.text(2, "/shop/get").equals("kept");
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        });
    }

    @Test
    @DisplayName("valueUnbound blocks when its session expires: others expire meanwhile")
    void anEndThatBlocksHoldsUpItsSessionOnly() throws Exception {
        start(1);
        TestTomcats.Visitor stuck = visitor("block-end");
        TestTomcats.await("one is stuck", () -> {
            tomcats.clock.move(Duration.ofSeconds(10));
            return STUCK.size() == 1;
        });
        TestTomcats.Visitor other = visitor("good");
        expire(other.session());
        assertThat(gone(other)).isTrue();
        free.countDown();
        TestTomcats.await("it has ended", () -> gone(stuck));
    }
}
