package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.apache.catalina.connector.ClientAbortException;
import org.apache.tomcat.util.descriptor.web.ErrorPage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code threadLocks="attribute"}: what a request touches is its own to its end. Three nodes; the time-out is longer
 * than any test may take, so nothing here ends by it.
 */
@DisplayName("L8: threadLocks=attribute")
class AttributeLocksTest {
    private static final LockPages PAGES = new LockPages();
    private static final int CLIENTS = 32;
    private static final int ROUNDS = 4;

    @BeforeAll
    static void start() throws Exception {
        PAGES.start(3, Map.of("threadLocks", "attribute", "lockTimeout", "600000"), context -> {
            TestTomcats.page(context, "/error", (q, r) -> {
                q.getSession().getAttribute("cart");
                r.getWriter().print("error page");
            });
            ErrorPage page = new ErrorPage();
            page.setErrorCode(500);
            page.setLocation("/error");
            context.addErrorPage(page);
        });
    }

    @AfterAll
    static void stop() throws Exception {
        PAGES.close();
    }

    private static TestTomcats.Visitor visitor() throws Exception {
        return PAGES.visitor((q, s) -> {
            s.setAttribute("cart", new int[1]);
            s.setAttribute("profile", new int[1]);
            s.setAttribute("name", "Ada");
            s.setAttribute("count", 0);
            return "set up";
        });
    }

    private static int[] ints(HttpSession session, String name) {
        return (int[]) session.getAttribute(name);
    }

    @Test
    @DisplayName("L8 S6: 32 clients read, think and write one attribute in place, over three nodes: the total is exact")
    void theTotalIsExact() throws Exception {
        PAGES.step("think", (q, s) -> {
            int[] cart = ints(s, "cart");
            int read = cart[0];
            Thread.yield();
            cart[0] = read + 1;
            return cart[0];
        });
        TestTomcats.Visitor visitor = visitor();
        List<CompletableFuture<Void>> clients = new ArrayList<>();
        for (int c = 0; c < CLIENTS; c++) {
            int client = c;
            clients.add(CompletableFuture.runAsync(() -> {
                for (int i = 0; i < ROUNDS; i++) {
                    try {
                        LockPages.text(PAGES.later(visitor, (client + i) % 3 + 1, "think").whenComplete((r, e) ->
                                assertThat(r.statusCode()).as(r.body()).isEqualTo(200)));
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                }
            }, PAGES.threads));
        }
        CompletableFuture.allOf(clients.toArray(new CompletableFuture[0])).get(120, TimeUnit.SECONDS);
        PAGES.step("total", (q, s) -> ints(s, "cart")[0]);
        assertThat(PAGES.get(visitor, 2, "total").body()).isEqualTo(String.valueOf(CLIENTS * ROUNDS));
    }

    @Test
    void differentAttributesGoInParallel() throws Exception {
        CyclicBarrier both = new CyclicBarrier(2);
        for (String name : List.of("cart", "profile")) {
            PAGES.step(name, (q, s) -> {
                ints(s, name)[0]++;
                LockPages.meet(both);
                return "done";
            });
        }
        TestTomcats.Visitor visitor = visitor();
        CompletableFuture<HttpResponse<String>> cart = PAGES.later(visitor, 1, "cart");
        CompletableFuture<HttpResponse<String>> profile = PAGES.later(visitor, 1, "profile");
        assertThat(LockPages.text(cart)).isEqualTo("done");
        assertThat(LockPages.text(profile)).isEqualTo("done");
    }

    @Test
    void whatCannotChangeIsReadByManyAndWhoWritesItWaitsForThem() throws Exception {
        CountDownLatch both = new CountDownLatch(2);
        CountDownLatch go = new CountDownLatch(1);
        PAGES.step("read", (q, s) -> {
            Object first = s.getAttribute("name");
            both.countDown();
            LockPages.await(go);
            return first + " " + s.getAttribute("name");
        }).step("write", (q, s) -> {
            s.setAttribute("name", "Bob");
            return "written";
        });
        TestTomcats.Visitor visitor = visitor();
        List<CompletableFuture<HttpResponse<String>>> readers =
                List.of(PAGES.later(visitor, 1, "read"), PAGES.later(visitor, 1, "read"));
        LockPages.await(both);
        long before = PAGES.lockWaits(1);
        CompletableFuture<HttpResponse<String>> writer = PAGES.later(visitor, 1, "write");
        PAGES.awaitWaiting(1, before, 1);
        go.countDown();
        for (CompletableFuture<HttpResponse<String>> reader : readers) {
            assertThat(LockPages.text(reader)).isEqualTo("Ada Ada");
        }
        assertThat(LockPages.text(writer)).isEqualTo("written");
    }

    @Test
    void anAttributeIsLockedToTheRequestsEndAndListingNamesLocksNothing() throws Exception {
        List<String> order = new CopyOnWriteArrayList<>();
        CountDownLatch touched = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        PAGES.step("hold", (q, s) -> {
            ints(s, "cart")[0] = 1;
            s.removeAttribute("profile");
            s.setAttribute("new", "value");
            touched.countDown();
            LockPages.await(go);
            order.add("first");
            return "";
        }).step("second", (q, s) -> {
            int seen = ints(s, "cart")[0];
            order.add("second");
            return seen;
        }).step("names", (q, s) -> Collections.list(s.getAttributeNames()));
        TestTomcats.Visitor visitor = visitor();
        CompletableFuture<HttpResponse<String>> first = PAGES.later(visitor, 1, "hold");
        LockPages.await(touched);
        long before = PAGES.lockWaits(1);
        CompletableFuture<HttpResponse<String>> second = PAGES.later(visitor, 1, "second");
        PAGES.awaitWaiting(1, before, 1);
        assertThat(LockPages.text(PAGES.later(visitor, 1, "names"))).contains("cart", "new").doesNotContain("profile");
        go.countDown();
        assertThat(LockPages.text(first)).isEmpty();
        assertThat(LockPages.text(second)).isEqualTo("1");
        assertThat(order).containsExactly("first", "second");
    }

    @ParameterizedTest
    @ValueSource(strings = {"return", "throw", "throw error", "send error", "complete", "complete later", "time out",
        "dispatch", "new id", "invalidate", "client abort"})
    void everyLockIsFreeWhenTheRequestHasEnded(String way) throws Exception {
        AtomicInteger dispatched = new AtomicInteger();
        PAGES.step("touch", (q, s) -> {
            ints(s, "cart")[0]++;
            s.setAttribute("name", way);
            end(way, q, s, dispatched);
            return null;
        }).step("after", (q, s) -> {
            s.setAttribute("name", "after");
            return s.getAttribute("cart") == null ? "new session" : "same session";
        });
        TestTomcats.Visitor visitor = visitor();
        try {
            PAGES.get(visitor, 1, "touch");
        } catch (IOException e) {
            assertThat(way).isEqualTo("client abort");
        }
        // The same node first: there a lock that stayed would be in the way, and then the token would not leave.
        for (int node : new int[] {1, 2, 1}) {
            assertThat(LockPages.text(PAGES.later(visitor, node, "after")))
                    .isEqualTo(way.equals("invalidate") ? "new session" : "same session");
        }
    }

    private static void end(String way, HttpServletRequest q, HttpSession s, AtomicInteger dispatched)
            throws Exception {
        switch (way) {
            case "throw" -> throw new IllegalArgumentException("on purpose");
            case "throw error" -> throw new StackOverflowError("on purpose");
            case "send error" -> ((HttpServletResponse) q.getAttribute(LockPages.RESPONSE)).sendError(500);
            case "complete" -> q.startAsync().complete();
            case "complete later" -> {
                AsyncContext context = q.startAsync();
                PAGES.threads.execute(() -> {
                    ints(s, "cart")[0]++;
                    context.complete();
                });
            }
            case "time out" -> q.startAsync().setTimeout(1);
            case "dispatch" -> {
                if (dispatched.getAndIncrement() < 2) {
                    q.startAsync().dispatch();
                }
            }
            case "new id" -> q.changeSessionId();
            case "invalidate" -> s.invalidate();
            case "client abort" -> throw new UncheckedIOException(
                    new ClientAbortException("on purpose"));
            default -> {
            }
        }
    }

    @Test
    void anAsynchronousRequestLocksInTheContainersThreadsOnlyAndItsDispatchesLockAgain() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch dispatched = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        List<AsyncContext> contexts = new CopyOnWriteArrayList<>();
        PAGES.step("stream", (q, s) -> {
            int seen = ++ints(s, "cart")[0];
            if (contexts.isEmpty()) {
                AsyncContext context = q.startAsync();
                context.setTimeout(0);
                contexts.add(context);
                started.countDown();
                return null;
            }
            dispatched.countDown();
            LockPages.await(go);
            return seen;
        }).step("touch", (q, s) -> ++ints(s, "cart")[0]);
        TestTomcats.Visitor visitor = visitor();
        CompletableFuture<HttpResponse<String>> stream = PAGES.later(visitor, 1, "stream");
        LockPages.await(started);
        assertThat(LockPages.text(PAGES.later(visitor, 1, "touch"))).as("while the stream is under way").isEqualTo("2");
        assertThat(LockPages.text(PAGES.later(visitor, 2, "touch"))).as("at another node").isEqualTo("3");
        contexts.get(0).dispatch();
        LockPages.await(dispatched);
        long before = PAGES.lockWaits(1);
        CompletableFuture<HttpResponse<String>> touch = PAGES.later(visitor, 1, "touch");
        PAGES.awaitWaiting(1, before, 1);
        go.countDown();
        assertThat(LockPages.text(stream)).isEqualTo("4");
        assertThat(LockPages.text(touch)).isEqualTo("5");
    }

    @Test
    @DisplayName("L8 L9: two that wait for each other: the youngest hears of it, the other goes on, both are logged")
    void aDeadlockIsFoundWhenItCloses() throws Exception {
        List<String> lines = new CopyOnWriteArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord record) {
                lines.add(record.getMessage());
            }

            @Override
            public void flush() {
            }

            @Override
            public void close() {
            }
        };
        Logger logger = Logger.getLogger("dev.baton.tomcat");
        logger.addHandler(handler);
        try {
            CountDownLatch oldHas = new CountDownLatch(1);
            CyclicBarrier both = new CyclicBarrier(2);
            PAGES.step("old", (q, s) -> {
                ints(s, "cart")[0]++;
                oldHas.countDown();
                LockPages.meet(both);
                return "old " + ++ints(s, "profile")[0];
            }).step("young", (q, s) -> {
                ints(s, "profile")[0]++;
                LockPages.meet(both);
                return "young " + ++ints(s, "cart")[0];
            });
            TestTomcats.Visitor visitor = visitor();
            long before = PAGES.deadlocks(1);
            CompletableFuture<HttpResponse<String>> old = PAGES.later(visitor, 1, "old");
            LockPages.await(oldHas);
            CompletableFuture<HttpResponse<String>> young = PAGES.later(visitor, 1, "young");
            assertThat(LockPages.text(young)).startsWith("503 ").contains("deadlock");
            assertThat(young.get().headers().firstValue("Retry-After")).isPresent();
            assertThat(LockPages.text(old)).isEqualTo("old 2");
            assertThat(PAGES.deadlocks(1)).isEqualTo(before + 1);
            assertThat(lines).anySatisfy(line -> assertThat(line).contains("deadlock", "waits for attribute 'cart'",
                    "waits for attribute 'profile'", "GET /shop/run", "session-").doesNotContain(visitor.session()));
        } finally {
            logger.removeHandler(handler);
        }
    }

    @Test
    @DisplayName("L8: of two that read what cannot change and then write one is refused, once; nothing is lost")
    void aValueComputedFromAnOldOneIsNeverWritten() throws Exception {
        CyclicBarrier both = new CyclicBarrier(2);
        PAGES.step("next", (q, s) -> {
            int read = (Integer) s.getAttribute("number");
            LockPages.meet(both);
            s.setAttribute("number", read + 1);
            return read + 1;
        }).step("once more", (q, s) -> {
            int read = (Integer) s.getAttribute("number");
            Thread.yield();
            s.setAttribute("number", read + 1);
            return read + 1;
        }).step("number", (q, s) -> s.getAttribute("number"));
        TestTomcats.Visitor visitor = PAGES.visitor((q, s) -> {
            s.setAttribute("number", 0);
            return "set up";
        });
        CompletableFuture<HttpResponse<String>> one = PAGES.later(visitor, 1, "next");
        CompletableFuture<HttpResponse<String>> two = PAGES.later(visitor, 1, "next");
        List<HttpResponse<String>> answers = List.of(one.get(30, TimeUnit.SECONDS), two.get(30, TimeUnit.SECONDS));
        assertThat(answers).extracting(HttpResponse::statusCode).containsExactlyInAnyOrder(200, 503);
        assertThat(answers).filteredOn(a -> a.statusCode() == 503).singleElement()
                .satisfies(a -> assertThat(a.headers().firstValue("Retry-After")).contains("1"));
        assertThat(PAGES.get(visitor, 1, "number").body()).isEqualTo("1");

        long deadlocks = PAGES.deadlocks(1);
        List<CompletableFuture<HttpResponse<String>>> more = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            more.add(PAGES.later(visitor, 1, "once more"));
        }
        for (CompletableFuture<HttpResponse<String>> each : more) {
            LockPages.text(each);
        }
        assertThat(more).allSatisfy(a -> assertThat(a.get().statusCode()).isEqualTo(200));
        assertThat(PAGES.get(visitor, 1, "number").body()).isEqualTo(String.valueOf(1 + CLIENTS));
        assertThat(PAGES.deadlocks(1)).as("learnt from the first one").isEqualTo(deadlocks);
    }

    @Test
    @DisplayName("L8 L6: the token leaves when those who wait for each other's attributes are out")
    void aRevocationWaitsForTheLastOneOut() throws Exception {
        CountDownLatch touched = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        PAGES.step("hold", (q, s) -> {
            int[] cart = ints(s, "cart");
            touched.countDown();
            LockPages.await(go);
            return ++cart[0];
        }).step("touch", (q, s) -> ++ints(s, "cart")[0]);
        TestTomcats.Visitor visitor = visitor();
        CompletableFuture<HttpResponse<String>> holds = PAGES.later(visitor, 1, "hold");
        LockPages.await(touched);
        long before = PAGES.lockWaits(1);
        CompletableFuture<HttpResponse<String>> waits = PAGES.later(visitor, 1, "touch");
        PAGES.awaitWaiting(1, before, 1);
        CompletableFuture<HttpResponse<String>> elsewhere = PAGES.later(visitor, 2, "touch");
        TestTomcats.await("the token is asked back", () -> PAGES.tomcats.nodes.get(0).manager.deployment()
                .application().states().stream().anyMatch(state -> state.inside() > 0 && !state.open()));
        go.countDown();
        assertThat(LockPages.text(holds)).isEqualTo("1");
        assertThat(LockPages.text(waits)).isEqualTo("2");
        assertThat(LockPages.text(elsewhere)).isEqualTo("3");
    }

    @Test
    void whoWaitsForAnAttributeOfASessionThatIsInvalidatedHearsSo() throws Exception {
        CountDownLatch touched = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        PAGES.step("hold", (q, s) -> {
            ints(s, "cart")[0]++;
            touched.countDown();
            LockPages.await(go);
            return "held";
        }).step("wait", (q, s) -> {
            try {
                return s.getAttribute("cart");
            } catch (IllegalStateException e) {
                return "invalid";
            }
        }).step("invalidate", (q, s) -> {
            s.invalidate();
            return "over";
        });
        TestTomcats.Visitor visitor = visitor();
        CompletableFuture<HttpResponse<String>> holds = PAGES.later(visitor, 1, "hold");
        LockPages.await(touched);
        long before = PAGES.lockWaits(1);
        CompletableFuture<HttpResponse<String>> waits = PAGES.later(visitor, 1, "wait");
        PAGES.awaitWaiting(1, before, 1);
        assertThat(LockPages.text(PAGES.later(visitor, 1, "invalidate"))).as("waits for nobody").isEqualTo("over");
        assertThat(LockPages.text(waits)).isEqualTo("invalid");
        go.countDown();
        assertThat(LockPages.text(holds)).isEqualTo("held");
    }

    @Test
    void locksGoAlongWhenTheIdChanges() throws Exception {
        CountDownLatch touched = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        PAGES.step("hold", (q, s) -> {
            int[] cart = ints(s, "cart");
            touched.countDown();
            LockPages.await(go);
            return ++cart[0];
        }).step("rename", (q, s) -> q.changeSessionId()).step("touch", (q, s) -> ++ints(s, "cart")[0]);
        TestTomcats.Visitor visitor = visitor();
        CompletableFuture<HttpResponse<String>> holds = PAGES.later(visitor, 1, "hold");
        LockPages.await(touched);
        String id = LockPages.text(PAGES.later(visitor, 1, "rename"));
        assertThat(id).isNotEqualTo(visitor.session());
        visitor.session(id);
        long before = PAGES.lockWaits(1);
        CompletableFuture<HttpResponse<String>> waits = PAGES.later(visitor, 1, "touch");
        PAGES.awaitWaiting(1, before, 1);
        go.countDown();
        assertThat(LockPages.text(holds)).isEqualTo("1");
        assertThat(LockPages.text(waits)).isEqualTo("2");
    }
}
