package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.protocol.Message;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequestEvent;
import jakarta.servlet.ServletRequestListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.catalina.Context;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.valves.ValveBase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that were interrupted, and go on as they like: their threads carry the flag to the end. */
class InterruptedRequestsTest {
    private final TestTomcats tomcats = new TestTomcats();
    private final ExecutorService threads = Executors.newSingleThreadExecutor();
    private final AtomicReference<Thread> interrupted = new AtomicReference<>();

    @AfterEach
    void stop() throws Exception {
        tomcats.close();
        threads.shutdownNow();
    }

    private void interrupt() {
        interrupted.set(Thread.currentThread());
        Thread.currentThread().interrupt();
    }

    private void application(Context context) {
        TestTomcats.page(context, "/start", (q, r) -> q.getSession().setAttribute("count", new int[1]));
        TestTomcats.page(context, "/get", (q, r) -> r.getWriter().print(count(q)[0]));
        TestTomcats.page(context, "/add", this::add);
        ((StandardContext) context).addApplicationEventListener(new ServletRequestListener() {
            @Override
            public void requestDestroyed(ServletRequestEvent event) {
                HttpServletRequest request = (HttpServletRequest) event.getServletRequest();
                if ("late".equals(request.getParameter("way"))) {
                    count(request)[0]++;
                    interrupt();
                }
            }
        });
    }

    private static int[] count(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        return (int[]) session.getAttribute("count");
    }

    private void add(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String way = request.getParameter("way");
        if (request.getDispatcherType() == DispatcherType.ASYNC) {
            if (way.equals("elsewhere")) {
                askElsewhere(request);
            }
            ((int[]) request.getAttribute("count"))[0]++;
            interrupt();
        } else if (way.equals("async") || way.equals("elsewhere")) {
            request.setAttribute("count", count(request));
            request.startAsync().dispatch();
        } else if (!way.equals("late")) {
            count(request)[0]++;
            response.getWriter().print("added");
            if (way.equals("begun")) {
                response.flushBuffer(); // its end waits with the request's thread
            }
            interrupt();
        }
    }

    /** The token goes there. */
    private void askElsewhere(HttpServletRequest request) throws IOException {
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        visitor.session(request.getRequestedSessionId());
        try {
            assertThat(visitor.text(2, "/shop/get")).isEqualTo("0");
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Tomcat's own writing fails in an interrupted thread: here it is none any more. */
    private static void clearBehindTheApplication(TestTomcats.Node node) {
        node.tomcat.getHost().getPipeline().addValve(new ValveBase(true) {
            @Override
            public void invoke(Request request, Response response) throws IOException, ServletException {
                getNext().invoke(request, response);
                if ("begun".equals(request.getParameter("way"))) {
                    assertThat(Thread.interrupted()).isTrue();
                }
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"whole", "begun", "late", "async", "elsewhere"})
    @DisplayName("I11: what an interrupted request has changed is saved, and waited for, as every other's")
    void whatAnInterruptedRequestChangedIsSaved(String way) throws Exception {
        tomcats.prepare(InterruptedRequestsTest::clearBehindTheApplication);
        tomcats.start(2, Map.of(), this::application);
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        assertThat(visitor.text(1, "/shop/start")).isEmpty();
        AtomicBoolean sent = new AtomicBoolean();
        tomcats.network.hold((to, message) -> {
            boolean held = message instanceof Message.Replicate && !way.equals("elsewhere");
            sent.compareAndSet(false, held);
            return held;
        });
        try (LogLines log = new LogLines()) {
            CompletableFuture<String> answer = CompletableFuture.supplyAsync(() -> add(visitor, way), threads);
            Set<Thread.State> parked = Set.of(Thread.State.WAITING, Thread.State.TIMED_WAITING);
            TestTomcats.await("it waits, or did not", () -> answer.isDone()
                    || sent.get() && interrupted.get() != null && parked.contains(interrupted.get().getState()));
            tomcats.network.deliverHeld();
            String text = answer.get(30, TimeUnit.SECONDS);
            if (way.equals("whole") || way.equals("begun")) {
                assertThat(text).isEqualTo("added");
            }
            assertThat(log.lines()).isEmpty();
        }
        assertThat(visitor.text(2, "/shop/get")).isEqualTo("1");
    }

    private static String add(TestTomcats.Visitor visitor, String way) {
        try {
            // The client would send a GET again.
            return visitor.post(1, "/shop/add?way=" + way, "").body();
        } catch (IOException | InterruptedException e) {
            return e.toString();
        }
    }
}
