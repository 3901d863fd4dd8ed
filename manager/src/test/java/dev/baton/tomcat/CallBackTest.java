package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.catalina.Context;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A request that uses its session calls another page by HTTP with the cookie of the same session, and waits for the
 * answer. Nobody can tell that the two wait for each other; the inner one's wait ends first.
 */
@DisplayName("Issue 4.3, L9: a request that calls back into its own session")
class CallBackTest {
    private static final String OUTER = "GET /shop/outer";
    private static final String INNER = "GET /shop/inner";

    private final TestTomcats tomcats = new TestTomcats();
    private final CountDownLatch outerIsInside = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);

    @AfterEach
    void stop() throws Exception {
        goOn.countDown();
        tomcats.close();
    }

    private void application(Context context) {
        TestTomcats.page(context, "/set", (q, r) -> q.getSession().setAttribute("visits", new int[1]));
        TestTomcats.page(context, "/outer", (q, r) -> {
            visits(q)[0]++;
            outerIsInside.countDown();
            if (q.getParameter("wait") != null) {
                TestTomcats.await(goOn);
            }
            String cookie = q.getHeader("Cookie");
            r.getWriter().print("outer " + visits(q)[0] + ", inner " + call(Integer.parseInt(q.getParameter("node")),
                    cookie.substring(cookie.indexOf('=') + 1)));
        });
        TestTomcats.page(context, "/inner", (q, r) -> r.getWriter().print(++visits(q)[0]));
    }

    private static int[] visits(HttpServletRequest request) {
        return (int[]) request.getSession().getAttribute("visits");
    }

    private String call(int node, String session) throws IOException {
        try {
            // The id in the address, as an application without cookies would have it.
            HttpResponse<String> answer = tomcats.new Visitor().get(node, "/shop/inner;jsessionid=" + session + "?secret=1");
            return answer.statusCode() + " " + answer.headers().firstValue("Retry-After").orElse("-") + " "
                    + answer.body();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private TestTomcats.Visitor visitor() throws Exception {
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        visitor.get(1, "/shop/set");
        return visitor;
    }

    private void refused(TestTomcats.Visitor visitor, int node, String answer, LogLines log) throws Exception {
        assertThat(answer).startsWith("outer 1, inner 503 1 ").contains("lock busy, another request is using the session");
        assertThat(log.lines()).anySatisfy(line -> assertThat(line).contains(INNER, OUTER, "timed out")
                .doesNotContain(visitor.session(), "secret"));
        assertThat(visitor.text(node, "/shop/inner")).as("the outer one's change, and one more").isEqualTo("2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"session", "attribute"})
    @DisplayName("on one node: the inner one gets 503, the outer one goes on, the log names both")
    void onOneNode(String threadLocks) throws Exception {
        tomcats.start(1, Map.of("threadLocks", threadLocks, "lockTimeout", "3000"), this::application);
        TestTomcats.Visitor visitor = visitor();
        try (LogLines log = new LogLines()) {
            refused(visitor, 1, visitor.text(1, "/shop/outer?node=1"), log);
        }
    }

    @Test
    @DisplayName("without thread locks, on one node: the inner one is simply served")
    void withoutLocks() throws Exception {
        tomcats.start(1, Map.of(), this::application);
        assertThat(visitor().text(1, "/shop/outer?node=1")).isEqualTo("outer 1, inner 200 - 2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "session"})
    @DisplayName("over two nodes: the inner one gets 503, the outer one goes on, the log names both")
    void overTwoNodes(String threadLocks) throws Exception {
        tomcats.start(2, Map.of("threadLocks", threadLocks, "lockTimeout", "3000"), this::application);
        TestTomcats.Visitor visitor = visitor();
        try (LogLines log = new LogLines()) {
            refused(visitor, 2, visitor.text(1, "/shop/outer?node=2"), log);
        }
    }

    @Test
    @DisplayName("on one node, while another node waits for the session: the inner one waits behind that and gets 503")
    void behindAnotherNode() throws Exception {
        tomcats.start(2, Map.of("lockTimeout", "3000"), this::application);
        TestTomcats.Visitor visitor = visitor();
        TestTomcats.Visitor elsewhere = tomcats.new Visitor();
        elsewhere.session(visitor.session());
        try (LogLines log = new LogLines()) {
            CompletableFuture<String> outer = CompletableFuture.supplyAsync(() -> text(visitor, 1, "/shop/outer?node=1&wait=1"));
            TestTomcats.await(outerIsInside);
            CompletableFuture<String> other = CompletableFuture.supplyAsync(() -> text(elsewhere, 2, "/shop/inner"));
            TestTomcats.await("the token is asked back", () -> !tomcats.nodes.get(0).manager
                    .findSession(visitor.session()).state().open());
            goOn.countDown();
            String answer = outer.get(30, TimeUnit.SECONDS);
            other.get(30, TimeUnit.SECONDS);
            assertThat(answer).startsWith("outer 1, inner 503 1 ").contains("lock busy");
            assertThat(log.lines()).anySatisfy(line -> assertThat(line).contains(INNER, OUTER + " at n1#", "timed out"));
        }
    }

    private static String text(TestTomcats.Visitor visitor, int node, String path) {
        try {
            return visitor.text(node, path);
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @DisplayName("names of requests in the log: no line ends, no endless paths")
    void namesAreHarmless() {
        assertThat(RequestName.printable("GET /a\r\nWARNING forged\u2028x")).isEqualTo("GET /a??WARNING forged?x");
        assertThat(RequestName.printable("GET /" + "a".repeat(5_000))).hasSizeLessThan(210).endsWith("...");
    }
}
