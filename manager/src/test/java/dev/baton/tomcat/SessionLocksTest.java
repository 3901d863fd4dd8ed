package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.api.DeadlockException;
import dev.baton.api.LockException;
import dev.baton.api.LockTimeoutException;
import dev.baton.api.NotClusteredException;
import dev.baton.api.SessionFence;
import dev.baton.api.SessionGoneException;
import dev.baton.api.SessionLocks;
import dev.baton.api.SessionLocks.Held;
import dev.baton.protocol.Message;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.catalina.session.StandardSessionFacade;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The interface for applications, with {@code threadLocks="none"}. Nothing here ends by {@code lockTimeout}. */
@DisplayName("L8 L3: SessionLocks")
class SessionLocksTest {
    private static final LockPages PAGES = new LockPages();
    private static final Duration LONG = Duration.ofSeconds(30);

    @BeforeAll
    static void start() throws Exception {
        PAGES.start(2, Map.of("lockTimeout", "600000")).step("cart", (q, s) -> cart(s)[0])
                .step("add", (q, s) -> {
                    try (Held held = SessionLocks.of(s).lock("cart")) {
                        return ++cart(s)[0];
                    }
                })
                .step("try", (q, s) -> {
                    Optional<Held> held = SessionLocks.of(s).tryLock(Duration.ZERO, "cart");
                    held.ifPresent(Held::close);
                    return held.isPresent() ? "free" : "busy";
                })
                .step("fence", (q, s) -> SessionLocks.of(s).fence());
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

    private static int[] cart(HttpSession session) {
        return (int[]) session.getAttribute("cart");
    }

    private static String get(TestTomcats.Visitor visitor, int node, String step) throws Exception {
        return LockPages.text(PAGES.later(visitor, node, step));
    }

    private static <T> T elsewhere(Callable<T> action) throws Exception {
        return PAGES.threads.submit(action).get(30, TimeUnit.SECONDS);
    }

    @Test
    void aSessionOfAnotherManagerHasNoneAndAnEndedOneNeither() throws Exception {
        HttpSession foreign = (HttpSession) Proxy.newProxyInstance(getClass().getClassLoader(),
                new Class<?>[] {HttpSession.class}, (proxy, method, arguments) -> null);
        assertThatThrownBy(() -> SessionLocks.of(foreign)).isInstanceOf(NotClusteredException.class);
        PAGES.step("end", (q, s) -> {
            assertThat(s).isInstanceOf(StandardSessionFacade.class);
            SessionLocks locks = SessionLocks.of(s);
            s.invalidate();
            assertThatThrownBy(() -> SessionLocks.of(s)).isInstanceOf(SessionGoneException.class);
            assertThatThrownBy(() -> locks.lock("cart")).isInstanceOf(LockException.class);
            return "gone";
        }).step("set", (q, s) -> {
            assertThatThrownBy(() -> s.setAttribute(SessionLocks.ATTRIBUTE, "mine"))
                    .isInstanceOf(IllegalArgumentException.class);
            return s.getAttributeNames().asIterator().next();
        });
        TestTomcats.Visitor visitor = visitor();
        assertThat(get(visitor, 1, "set")).isEqualTo("cart");
        assertThat(get(visitor, 1, "end")).isEqualTo("gone");
    }

    @Test
    void whatOneRequestHasLockedAnotherWaitsForAndOthersNot() throws Exception {
        CountDownLatch locked = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        List<String> order = new CopyOnWriteArrayList<>();
        PAGES.step("hold", (q, s) -> {
            SessionLocks locks = SessionLocks.of(s);
            try (Held outer = locks.lock("cart", "other"); Held again = locks.lock("cart");
                    Held shared = locks.lockShared("cart")) {
                again.close();
                locked.countDown();
                LockPages.await(go);
                order.add("first");
            }
            return "held";
        }).step("wait", (q, s) -> {
            try (Held held = SessionLocks.of(s).lock("cart")) {
                order.add("second");
            }
            return "had it";
        }).step("something else", (q, s) -> {
            try (Held held = SessionLocks.of(s).lock("profile")) {
                return "not in the way";
            }
        });
        TestTomcats.Visitor visitor = visitor();
        CompletableFuture<HttpResponse<String>> holds = PAGES.later(visitor, 1, "hold");
        LockPages.await(locked);
        long before = PAGES.lockWaits(1);
        CompletableFuture<HttpResponse<String>> waits = PAGES.later(visitor, 1, "wait");
        PAGES.awaitWaiting(1, before, 1);
        assertThat(get(visitor, 1, "try")).isEqualTo("busy");
        assertThat(get(visitor, 1, "something else")).isEqualTo("not in the way");
        go.countDown();
        assertThat(LockPages.text(holds)).isEqualTo("held");
        assertThat(LockPages.text(waits)).isEqualTo("had it");
        assertThat(order).containsExactly("first", "second");
        assertThat(get(visitor, 1, "try")).isEqualTo("free");
    }

    @Test
    void sharedLocksAreHeldTogether() throws Exception {
        CyclicBarrier both = new CyclicBarrier(2);
        PAGES.step("read", (q, s) -> {
            try (Held held = SessionLocks.of(s).lockShared("cart")) {
                LockPages.meet(both);
                Optional<Held> exclusive = SessionLocks.of(s).tryLock(Duration.ZERO, "cart");
                LockPages.meet(both);
                return exclusive.isPresent();
            }
        });
        TestTomcats.Visitor visitor = visitor();
        List<CompletableFuture<HttpResponse<String>>> readers =
                List.of(PAGES.later(visitor, 1, "read"), PAGES.later(visitor, 1, "read"));
        for (CompletableFuture<HttpResponse<String>> reader : readers) {
            assertThat(LockPages.text(reader)).isEqualTo("false");
        }
    }

    @Test
    @DisplayName("L8 S6: read, think and write under an explicit lock, at two nodes: the total is exact")
    void theTotalIsExact() throws Exception {
        PAGES.step("think", (q, s) -> {
            try (Held held = SessionLocks.of(s).lock("cart", "a", "b")) {
                int read = cart(s)[0];
                Thread.yield();
                return cart(s)[0] = read + 1;
            }
        });
        TestTomcats.Visitor visitor = visitor();
        List<CompletableFuture<HttpResponse<String>>> all = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            all.add(PAGES.later(visitor, i % 2 + 1, "think"));
        }
        for (CompletableFuture<HttpResponse<String>> each : all) {
            assertThat(each.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        }
        assertThat(get(visitor, 1, "cart")).isEqualTo("40");
    }

    @Test
    @DisplayName("L8 L9: a deadlock is found at once; the youngest may catch it, uncaught it is 503")
    void aDeadlockIsFoundAtOnce() throws Exception {
        for (boolean caught : new boolean[] {true, false}) {
            CountDownLatch oldHas = new CountDownLatch(1);
            CyclicBarrier both = new CyclicBarrier(2);
            PAGES.step("old", (q, s) -> {
                try (Held a = SessionLocks.of(s).lock("a")) {
                    oldHas.countDown();
                    LockPages.meet(both);
                    try (Held b = SessionLocks.of(s).lock("b")) {
                        return "old has both";
                    }
                }
            }).step("young", (q, s) -> {
                try (Held b = SessionLocks.of(s).lock("b")) {
                    LockPages.meet(both);
                    try (Held a = SessionLocks.of(s).lock("a")) {
                        return "young has both";
                    } catch (DeadlockException e) {
                        if (caught) {
                            return e.getMessage();
                        }
                        throw e;
                    }
                }
            });
            TestTomcats.Visitor visitor = visitor();
            CompletableFuture<HttpResponse<String>> old = PAGES.later(visitor, 1, "old");
            LockPages.await(oldHas);
            CompletableFuture<HttpResponse<String>> young = PAGES.later(visitor, 1, "young");
            assertThat(LockPages.text(old)).isEqualTo("old has both");
            assertThat(LockPages.text(young)).contains("deadlock").doesNotContain(visitor.session());
            assertThat(young.get().statusCode()).isEqualTo(caught ? 200 : 503);
        }
    }

    @Test
    void whatARequestForgetsToCloseIsClosedAtItsEnd() throws Exception {
        PAGES.step("forget", (q, s) -> {
            SessionLocks locks = SessionLocks.of(s);
            locks.lock("cart");
            locks.lockAsync(LONG, "cart");
            locks.acquire(LONG);
            throw new IllegalArgumentException("on purpose");
        });
        TestTomcats.Visitor visitor = visitor();
        assertThat(get(visitor, 1, "forget")).startsWith("500");
        assertThat(get(visitor, 1, "try")).isEqualTo("free");
        assertThat(get(visitor, 2, "add")).as("the token leaves, too").isEqualTo("1");
    }

    @Test
    @DisplayName("L3 T5: locked without a waiting thread, changed in place there, seen by the other node")
    void anAsynchronousRequestLocksWithoutAThread() throws Exception {
        CountDownLatch locked = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        PAGES.step("hold", (q, s) -> {
            try (Held held = SessionLocks.of(s).lock("cart")) {
                locked.countDown();
                LockPages.await(go);
                return ++cart(s)[0];
            }
        }).step("async", (q, s) -> {
            AsyncContext context = q.startAsync();
            context.setTimeout(0);
            SessionLocks.of(s).lockAsync(LONG, "cart").thenAcceptAsync(held -> {
                try (held) {
                    held.run(() -> cart(s)[0] += 10);
                    assertThat(held.fence()).isNotNull();
                }
                print(context, "locked");
            }, PAGES.threads);
            return null;
        });
        TestTomcats.Visitor visitor = visitor();
        CompletableFuture<HttpResponse<String>> holds = PAGES.later(visitor, 1, "hold");
        LockPages.await(locked);
        long before = PAGES.lockWaits(1);
        CompletableFuture<HttpResponse<String>> async = PAGES.later(visitor, 1, "async");
        PAGES.awaitWaiting(1, before, 1);
        go.countDown();
        assertThat(LockPages.text(holds)).isEqualTo("1");
        assertThat(LockPages.text(async)).isEqualTo("locked");
        assertThat(get(visitor, 2, "cart")).isEqualTo("11");
    }

    private static void print(AsyncContext context, Object text) {
        try {
            context.getResponse().getWriter().print(text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        context.complete();
    }

    @Test
    @DisplayName("L8 T5: a lock is kept over the exit of the container's thread, and saves what it locked when closed")
    void aLockIsKeptUntilItIsClosedOrTheRequestCompletes() throws Exception {
        for (boolean close : new boolean[] {true, false}) {
            CountDownLatch started = new CountDownLatch(1);
            CountDownLatch go = new CountDownLatch(1);
            PAGES.step("async", (q, s) -> {
                Held held = SessionLocks.of(s).lock("cart");
                int[] cart = cart(s);
                AsyncContext context = q.startAsync();
                context.setTimeout(0);
                PAGES.threads.submit(() -> {
                    LockPages.await(go);
                    cart[0] = 7;
                    if (close) {
                        held.close();
                    }
                    print(context, "changed");
                    return null;
                });
                started.countDown();
                return null;
            });
            TestTomcats.Visitor visitor = visitor();
            CompletableFuture<HttpResponse<String>> async = PAGES.later(visitor, 1, "async");
            LockPages.await(started);
            long before = PAGES.lockWaits(1);
            CompletableFuture<HttpResponse<String>> waits = PAGES.later(visitor, 1, "add");
            PAGES.awaitWaiting(1, before, 1);
            CompletableFuture<HttpResponse<String>> elsewhere = PAGES.later(visitor, 2, "add");
            go.countDown();
            assertThat(LockPages.text(async)).isEqualTo("changed");
            assertThat(List.of(LockPages.text(waits), LockPages.text(elsewhere))).containsExactlyInAnyOrder("8", "9");
        }
    }

    @Test
    void aThreadOutsideOfRequestsWorksInItsLock() throws Exception {
        TestTomcats.Visitor visitor = visitor();
        HttpSession session = PAGES.session(visitor, 1);
        assertThat(elsewhere(() -> {
            try (Held held = SessionLocks.of(session).lock("cart"); Held inner = SessionLocks.of(session).lock("b")) {
                cart(session)[0] = 5;
                assertThatThrownBy(() -> elsewhere(() -> {
                    held.close();
                    return null;
                })).hasCauseInstanceOf(IllegalStateException.class);
                assertThat(get(visitor, 1, "try")).isEqualTo("busy");
            }
            return RequestScope.current();
        })).isNull();
        assertThat(get(visitor, 1, "try")).isEqualTo("free");
        assertThat(get(visitor, 2, "cart")).isEqualTo("5");
    }

    @Test
    @DisplayName("L3 L2: the token alone, without a waiting thread; its fence is greater than all before")
    void theTokenIsAcquiredWithoutAThread() throws Exception {
        TestTomcats.Visitor visitor = visitor();
        SessionFence first = SessionFence.parse(get(visitor, 1, "fence"));
        assertThat(SessionFence.parse(get(visitor, 1, "fence"))).as("the token stayed").isEqualTo(first);
        HttpSession there = PAGES.session(visitor, 2);
        Held held = SessionLocks.of(there).acquire(LONG).toCompletableFuture().get(30, TimeUnit.SECONDS);
        SessionFence second = held.fence();
        assertThat(second).isGreaterThan(first);
        assertThat(second.toString()).isGreaterThan(first.toString());
        held.run(() -> there.setAttribute("cart", new int[] {3}));
        CompletableFuture<HttpResponse<String>> elsewhere = PAGES.later(visitor, 1, "fence");
        awaitWanted(2);
        assertThat(held.call(() -> cart(there)[0])).as("goes on although others wait").isEqualTo(3);
        held.close();
        assertThat(SessionFence.parse(LockPages.text(elsewhere))).isGreaterThan(second);
        assertThat(get(visitor, 1, "cart")).isEqualTo("3");
        assertThatThrownBy(held::fence).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> held.run(() -> { })).isInstanceOf(IllegalStateException.class);
        held.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"first touch", "once more", "dispatch"})
    @DisplayName("L8 L3: a request goes on with what it has locked, also where another node wants the session")
    void aRequestIsNotKeptOutByItsOwnLock(String way) throws Exception {
        CountDownLatch locked = new CountDownLatch(1);
        PAGES.step("first touch", (q, s) -> {
            try (Held held = SessionLocks.of(s).lockAsync(LONG, "cart").toCompletableFuture()
                    .get(30, TimeUnit.SECONDS)) {
                locked.countDown();
                awaitWanted(2);
                return ++cart(s)[0];
            }
        }).step("once more", (q, s) -> {
            SessionLocks locks = SessionLocks.of(s);
            try (Held held = locks.lockAsync(LONG, "cart").toCompletableFuture().get(30, TimeUnit.SECONDS)) {
                locked.countDown();
                awaitWanted(2);
                try (Held again = locks.lockAsync(LONG, "cart").toCompletableFuture().get(30, TimeUnit.SECONDS);
                        Held other = locks.lock("cart", "other")) {
                    return ++cart(s)[0];
                }
            }
        }).step("dispatch", (q, s) -> {
            if (q.getDispatcherType() == DispatcherType.ASYNC) {
                // Looks the session up once more.
                assertThat(q.isRequestedSessionIdValid()).isTrue();
                return ++cart(s)[0];
            }
            SessionLocks.of(s).lock("cart");
            AsyncContext context = q.startAsync();
            context.setTimeout(0);
            PAGES.threads.submit(() -> {
                locked.countDown();
                awaitWanted(2);
                context.dispatch();
                return null;
            });
            return null;
        });
        TestTomcats.Visitor visitor = visitor();
        CompletableFuture<HttpResponse<String>> here = PAGES.later(visitor, 2, way);
        LockPages.await(locked);
        CompletableFuture<HttpResponse<String>> elsewhere = PAGES.later(visitor, 1, "add");
        assertThat(LockPages.text(here)).isEqualTo("1");
        assertThat(LockPages.text(elsewhere)).isEqualTo("2");
    }

    /** Until another node waits for a session that somebody at this one is inside. */
    private static void awaitWanted(int node) {
        TestTomcats.await("the token is asked back", () -> PAGES.tomcats.nodes.get(node - 1).manager.deployment()
                .application().states().stream().anyMatch(state -> state.inside() > 0 && !state.open()));
    }

    @Test
    void aNewSessionHasAFenceAsSoonAsItIsAskedFor() throws Exception {
        PAGES.step("new", (q, s) -> {
            assertThat(s.isNew()).isTrue();
            return SessionLocks.of(s).fence() + "," + SessionLocks.of(s).fence();
        });
        String[] fences = PAGES.get(PAGES.tomcats.new Visitor(), 1, "new").body().split(",");
        assertThat(fences[0]).isEqualTo(fences[1]).isGreaterThan(new SessionFence(0, 0).toString());
    }

    @Test
    void whoGivesUpAnAsynchronousLockLeavesNothingBehind() throws Exception {
        TestTomcats.Visitor visitor = visitor();
        HttpSession session = PAGES.session(visitor, 1);
        SessionLocks locks = SessionLocks.of(session);
        Held held = locks.lockAsync(LONG, "cart").toCompletableFuture().get(30, TimeUnit.SECONDS);
        assertThatThrownBy(() -> locks.lockAsync(Duration.ofMillis(1), "cart").toCompletableFuture()
                .get(30, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(LockTimeoutException.class).hasMessageContaining("thread main");
        long before = PAGES.lockWaits(1);
        CompletableFuture<Held> given = locks.lockSharedAsync(LONG, "cart").toCompletableFuture();
        PAGES.awaitWaiting(1, before, 1);
        given.cancel(false);
        held.close();
        assertThat(get(visitor, 1, "try")).isEqualTo("free");
        assertThat(get(visitor, 2, "add")).isEqualTo("1");
    }

    @Test
    void whatARequestStillWaitsForAtItsEndIsGivenUp() throws Exception {
        TestTomcats.Visitor visitor = visitor();
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch inside = new CountDownLatch(1);
        CompletableFuture<CompletableFuture<Held>> asked = new CompletableFuture<>();
        PAGES.step("hold", (q, s) -> {
            cart(s);
            inside.countDown();
            LockPages.await(go);
            return "held";
        }).step("ask", (q, s) -> {
            asked.complete(SessionLocks.of(s).lockAsync(Duration.ofMinutes(10), "cart").toCompletableFuture());
            return "asked";
        });
        CompletableFuture<HttpResponse<String>> holds = PAGES.later(visitor, 1, "hold");
        LockPages.await(inside);
        assertThat(get(visitor, 2, "ask")).isEqualTo("asked");
        CompletableFuture<Held> wanted = asked.get(30, TimeUnit.SECONDS);
        assertThatThrownBy(() -> wanted.get(30, TimeUnit.SECONDS)).isInstanceOf(CancellationException.class);
        TestTomcats.await("nobody waits for the token", () -> PAGES.tomcats.nodes.get(1).manager.deployment()
                .application().states().stream().noneMatch(state -> state.token().gate().hasWaiters()));
        go.countDown();
        assertThat(LockPages.text(holds)).isEqualTo("held");
    }

    @Test
    void onlyOneThreadAtATimeUsesALock() throws Exception {
        TestTomcats.Visitor visitor = visitor();
        Held held = SessionLocks.of(PAGES.session(visitor, 1)).acquire(LONG).toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
        held.run(() -> {
            held.run(() -> { });
            assertThatThrownBy(() -> elsewhere(() -> held.call(() -> 1))).hasCauseInstanceOf(
                    IllegalStateException.class);
        });
        assertThat(elsewhere(() -> held.call(() -> 1))).isEqualTo(1);
        held.close();
    }

    @Test
    @DisplayName("L9: what nobody can have in time says who has it")
    void aTimeOutNamesTheHolder() throws Exception {
        CountDownLatch locked = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        PAGES.step("hold", (q, s) -> {
            try (Held held = SessionLocks.of(s).lock("cart")) {
                locked.countDown();
                LockPages.await(go);
                return "held";
            }
        }).step("impatient", (q, s) -> {
            CompletableFuture<Held> wanted =
                    SessionLocks.of(s).lockAsync(Duration.ofMillis(1), "cart").toCompletableFuture();
            assertThatThrownBy(() -> wanted.get(30, TimeUnit.SECONDS)).hasMessageContaining("attribute 'cart'")
                    .hasMessageContaining("GET /shop/run");
            return "named";
        });
        TestTomcats.Visitor visitor = visitor();
        CompletableFuture<HttpResponse<String>> holds = PAGES.later(visitor, 1, "hold");
        LockPages.await(locked);
        assertThat(get(visitor, 1, "impatient")).isEqualTo("named");
        go.countDown();
        assertThat(LockPages.text(holds)).isEqualTo("held");
    }

    @Test
    @DisplayName("L9: a limit that ends while the store is silent is a limit that ended")
    void aSilentStoreIsALimitThatEnded() throws Exception {
        PAGES.step("try for long", (q, s) -> SessionLocks.of(s).tryLock(Duration.ofMillis(2_500), "cart").isPresent());
        TestTomcats.Visitor visitor = visitor();
        PAGES.tomcats.network.lose((to, message) -> message instanceof Message.Acquire);
        try {
            assertThat(get(visitor, 2, "try for long")).isEqualTo("false");
        } finally {
            PAGES.tomcats.network.lose((to, message) -> false);
        }
    }

    @Test
    void badArgumentsAreRefused() throws Exception {
        SessionLocks locks = SessionLocks.of(PAGES.session(visitor(), 1));
        assertThatThrownBy(locks::lock).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> locks.lock("a", null)).isInstanceOf(NullPointerException.class);
        for (String text : Arrays.asList("", "1", "0000000000000001000000000000000g",
                "-0000000000000010000000000000001")) {
            assertThatThrownBy(() -> SessionFence.parse(text)).as(text).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(SessionFence.parse(new SessionFence(3, 255).toString())).isEqualTo(new SessionFence(3, 255));
        assertThat(new SessionFence(1, Long.MAX_VALUE)).isLessThan(new SessionFence(2, 0));
    }
}
