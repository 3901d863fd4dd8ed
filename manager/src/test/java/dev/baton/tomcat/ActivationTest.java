package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.HttpSessionActivationListener;
import jakarta.servlet.http.HttpSessionEvent;
import java.io.IOException;
import java.io.Serializable;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.catalina.Context;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Values that make themselves ready in {@code sessionDidActivate}, and requests that come meanwhile. */
@DisplayName("Issue 4.2, tomcat-facts 32: a value that came from another node is activated before anybody uses it")
class ActivationTest {
    private static final AtomicInteger ACTIVATED = new AtomicInteger();
    private static volatile CountDownLatch activating = new CountDownLatch(1);
    private static volatile CountDownLatch goOn = new CountDownLatch(0);

    private final TestTomcats tomcats = new TestTomcats();

    /** Of no use before it was activated: the connection does not travel. */
    static final class Client implements HttpSessionActivationListener, Serializable {
        private static final long serialVersionUID = 1L;
        private final String beside;
        private transient String connection = "as made";

        Client(String beside) {
            this.beside = beside;
        }

        @Override
        public void sessionDidActivate(HttpSessionEvent event) {
            ACTIVATED.incrementAndGet();
            activating.countDown();
            TestTomcats.await(goOn);
            Client other = (Client) event.getSession().getAttribute(beside);
            connection = other == null ? "none" : "beside " + other.beside;
        }

        @Override
        public String toString() {
            return String.valueOf(connection);
        }
    }

    private static void pages(Context context) {
        TestTomcats.page(context, "/set", (q, r) -> {
            HttpSession session = q.getSession();
            session.setAttribute("a", new Client("b"));
            session.setAttribute("b", new Client("a"));
            session.setAttribute("plain", "plain");
        });
        TestTomcats.page(context, "/get", (q, r) -> r.getWriter().print(
                q.getSession().getAttribute(q.getParameter("name"))));
    }

    @AfterEach
    void stop() throws Exception {
        goOn.countDown();
        tomcats.close();
    }

    private CompletableFuture<String> read(TestTomcats.Visitor of, String name) {
        TestTomcats.Visitor same = tomcats.new Visitor();
        same.session(of.session());
        return CompletableFuture.supplyAsync(() -> {
            try {
                return same.text(2, "/shop/get?name=" + name);
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        });
    }

    private TestTomcats.Visitor moved() throws Exception {
        tomcats.start(2, Map.of(), ActivationTest::pages);
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        visitor.get(1, "/shop/set");
        ACTIVATED.set(0);
        activating = new CountDownLatch(1);
        goOn = new CountDownLatch(1);
        return visitor;
    }

    @Test
    @DisplayName("a second request waits until the first one has activated it; it is told once; others go on")
    void nobodyUsesItBefore() throws Exception {
        TestTomcats.Visitor visitor = moved();
        CompletableFuture<String> first = read(visitor, "a");
        TestTomcats.await(activating);
        CompletableFuture<String> second = read(visitor, "a");
        assertThat(read(visitor, "plain").get(30, TimeUnit.SECONDS)).isEqualTo("plain");
        TestTomcats.await("the second waits, or has its answer",
                () -> second.isDone() || tomcats.nodes.get(1).manager.findSession(visitor.session()).uses() == 2);
        goOn.countDown();
        assertThat(first.get(30, TimeUnit.SECONDS)).isEqualTo("beside a");
        assertThat(second.get(30, TimeUnit.SECONDS)).isEqualTo("beside a");
        assertThat(ACTIVATED).as("each value once").hasValue(2);
    }

    @Test
    @DisplayName("values that look for each other while they are activated, in two requests, do not wait for each other")
    void valuesThatNeedEachOther() throws Exception {
        TestTomcats.Visitor visitor = moved();
        CompletableFuture<String> first = read(visitor, "a");
        CompletableFuture<String> second = read(visitor, "b");
        TestTomcats.await("both are at it", () -> ACTIVATED.get() == 2);
        goOn.countDown();
        assertThat(first.get(30, TimeUnit.SECONDS)).isEqualTo("beside a");
        assertThat(second.get(30, TimeUnit.SECONDS)).isEqualTo("beside b");
        assertThat(ACTIVATED).hasValue(2);
    }
}
