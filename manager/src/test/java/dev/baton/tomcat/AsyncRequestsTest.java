package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpSession;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an asynchronous request changes in place, and has locked, after its container thread has left. */
class AsyncRequestsTest {
    private final LockPages pages = new LockPages();

    @AfterEach
    void stop() throws Exception {
        pages.close();
    }

    private TestTomcats.Visitor start(String threadLocks) throws Exception {
        pages.start(2, Map.of("threadLocks", threadLocks, "lockTimeout", "600000")).step("cart", (q, s) -> cart(s)[0])
                .step("add", (q, s) -> ++cart(s)[0]);
        return pages.visitor((q, s) -> {
            s.setAttribute("cart", new int[1]);
            return "set up";
        });
    }

    private static int[] cart(HttpSession session) {
        return (int[]) session.getAttribute("cart");
    }

    private String get(TestTomcats.Visitor visitor, int node, String step) throws Exception {
        return LockPages.text(pages.later(visitor, node, step));
    }

    /** Nothing is compared any more for what the container's threads did. */
    private void awaitNobodyInside(TestTomcats.Visitor visitor, int node) throws Exception {
        TrackedSession session =
                (TrackedSession) pages.tomcats.nodes.get(node - 1).manager.findSession(visitor.session());
        TestTomcats.await("nobody inside", () -> session.state().inside() == 0);
    }

    @ParameterizedTest
    @CsvSource({"none, false", "none, true", "attribute, false", "attribute, true", "session, false", "session, true"})
    @DisplayName("T5: what was fetched before startAsync and is changed in place later is saved when the request completes")
    void whatTheContainersThreadFetchedIsComparedAtTheEnd(String threadLocks, boolean elsewhereMeanwhile)
            throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        TestTomcats.Visitor visitor = start(threadLocks);
        pages.step("async", (q, s) -> {
            int[] cart = cart(s);
            AsyncContext context = q.startAsync();
            context.setTimeout(0);
            pages.threads.submit(() -> {
                LockPages.await(go);
                cart[0]++;
                context.complete();
                return null;
            });
            started.countDown();
            return null;
        });
        CompletableFuture<HttpResponse<String>> async = pages.later(visitor, 1, "async");
        LockPages.await(started);
        awaitNobodyInside(visitor, 1);
        if (elsewhereMeanwhile) {
            assertThat(get(visitor, 2, "cart")).isEqualTo("0");
        }
        go.countDown();
        assertThat(LockPages.text(async)).isEmpty();
        assertThat(get(visitor, 2, "add")).isEqualTo("2");
        assertThat(get(visitor, 1, "add")).isEqualTo("3");
    }
}
