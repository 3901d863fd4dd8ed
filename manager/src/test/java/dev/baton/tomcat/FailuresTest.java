package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.access.AccessLog;
import dev.baton.api.SessionLocks;
import dev.baton.node.Application;
import dev.baton.node.SessionUnavailable;
import dev.baton.protocol.Message;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequestEvent;
import jakarta.servlet.ServletRequestListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionListener;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.management.ObjectName;
import org.apache.catalina.Context;
import org.apache.catalina.authenticator.FormAuthenticator;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.valves.ValveBase;
import org.apache.tomcat.util.descriptor.web.LoginConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes wrong, starts, stops and is configured otherwise: each test has a cluster of its own. */
class FailuresTest {
    /** Of an application to complete its answer. */
    private static final List<String> WAYS = List.of("length", "lengthAndFlush", "lengthInPieces", "lengthExceeded",
            "close", "closeStream", "emptyAndFlush", "noContentAndFlush", "big", "none");

    private final TestTomcats tomcats = new TestTomcats();
    private final List<String> destroyed = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() throws Exception {
        tomcats.close();
    }

    private void application(Context context) {
        TestTomcats.page(context, "/set", (q, r) -> {
            q.getSession().setAttribute("a", q.getParameter("value"));
            if (q.getParameter("flush") != null) {
                r.getWriter().print("begun");
                r.flushBuffer();
            }
            r.getWriter().print("set");
        });
        TestTomcats.page(context, "/get", (q, r) -> {
            HttpSession session = q.getSession(false);
            r.getWriter().print(session == null ? "no session" : session.getAttribute("a"));
        });
        ((StandardContext) context).addApplicationLifecycleListener(new HttpSessionListener() {
            @Override
            public void sessionDestroyed(HttpSessionEvent event) {
                destroyed.add(event.getSession().getId());
            }
        });
    }

    @Test
    @DisplayName("I11: a change that is not acknowledged in time is never answered with success")
    void anUnacknowledgedChangeIsRefusedOrCutOff() throws Exception {
        tomcats.start(2, Map.of("commitTimeout", "3000"), this::application);
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        assertThat(visitor.text(1, "/shop/set?value=1")).isEqualTo("set");
        tomcats.network.lose((to, message) -> message instanceof Message.Replicate);
        HttpResponse<String> refused = visitor.get(1, "/shop/set?value=2");
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();
        assertThat(refused.body()).contains("outcome unknown");
        assertThatThrownBy(() -> visitor.get(1, "/shop/set?value=3&flush=1")).isInstanceOf(IOException.class);
        tomcats.network.lose((to, message) -> false);
        TestTomcats.await("the change arrives after all", () -> {
            try {
                return visitor.text(2, "/shop/get").equals("3");
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        });
    }

    @Test
    @DisplayName("I11: a change by a listener that then met another failure is never answered with success")
    void aLateChangeBehindAnotherFailureIsCutOff() throws Exception {
        tomcats.start(2, Map.of("commitTimeout", "3000"), context -> {
            application(context);
            ((StandardContext) context).addApplicationEventListener(new ServletRequestListener() {
                @Override
                public void requestDestroyed(ServletRequestEvent event) {
                    HttpServletRequest request = (HttpServletRequest) event.getServletRequest();
                    if (request.getParameter("late") != null) {
                        request.getSession().setAttribute("late", "changed");
                        assertThatThrownBy(request::changeSessionId).isInstanceOf(SessionUnavailable.class);
                    }
                }
            });
        });
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        assertThat(visitor.text(1, "/shop/set?value=1")).isEqualTo("set");
        tomcats.network.lose((to, message) -> message instanceof Message.Replicate);
        // The client would send a GET again.
        assertThatThrownBy(() -> visitor.post(1, "/shop/get?late=1", "")).isInstanceOf(IOException.class);
    }

    @Test
    @DisplayName("L9: what the store did not tell the authenticator in time the application does not wait for once more")
    void oneRequestWaitsForOneAnswerOnce() throws Exception {
        tomcats.start(2, Map.of("lockTimeout", "3000"), this::application);
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        assertThat(visitor.text(1, "/shop/set?value=1")).isEqualTo("set");
        tomcats.network.lose((to, message) -> message instanceof Message.Lookup);
        Application asking = tomcats.nodes.get(1).manager.deployment().application();
        long before = asking.counters().lookupsSent();
        HttpResponse<String> refused = visitor.get(2, "/shop/get");
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.body()).contains("store unreachable");
        assertThat(asking.counters().lookupsSent()).isEqualTo(before + 1);
        tomcats.network.lose((to, message) -> false);
        assertThat(visitor.text(2, "/shop/get")).as("the next request asks anew").isEqualTo("1");
    }

    @Test
    @DisplayName("JMX: Refused counts each request that ends with 503 or is cut, and nothing else")
    void refusedRequestsAreCounted() throws Exception {
        tomcats.start(2, Map.of("cluster", "refused", "commitTimeout", "3000", "lockTimeout", "3000"), context -> {
            application(context);
            TestTomcats.page(context, "/try", (q, r) ->
                    r.getWriter().print(SessionLocks.of(q.getSession()).tryLock(Duration.ZERO, "a").isPresent()));
        });
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        assertThat(visitor.text(2, "/shop/set?value=1")).isEqualTo("set");
        tomcats.network.lose((to, message) -> message instanceof Message.Acquire);
        assertThat(visitor.text(1, "/shop/try")).isEqualTo("false");
        assertThat(refused()).as("a try is none").isZero();
        tomcats.network.lose((to, message) -> message instanceof Message.Lookup);
        assertThat(visitor.get(1, "/shop/get").statusCode()).isEqualTo(503);
        assertThat(refused()).as("look-up").isEqualTo(1);
        tomcats.network.lose((to, message) -> message instanceof Message.Replicate);
        assertThat(tomcats.new Visitor().get(1, "/shop/set?value=2").statusCode()).isEqualTo(503);
        assertThat(refused()).as("acknowledgement").isEqualTo(2);
        assertThatThrownBy(() -> tomcats.new Visitor().post(1, "/shop/set?value=3&flush=1", ""))
                .isInstanceOf(IOException.class);
        assertThat(refused()).as("cut").isEqualTo(3);
    }

    /** As the first node's bean tells it. */
    private static long refused() throws Exception {
        return (long) ManagementFactory.getPlatformMBeanServer().getAttribute(
                new ObjectName("dev.baton:type=Sessions,cluster=refused,application=\"localhost/shop\""), "Refused");
    }

    @Test
    @DisplayName("A request leaves its session, and its thread forgets it, whatever fails at its end")
    void aRequestThatFailsAtItsEndLeaves() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        BlockingQueue<Boolean> open = new LinkedBlockingQueue<>();
        tomcats.prepare(node -> node.tomcat.getHost().getPipeline().addValve(new ValveBase() {
            @Override
            public void invoke(Request request, Response response) throws IOException, ServletException {
                try {
                    getNext().invoke(request, response);
                } finally {
                    open.add(RequestScope.current() != null);
                }
            }
        }));
        // Nothing holds the answer back: its end ends nothing else.
        tomcats.start(2, Map.of("acknowledge", "none", "lockTimeout", "3000"), context -> {
            application(context);
            TestTomcats.page(context, "/odd", (q, r) -> {
                q.getSession().setAttribute("a", "odd");
                q.setAttribute(RequestDispatcher.ERROR_EXCEPTION, new IllegalStateException() {
                    private static final long serialVersionUID = 1L;

                    @Override
                    public synchronized Throwable getCause() {
                        if (asked.incrementAndGet() == 1) {
                            throw new UnsupportedOperationException();
                        }
                        return null;
                    }
                });
            });
        });
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        assertThat(visitor.text(1, "/shop/set?value=1")).isEqualTo("set");
        assertThat(visitor.get(1, "/shop/odd").statusCode()).isEqualTo(500);
        assertThat(asked.get()).isPositive();
        // An error page is on its way before the Valves around it have their turn.
        assertThat(Arrays.asList(open.poll(10, TimeUnit.SECONDS), open.poll(10, TimeUnit.SECONDS)))
                .containsExactly(false, false);
        assertThat(visitor.text(2, "/shop/get")).isEqualTo("odd");
    }

    private static void answering(Context context) {
        TestTomcats.page(context, "/answer", (q, r) -> {
            q.getSession().setAttribute("a", q.getParameter("way"));
            answer(q.getParameter("way"), r);
            // Changes after the answer was completed count as well.
            q.getSession().setAttribute("late", q.getParameter("way"));
        });
    }

    @Test
    @DisplayName("I11: an answer that the application completed by itself is whole when the change is durable")
    void anAnswerCompletedByTheApplicationIsWhole() throws Exception {
        tomcats.start(2, Map.of(), FailuresTest::answering);
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        for (String way : WAYS) {
            HttpResponse<String> response = visitor.get(1, "/shop/answer?way=" + way);
            assertThat(response.statusCode()).as(way).isEqualTo(way.startsWith("noContent") ? 204 : 200);
            int length = way.startsWith("empty") || way.startsWith("noContent") || way.equals("none") ? 0
                    : way.equals("big") ? 100_000 : 10;
            assertThat(response.body()).as(way).hasSize(length);
        }
    }

    @Test
    @DisplayName("I11: an answer that the application completed by itself is kept back until the change is durable")
    void anAnswerCompletedByTheApplicationWaitsForTheAcknowledgement() throws Exception {
        tomcats.start(2, Map.of("commitTimeout", "400"), FailuresTest::answering);
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        TestTomcats.await("there is a session", () -> {
            try {
                return visitor.get(1, "/shop/answer?way=none").statusCode() == 200;
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        for (String way : WAYS) {
            tomcats.network.lose((to, message) -> message instanceof Message.Replicate);
            int status;
            try {
                status = visitor.get(1, "/shop/answer?way=" + way).statusCode();
            } catch (IOException cut) {
                status = -1;
            }
            // Cut only where a part of the answer was sent before.
            boolean whole = Set.of("length", "close", "closeStream", "emptyAndFlush", "noContentAndFlush", "none")
                    .contains(way);
            assertThat(status).as(way).isEqualTo(whole ? 503 : -1);
            tomcats.network.lose((to, message) -> false);
        }
    }

    private static void answer(String way, HttpServletResponse response) throws IOException {
        byte[] ten = "0123456789".getBytes(StandardCharsets.US_ASCII);
        if (way.startsWith("length")) {
            response.setContentLength(10);
        }
        switch (way) {
            case "length", "lengthAndFlush" -> response.getOutputStream().write(ten);
            case "lengthInPieces" -> {
                for (byte each : ten) {
                    response.getOutputStream().write(each);
                    response.flushBuffer();
                }
            }
            case "lengthExceeded" -> {
                response.getOutputStream().write(ten);
                response.getOutputStream().write(ten);
            }
            case "close" -> {
                response.getWriter().print("0123456789");
                response.getWriter().close();
            }
            case "closeStream" -> {
                response.getOutputStream().write(ten);
                response.getOutputStream().close();
            }
            case "emptyAndFlush" -> response.setContentLength(0);
            case "noContentAndFlush" -> response.setStatus(204);
            case "big" -> {
                response.setContentLength(100_000);
                for (int i = 0; i < 10_000; i++) {
                    response.getOutputStream().write(ten);
                }
            }
            default -> {
            }
        }
        if (way.endsWith("Flush")) {
            response.flushBuffer();
        }
    }

    @Test
    void aNodeThatStopsHandsItsSessionsOverAndExpiresNone() throws Exception {
        tomcats.start(2, Map.of(), this::application);
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        visitor.text(1, "/shop/set?value=1");
        TestTomcats.Node first = tomcats.nodes.get(0);
        first.manager.stop();
        assertThat(visitor.text(2, "/shop/get")).isEqualTo("1");
        assertThat(visitor.text(2, "/shop/set?value=2")).isEqualTo("set");
        HttpResponse<String> refused = visitor.get(1, "/shop/get");
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.body()).contains("the application or its node is stopping");
        assertThat(destroyed).isEmpty();
        first.manager.start();
        assertThat(visitor.text(1, "/shop/get")).isEqualTo("2");
    }

    @Test
    void aReloadedApplicationFindsItsSessionsAgain() throws Exception {
        tomcats.start(1, Map.of(), this::application);
        TestTomcats.Node node = tomcats.nodes.get(0);
        // A second application keeps the node in the cluster meanwhile.
        StandardContext other = node.application("/other", Map.of(), this::application);
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        visitor.text(1, "/shop/set?value=1");
        node.manager.stop();
        node.manager.start();
        assertThat(visitor.text(1, "/shop/get")).isEqualTo("1");
        assertThat(tomcats.new Visitor().text(1, "/other/get")).isEqualTo("no session");
        assertThat(other.getState().isAvailable()).isTrue();
        assertThat(destroyed).isEmpty();
    }

    @Test
    void sessionsOfTwoApplicationsWithOneIdAreTwo() throws Exception {
        tomcats.start(1, Map.of(), this::application);
        tomcats.nodes.get(0).application("/other", Map.of(), this::application);
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        visitor.text(1, "/shop/set?value=1");
        assertThat(visitor.text(1, "/other/get")).isEqualTo("no session");
        assertThat(visitor.text(1, "/shop/get")).isEqualTo("1");
    }

    @Test
    @DisplayName("threadLocks=session: requests of one session run one after the other")
    void requestsOfASessionRunOneAfterTheOther() throws Exception {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        tomcats.start(1, Map.of("threadLocks", "session"), context -> {
            application(context);
            TestTomcats.page(context, "/count", (q, r) -> {
                HttpSession session = q.getSession();
                int[] counter = (int[]) session.getAttribute("counter");
                if (counter == null) {
                    session.setAttribute("counter", counter = new int[1]);
                }
                most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                int read = counter[0];
                Thread.yield();
                counter[0] = read + 1;
                inside.decrementAndGet();
                r.getWriter().print(counter[0]);
            });
        });
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        visitor.text(1, "/shop/count");
        List<CompletableFuture<Void>> clients = new CopyOnWriteArrayList<>();
        for (int c = 0; c < 4; c++) {
            clients.add(CompletableFuture.runAsync(() -> {
                TestTomcats.Visitor same = tomcats.new Visitor();
                same.session(visitor.session());
                for (int i = 0; i < 25; i++) {
                    try {
                        assertThat(same.get(1, "/shop/count").statusCode()).isEqualTo(200);
                    } catch (IOException | InterruptedException e) {
                        throw new AssertionError(e);
                    }
                }
            }));
        }
        CompletableFuture.allOf(clients.toArray(new CompletableFuture[0])).get(60, TimeUnit.SECONDS);
        assertThat(visitor.text(1, "/shop/count")).isEqualTo("102");
        assertThat(most.get()).isEqualTo(1);
    }

    @Test
    @DisplayName("acquire=request: the token is taken before the application runs")
    void theTokenCanBeTakenAtTheRequestsStart() throws Exception {
        AtomicInteger ran = new AtomicInteger();
        tomcats.start(2, Map.of("acquire", "request", "lockTimeout", "3000"), context -> {
            application(context);
            TestTomcats.page(context, "/run", (q, r) -> ran.incrementAndGet());
        });
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        visitor.text(1, "/shop/set?value=1");
        assertThat(visitor.text(1, "/shop/run")).isEmpty();
        tomcats.network.lose((to, message) -> message instanceof Message.Acquire);
        HttpResponse<String> refused = visitor.get(2, "/shop/run");
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.body()).contains("store unreachable");
        assertThat(ran.get()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    @DisplayName("L9: a token that nobody uses, but that a hung backup keeps from being granted, is not called busy")
    void aGrantThatABackupHoldsUpIsNoBusyLock(int holder) throws Exception {
        tomcats.start(2, Map.of("lockTimeout", "3000"), this::application);
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        assertThat(visitor.text(1, "/shop/set?value=1")).isEqualTo("set");
        assertThat(visitor.text(holder, "/shop/get")).isEqualTo("1");
        tomcats.network.lose((to, message) -> message instanceof Message.Replicate);
        int other = 3 - holder;
        try (LogLines log = new LogLines()) {
            HttpResponse<String> refused = visitor.get(other, "/shop/get");
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.body()).contains("store unreachable");
            assertThat(log.lines()).filteredOn(line -> line.contains("Refused")).singleElement().asString()
                    .doesNotContain("in use", "n" + other + "#");
        }
    }

    @Test
    void anAccessorUsesTheSessionOutsideOfItsRequests() throws Exception {
        AtomicReference<HttpSession.Accessor> accessor = new AtomicReference<>();
        tomcats.start(2, Map.of(), context -> {
            application(context);
            TestTomcats.page(context, "/accessor", (q, r) -> accessor.set(q.getSession().getAccessor()));
            TestTomcats.page(context, "/invalidate", (q, r) -> q.getSession().invalidate());
        });
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        visitor.text(1, "/shop/accessor");
        accessor.get().access(session -> session.setAttribute("a", "from outside"));
        assertThat(visitor.text(2, "/shop/get")).isEqualTo("from outside");
        visitor.text(2, "/shop/invalidate");
        assertThatThrownBy(() -> accessor.get().access(session -> destroyed.add("called")))
                .isInstanceOf(IllegalStateException.class);
        assertThat(destroyed).doesNotContain("called");
    }

    @Test
    void anExpiredSessionTellsItsListenersWhileItCanBeReadAndIsInvalidAfterwards() throws Exception {
        List<String> read = new CopyOnWriteArrayList<>();
        tomcats.start(1, Map.of(), context -> {
            application(context);
            ((StandardContext) context).addApplicationLifecycleListener(new HttpSessionListener() {
                @Override
                public void sessionDestroyed(HttpSessionEvent event) {
                    read.add(event.getSession().getAttribute("a") + " by the loader of "
                            + (Thread.currentThread().getContextClassLoader() == context.getLoader().getClassLoader()));
                }
            });
        });
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        visitor.text(1, "/shop/set?value=1");
        BatonManager manager = tomcats.nodes.get(0).manager;
        Application application = manager.deployment().application();
        TrackedSession session = manager.findSession(visitor.session());
        AccessLog access = application.enter(session.state(), 1_000_000_000L);
        new Expiries(manager, new AttributeProblems("test", false)).expired(access);
        assertThat(read).containsExactly("1 by the loader of true");
        assertThat(destroyed).containsExactly(visitor.session());
        assertThat(session.isValid()).isFalse();
        assertThatThrownBy(() -> session.getAttribute("a")).isInstanceOf(IllegalStateException.class);
        assertThat(manager.getExpiredSessions()).isEqualTo(1);
        application.leave(access);
    }

    @Test
    void tomcatsLimitOfSessionsIsKept() throws Exception {
        tomcats.start(1, Map.of("maxActiveSessions", "1"), this::application);
        assertThat(tomcats.new Visitor().get(1, "/shop/set?value=1").statusCode()).isEqualTo(200);
        assertThat(tomcats.new Visitor().get(1, "/shop/set?value=1").statusCode()).isEqualTo(500);
        assertThat(tomcats.nodes.get(0).manager.getRejectedSessions()).isEqualTo(1);
    }

    @Test
    void aLoginMayMoveFromNodeToNodeAtEachOfItsSteps() throws Exception {
        tomcats.start(2, Map.of(), context -> {
            TestTomcats.page(context, "/secret", (q, r) -> r.getWriter().print("hello " + q.getRemoteUser() + " "
                    + q.getSession(false).getMaxInactiveInterval()));
            TestTomcats.page(context, "/login", (q, r) -> r.getWriter().print("who are you?"));
            TestTomcats.page(context, "/logout", (q, r) -> q.logout());
            TestTomcats.secure(context, new LoginConfig("FORM", null, "/login", "/login"), new FormAuthenticator());
        });
        for (TestTomcats.Node node : tomcats.nodes) {
            node.tomcat.addUser("ada", "secret");
            node.tomcat.addRole("ada", "user");
        }
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        assertThat(visitor.text(1, "/shop/secret")).isEqualTo("who are you?");
        HttpResponse<String> redirect = visitor.post(2, "/shop/j_security_check", "j_username=ada&j_password=secret");
        assertThat(redirect.statusCode()).isEqualTo(303);
        assertThat(redirect.headers().firstValue("Location").orElseThrow()).endsWith("/shop/secret");
        assertThat(visitor.text(1, "/shop/secret")).isEqualTo("hello ada 1800");
        assertThat(visitor.text(2, "/shop/secret")).isEqualTo("hello ada 1800");
        visitor.text(1, "/shop/logout");
        assertThat(visitor.text(2, "/shop/secret")).isEqualTo("who are you?");
    }
}
