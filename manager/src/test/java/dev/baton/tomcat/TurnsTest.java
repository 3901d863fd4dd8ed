package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.api.DeadlockException;
import dev.baton.api.SessionLocks;
import dev.baton.api.SessionLocks.Held;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpSession;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** {@code threadLocks="session"} together with the locks of applications. Nothing here ends by a time-out. */
@DisplayName("L8: threadLocks=session")
class TurnsTest {
    private static final LockPages PAGES = new LockPages();

    @BeforeAll
    static void start() throws Exception {
        PAGES.start(1, Map.of("threadLocks", "session", "lockTimeout", "600000"));
    }

    @AfterAll
    static void stop() throws Exception {
        PAGES.close();
    }

    private static TestTomcats.Visitor visitor() throws Exception {
        return PAGES.visitor((q, s) -> {
            s.setAttribute("cart", new int[1]);
            return "set up";
        });
    }

    @Test
    @DisplayName("L8 L9: two that want each other's sessions are a deadlock, found over turns of several sessions")
    void turnsOfTwoSessions() throws Exception {
        HttpSession one = PAGES.session(visitor(), 1);
        HttpSession two = PAGES.session(visitor(), 1);
        CyclicBarrier both = new CyclicBarrier(2);
        List<CompletableFuture<String>> threads = List.of(lockBoth(one, two, both), lockBoth(two, one, both));
        assertThat(List.of(threads.get(0).get(30, TimeUnit.SECONDS), threads.get(1).get(30, TimeUnit.SECONDS)))
                .containsExactlyInAnyOrder("both", "deadlock");
    }

    private static CompletableFuture<String> lockBoth(HttpSession first, HttpSession second, CyclicBarrier both) {
        return CompletableFuture.supplyAsync(() -> {
            try (Held a = SessionLocks.of(first).lock("cart")) {
                LockPages.meet(both);
                try (Held b = SessionLocks.of(second).lock("cart")) {
                    return "both";
                }
            } catch (DeadlockException e) {
                return "deadlock";
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }, PAGES.threads);
    }

    @Test
    void aRequestThatHasItsTurnGetsTheTokenOnceMoreAndKeepsTheTurnWithIt() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch started = new CountDownLatch(1);
        PAGES.step("async", (q, s) -> {
            s.getAttribute("cart");
            Held held = SessionLocks.of(s).lockAsync(Duration.ofSeconds(30), "cart").toCompletableFuture()
                    .get(30, TimeUnit.SECONDS);
            AsyncContext context = q.startAsync();
            context.setTimeout(0);
            PAGES.threads.submit(() -> {
                LockPages.await(go);
                held.run(() -> ((int[]) s.getAttribute("cart"))[0] = 4);
                held.close();
                context.complete();
                return null;
            });
            started.countDown();
            return null;
        }).step("cart", (q, s) -> {
            return ((int[]) s.getAttribute("cart"))[0];
        });
        TestTomcats.Visitor visitor = visitor();
        CompletableFuture<HttpResponse<String>> async = PAGES.later(visitor, 1, "async");
        LockPages.await(started);
        long before = PAGES.lockWaits(1);
        CompletableFuture<HttpResponse<String>> cart = PAGES.later(visitor, 1, "cart");
        PAGES.awaitWaiting(1, before, 1);
        go.countDown();
        assertThat(LockPages.text(async)).isEmpty();
        assertThat(LockPages.text(cart)).isEqualTo("4");
    }
}
