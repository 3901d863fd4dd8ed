package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.catalina.Context;

/** Tomcats whose page /run does what a test says, for tests of requests that wait for each other. Waits are bounded. */
final class LockPages implements AutoCloseable {
    /** Request attribute with the response. */
    static final String RESPONSE = "response";
    private static final long LIMIT_SECONDS = 30;

    /** What a request does; what it returns is the answer. */
    interface Step {
        Object run(HttpServletRequest request, HttpSession session) throws Exception;
    }

    final TestTomcats tomcats = new TestTomcats();
    final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, Step> steps = new ConcurrentHashMap<>();

    LockPages start(int nodes, Map<String, String> settings) throws Exception {
        return start(nodes, settings, context -> { });
    }

    LockPages start(int nodes, Map<String, String> settings, Consumer<Context> more)
            throws Exception {
        tomcats.start(nodes, settings, context -> {
            TestTomcats.page(context, "/run", (q, r) -> {
                q.setAttribute(RESPONSE, r);
                Object answer;
                try {
                    answer = steps.get(q.getParameter("step")).run(q, q.getSession());
                } catch (RuntimeException | Error e) {
                    throw e;
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
                if (answer != null) {
                    r.getWriter().print(answer);
                }
            });
            more.accept(context);
        });
        return this;
    }

    LockPages step(String name, Step step) {
        steps.put(name, step);
        return this;
    }

    /** Somebody whose session has what the step puts into it. */
    TestTomcats.Visitor visitor(Step setUp) throws Exception {
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        step("set up", setUp);
        assertThat(get(visitor, 1, "set up").statusCode()).isEqualTo(200);
        return visitor;
    }

    HttpResponse<String> get(TestTomcats.Visitor visitor, int node, String step) throws Exception {
        return visitor.get(node, "/shop/run?step=" + step.replace(" ", "%20"));
    }

    /** One more request of the same visitor, not waited for. */
    CompletableFuture<HttpResponse<String>> later(TestTomcats.Visitor visitor, int node, String step) {
        TestTomcats.Visitor same = tomcats.new Visitor();
        same.session(visitor.session());
        return CompletableFuture.supplyAsync(() -> {
            try {
                return get(same, node, step);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }, threads);
    }

    static String text(CompletableFuture<HttpResponse<String>> answer) throws Exception {
        HttpResponse<String> response = answer.get(LIMIT_SECONDS, TimeUnit.SECONDS);
        return response.statusCode() == 200 ? response.body() : response.statusCode() + " " + response.body();
    }

    static void await(CountDownLatch latch) throws InterruptedException {
        assertThat(latch.await(LIMIT_SECONDS, TimeUnit.SECONDS)).as("told to go on").isTrue();
    }

    static void meet(CyclicBarrier barrier) throws Exception {
        barrier.await(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    /** The session as a thread outside of any request has it. */
    HttpSession session(TestTomcats.Visitor visitor, int node) {
        return tomcats.nodes.get(node - 1).manager.findSession(visitor.session()).getSession();
    }

    long lockWaits(int node) {
        return tomcats.nodes.get(node - 1).manager.deployment().application().counters().lockWaits();
    }

    long deadlocks(int node) {
        return tomcats.nodes.get(node - 1).manager.deployment().application().counters().deadlocks();
    }

    /** Until so many more than before wait for a lock in that process. */
    void awaitWaiting(int node, long before, int more) {
        TestTomcats.await(more + " waiting for locks", () -> lockWaits(node) >= before + more);
    }

    @Override
    public void close() throws Exception {
        threads.shutdownNow();
        tomcats.close();
    }
}
