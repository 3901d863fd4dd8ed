package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.http.HttpSession;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.catalina.Context;
import org.apache.tomcat.util.descriptor.web.ErrorPage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each request of a session goes to another node than the one before. */
@Timeout(60)
class WanderingSessionsTest {
    private static TestTomcats tomcats;
    private static CountDownLatch inside;
    private static CountDownLatch goOn;

    private final TestTomcats.Visitor visitor = tomcats.new Visitor();

    private static void application(Context context) {
        TestTomcats.page(context, "/count", (q, r) -> {
            HttpSession session = q.getSession();
            Integer count = (Integer) session.getAttribute("count");
            session.setAttribute("count", count == null ? 1 : count + 1);
            r.getWriter().print(session.getAttribute("count"));
        });
        TestTomcats.page(context, "/busy", (q, r) -> {
            HttpSession session = q.getSession(false);
            session.setAttribute("count", (Integer) session.getAttribute("count") + 1);
            inside.countDown();
            try {
                r.getWriter().print(goOn.await(30, TimeUnit.SECONDS));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        // What needs no token.
        TestTomcats.page(context, "/look", (q, r) -> {
            HttpSession session = q.getSession(false);
            r.getWriter().print(session == null ? "no session" : "new: " + session.isNew() + " last: "
                    + (tomcats.clock.wallMillis() - session.getLastAccessedTime()) / 10_000);
        });
        TestTomcats.page(context, "/times", (q, r) -> {
            HttpSession session = q.getSession(false);
            session.setAttribute("looked", true);
            r.getWriter().print("new: " + session.isNew() + " last: "
                    + (tomcats.clock.wallMillis() - session.getLastAccessedTime()) / 10_000);
        });
        TestTomcats.page(context, "/fail", (q, r) -> {
            q.getSession().setAttribute("count", (Integer) q.getSession().getAttribute("count") + 1);
            r.sendError(500);
        });
        // Runs when the request has left the session already.
        TestTomcats.page(context, "/error", (q, r) -> {
            q.getSession().setAttribute("count", (Integer) q.getSession().getAttribute("count") + 1);
            r.getWriter().print(q.getSession().getAttribute("count"));
        });
        ErrorPage error = new ErrorPage();
        error.setErrorCode(500);
        error.setLocation("/error");
        context.addErrorPage(error);
        TestTomcats.page(context, "/logout", (q, r) -> q.getSession().invalidate());
    }

    @BeforeAll
    static void start() throws Exception {
        tomcats = new TestTomcats().start(3, Map.of(), WanderingSessionsTest::application);
    }

    @AfterAll
    static void stop() throws Exception {
        tomcats.close();
    }

    @BeforeEach
    void latches() {
        inside = new CountDownLatch(1);
        goOn = new CountDownLatch(1);
    }

    /** Counts in turn at each node, beginning with the first, which is the primary. */
    private void count(int from, int to) throws Exception {
        for (int i = from; i <= to; i++) {
            assertThat(visitor.text(1 + (i - 1) % 3, "/shop/count")).isEqualTo(String.valueOf(i));
        }
    }

    /** Messages of sessions that all nodes together have sent, by kind. */
    private static Map<String, Long> sent() {
        Map<String, Long> sum = new TreeMap<>();
        for (TestTomcats.Node node : tomcats.nodes) {
            node.manager.deployment().node().counters().sentByKind().forEach((k, v) -> sum.merge(k, v, Long::sum));
        }
        sum.keySet().removeIf(k -> k.startsWith("Beat") || k.equals("Hello") || k.equals("Touched"));
        return sum;
    }

    private static Map<String, Long> since(Map<String, Long> before) {
        Map<String, Long> more = new TreeMap<>(sent());
        before.forEach((k, v) -> more.merge(k, -v, Long::sum));
        more.values().removeIf(v -> v == 0);
        return more;
    }

    @Test
    @DisplayName("L6, S6: a counter loses nothing, and nobody looks a session up before asking for its token")
    void roundRobin() throws Exception {
        count(1, 9);
        Map<String, Long> before = sent();
        count(10, 39);
        // Ten of the thirty at the primary, whose own questions are calls; ten at the backup, which hears the answers
        // with the changes; ten at the third node, to which the backup gives them.
        Map<String, Long> cost = since(before);
        assertThat(cost.remove("Replicated")).isBetween(20L, 60L); // those that nobody awaits ride
        assertThat(cost).isEqualTo(Map.of("Acquire", 20L, "Release", 20L, "Relayed", 20L, "Replicate", 60L));
    }

    @Test
    @DisplayName("a request that does not use its session is answered although the token is busy elsewhere")
    void looksWhileBusy() throws Exception {
        count(1, 6);
        TestTomcats.Visitor other = tomcats.new Visitor();
        other.session(visitor.session());
        CompletableFuture<String> busy = CompletableFuture.supplyAsync(() -> {
            try {
                return other.text(1, "/shop/busy");
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(inside.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(visitor.text(2, "/shop/look")).startsWith("new: false");
        goOn.countDown();
        assertThat(busy.get(30, TimeUnit.SECONDS)).isEqualTo("true");
        assertThat(visitor.text(2, "/shop/count")).isEqualTo("8");
    }

    @Test
    @DisplayName("one wrong guess is the last: requests that do not use their session take no tokens")
    void unlearns() throws Exception {
        count(1, 6);
        assertThat(visitor.text(2, "/shop/look")).startsWith("new: false");
        assertThat(visitor.text(1, "/shop/count")).isEqualTo("7");
        Map<String, Long> before = sent();
        for (int i = 0; i < 5; i++) {
            assertThat(visitor.text(2, "/shop/look")).startsWith("new: false");
        }
        Map<String, Long> cost = since(before);
        // A look-up may want the acknowledgement of what came before, which nobody awaited so far.
        cost.keySet().removeAll(Set.of("Replicate", "Replicated"));
        assertThat(cost).isEqualTo(Map.of("Lookup", 5L, "Meta", 5L));
    }

    @Test
    @DisplayName("times and isNew are what a look-up would have told")
    void times() throws Exception {
        count(1, 6);
        for (int i = 0; i < 6; i++) {
            // Tomcat ends a request after its answer.
            TestTomcats.await("no request is in the session", () -> tomcats.nodes.stream().allMatch(
                    n -> n.manager.findSession(visitor.session()).uses() == 0));
            tomcats.clock.move(Duration.ofSeconds(30));
            assertThat(visitor.text(1 + i % 3, "/shop/times")).isEqualTo("new: false last: 3");
        }
    }

    @Test
    @DisplayName("I11: what an error page changes after the token went back is changed under another")
    void errorPage() throws Exception {
        count(1, 6);
        for (int i = 0; i < 6; i++) {
            assertThat(visitor.get(1 + i % 3, "/shop/fail").body()).isEqualTo(String.valueOf(8 + 2 * i));
        }
    }

    @Test
    @DisplayName("the end of a session is seen by a request that asks for its token at once")
    void ended() throws Exception {
        count(1, 6);
        assertThat(visitor.text(1, "/shop/logout")).isEmpty();
        assertThat(visitor.text(2, "/shop/look")).isEqualTo("no session");
        assertThat(visitor.text(3, "/shop/count")).isEqualTo("1");
    }
}
