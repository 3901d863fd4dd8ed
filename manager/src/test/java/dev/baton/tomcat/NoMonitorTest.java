package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.api.SessionLocks;
import dev.baton.api.SessionLocks.Held;
import dev.baton.protocol.Message;
import dev.baton.tomcat.wire.AjpClient;
import dev.baton.tomcat.wire.Http1Client;
import dev.baton.tomcat.wire.Http2Client;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.lang.management.ManagementFactory;
import java.lang.management.MonitorInfo;
import java.lang.management.ThreadInfo;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.BiPredicate;
import org.apache.catalina.Context;
import org.apache.catalina.connector.Connector;
import org.apache.coyote.http2.Http2Protocol;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whoever waits for a session holds no monitor, neither one of ours nor one of Tomcat's, and has no native frame on its
 * stack: what would pin a virtual thread of JDK 21 to 23 to its carrier. Looked at in platform threads, whose monitors every
 * JDK can tell; a virtual thread runs the same code.
 */
@DisplayName("Issue 4.3: who waits holds no monitor")
class NoMonitorTest {
    private static volatile NoMonitorTest slow;

    private final TestTomcats tomcats = new TestTomcats();
    private final List<AutoCloseable> connections = new ArrayList<>();
    private final CountDownLatch inside = new CountDownLatch(1);
    private final CountDownLatch leave = new CountDownLatch(1);
    private int ajp;

    @AfterEach
    void stop() throws Exception {
        leave.countDown();
        tomcats.network.lose((to, message) -> false);
        tomcats.network.deliverHeld();
        for (AutoCloseable connection : connections) {
            connection.close();
        }
        tomcats.close();
    }

    private void start(Map<String, String> settings) throws Exception {
        tomcats.prepare(node -> {
            node.tomcat.getConnector().addUpgradeProtocol(new Http2Protocol());
            Connector other = new Connector("AJP/1.3");
            other.setPort(0);
            other.setProperty("secretRequired", "false");
            node.tomcat.getService().addConnector(other);
        });
        tomcats.start(2, settings, this::application);
        ajp = tomcats.nodes.get(0).tomcat.getService().findConnectors()[1].getLocalPort();
    }

    private void application(Context context) {
        TestTomcats.page(context, "/set", (q, r) -> q.getSession().setAttribute("cart", new int[1]));
        TestTomcats.page(context, "/get", (q, r) -> cart(q));
        TestTomcats.page(context, "/synchronized", (q, r) -> {
            synchronized (this) {
                cart(q);
            }
        });
        TestTomcats.page(context, "/stay", (q, r) -> {
            cart(q);
            r.flushBuffer();
            inside.countDown();
            TestTomcats.await(leave);
        });
        TestTomcats.page(context, "/change", (q, r) -> cart(q)[0]++);
        // Where only the end is missing, of which nobody knows where it will be, no connection holds the answer.
        TestTomcats.page(context, "/flushed", (q, r) -> {
            cart(q)[0]++;
            r.flushBuffer();
        });
        TestTomcats.page(context, "/asyncComplete", (q, r) -> {
            AsyncContext async = q.startAsync();
            async.start(() -> {
                cart(q)[0]++;
                async.complete();
            });
        });
        TestTomcats.page(context, "/asyncDispatch", (q, r) -> {
            AsyncContext async = q.startAsync();
            async.start(() -> {
                cart(q)[0]++;
                async.dispatch("/nothing");
            });
        });
        TestTomcats.page(context, "/asyncTimeout", (q, r) -> {
            AsyncContext async = q.startAsync();
            async.setTimeout(1);
            async.start(() -> cart(q)[0]++);
        });
        TestTomcats.page(context, "/nothing", (q, r) -> r.setStatus(200));
        TestTomcats.page(context, "/rename", (q, r) -> {
            cart(q);
            q.changeSessionId();
        });
        TestTomcats.page(context, "/end", (q, r) -> q.getSession().invalidate());
        TestTomcats.page(context, "/lock", this::lock);
        TestTomcats.page(context, "/slow", (q, r) -> {
            slow = this;
            q.getSession().setAttribute("slow", new Slow());
        });
    }

    /** Takes its time when it is written. */
    static final class Slow implements Serializable {
        private static final long serialVersionUID = 1L;

        private void writeObject(ObjectOutputStream out) throws IOException {
            slow.inside.countDown();
            TestTomcats.await(slow.leave);
            out.defaultWriteObject();
        }
    }

    private void lock(HttpServletRequest request, HttpServletResponse response) {
        try (Held held = SessionLocks.of(request.getSession()).lock("cart")) {
            assertThat(held).isNotNull();
        }
    }

    private static int[] cart(HttpServletRequest request) {
        return (int[]) request.getSession().getAttribute("cart");
    }

    private TestTomcats.Visitor visitor(int node) throws Exception {
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        assertThat(visitor.get(node, "/shop/set").statusCode()).isEqualTo(200);
        return visitor;
    }

    /** A request not waited for. */
    private void later(TestTomcats.Visitor visitor, int node, String path) {
        TestTomcats.Visitor same = tomcats.new Visitor();
        same.session(visitor.session());
        CompletableFuture.runAsync(() -> {
            try {
                same.get(node, "/shop" + path);
            } catch (IOException | InterruptedException ended) {
                // With the test.
                Thread.currentThread().interrupt();
            }
        });
    }

    private void hold(BiPredicate<Object, Message> which) {
        tomcats.network.hold((to, message) -> which.test(to, message));
    }

    /** Until a request's thread waits in that class, or method, of ours; it must have nothing that pins. */
    private static void waitsWithoutAMonitor(String where) {
        TestTomcats.await("a request waits in " + where, () -> waiting(where) != null);
        ThreadInfo waiting = waiting(where);
        assertThat(waiting).isNotNull();
        assertThat(Arrays.stream(waiting.getLockedMonitors()).map(MonitorInfo::toString)).as("monitors").isEmpty();
        assertThat(Arrays.stream(waiting.getStackTrace()).filter(StackTraceElement::isNativeMethod)
                .map(StackTraceElement::toString).filter(f -> !f.contains("Unsafe.park"))).as("native").isEmpty();
    }

    private static ThreadInfo waiting(String where) {
        for (ThreadInfo each : ManagementFactory.getThreadMXBean().dumpAllThreads(true, false)) {
            boolean parked = each.getThreadState() == Thread.State.TIMED_WAITING
                    || each.getThreadState() == Thread.State.WAITING;
            if (parked && each.getThreadName().contains("-exec-") && Arrays.stream(each.getStackTrace())
                    .anyMatch(f -> (f.getClassName() + "." + f.getMethodName()).startsWith("dev.baton." + where))) {
                return each;
            }
        }
        return null;
    }

    @ParameterizedTest
    @ValueSource(strings = {"http1", "http2", "ajp"})
    @DisplayName("for the token, which another node uses; over each protocol")
    void forTheToken(String protocol) throws Exception {
        start(Map.of("lockTimeout", "600000"));
        TestTomcats.Visitor visitor = visitor(2);
        later(visitor, 2, "/stay");
        TestTomcats.await(inside);
        String session = visitor.session();
        switch (protocol) {
            case "http1" -> new Http1Client(connect(tomcats.nodes.get(0).port()), "HTTP/1.1").send("GET", "/shop/get",
                    session);
            case "http2" -> new Http2Client(connect(tomcats.nodes.get(0).port())).send("GET", "/shop/get", session);
            default -> new AjpClient(connect(ajp)).send("GET", "/shop/get", session);
        }
        waitsWithoutAMonitor("node.Passage.");
    }

    @Test
    @DisplayName("an application that holds one is noticed: the look is no blind one")
    void theApplicationsOwnIsSeen() throws Exception {
        start(Map.of("lockTimeout", "600000"));
        TestTomcats.Visitor visitor = visitor(2);
        later(visitor, 2, "/stay");
        TestTomcats.await(inside);
        later(visitor, 1, "/synchronized");
        TestTomcats.await("a request waits", () -> waiting("node.Passage.") != null);
        assertThat(waiting("node.Passage.").getLockedMonitors()).extracting(MonitorInfo::getClassName)
                .containsExactly(NoMonitorTest.class.getName());
    }

    private Socket connect(int port) throws IOException {
        Socket socket = new Socket("localhost", port);
        connections.add(socket);
        return socket;
    }

    @ParameterizedTest
    @ValueSource(strings = {"session", "attribute"})
    @DisplayName("for a turn, or an attribute, that another request has")
    void forAThreadLock(String threadLocks) throws Exception {
        start(Map.of("lockTimeout", "600000", "threadLocks", threadLocks));
        TestTomcats.Visitor visitor = visitor(1);
        later(visitor, 1, "/stay");
        TestTomcats.await(inside);
        later(visitor, 1, threadLocks.equals("session") ? "/get" : "/lock");
        waitsWithoutAMonitor("node.Passage.");
    }

    @Test
    @DisplayName("for a look-up")
    void forALookUp() throws Exception {
        start(Map.of("lockTimeout", "600000"));
        TestTomcats.Visitor visitor = visitor(2);
        hold((to, message) -> message instanceof Message.Lookup);
        later(visitor, 1, "/get");
        waitsWithoutAMonitor("node.Lookups.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/flushed", "/asyncComplete", "/asyncDispatch", "/asyncTimeout"})
    @DisplayName("for the acknowledgement, where an answer has begun, or ends asynchronously")
    void forTheAcknowledgement(String page) throws Exception {
        start(Map.of("commitTimeout", "600000"));
        TestTomcats.Visitor visitor = visitor(1);
        hold((to, message) -> message instanceof Message.Replicate);
        later(visitor, 1, page);
        waitsWithoutAMonitor("node.Passage.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/rename", "/end"})
    @DisplayName("for a new id, and for a logout, to be durable")
    void forAnOperation(String page) throws Exception {
        start(Map.of("commitTimeout", "600000"));
        TestTomcats.Visitor visitor = visitor(1);
        hold((to, message) -> message instanceof Message.Replicate);
        later(visitor, 1, page);
        waitsWithoutAMonitor("node.IdChanges.");
    }

    @Test
    @DisplayName("for another request of the session whose values are being written")
    void forTheOneWhoSaves() throws Exception {
        start(Map.of("commitTimeout", "600000"));
        TestTomcats.Visitor visitor = visitor(1);
        later(visitor, 1, "/slow");
        TestTomcats.await(inside);
        later(visitor, 1, "/change");
        waitsWithoutAMonitor("access.AccessLog.lock");
    }

    @Test
    @DisplayName("for the right to serve, when the other nodes have not answered for a while")
    void forTheLease() throws Exception {
        start(Map.of("lockTimeout", "600000", "acquire", "access"));
        TestTomcats.Visitor visitor = visitor(1);
        later(visitor, 1, "/stay");
        TestTomcats.await(inside);
        tomcats.network.lose((to, message) -> message instanceof Message.BeatAnswer);
        tomcats.clock.move(Duration.ofSeconds(6));
        leave.countDown();
        waitsWithoutAMonitor("node.Passage.");
    }
}
