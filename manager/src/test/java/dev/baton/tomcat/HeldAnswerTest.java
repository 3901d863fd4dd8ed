package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.protocol.Message;
import dev.baton.tomcat.wire.Http1Client;
import dev.baton.tomcat.wire.Seen;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequestEvent;
import jakarta.servlet.ServletRequestListener;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URLEncoder;
import java.nio.channels.SelectionKey;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.catalina.AccessLog;
import org.apache.catalina.Context;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.AbstractProtocol;
import org.apache.tomcat.util.net.NioEndpoint;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers that wait in their connections for the acknowledgement, while their requests' threads do something else. */
@Timeout(120)
class HeldAnswerTest {
    private static final int LIMIT_MILLIS = 30_000;
    private static final int SHORT_MILLIS = 20;
    private static final int TOGETHER = 5;
    private static final int LEARNT = 1_000;

    private final TestTomcats tomcats = new TestTomcats();
    private final List<AutoCloseable> connections = new ArrayList<>();
    private final CountDownLatch touching = new CountDownLatch(1);
    private final CountDownLatch mayTouch = new CountDownLatch(1);
    private volatile CountDownLatch onTheWay = new CountDownLatch(1);

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable connection : connections) {
            connection.close();
        }
        tomcats.close();
    }

    private void start(Map<String, String> settings, Map<String, String> ofConnector) throws Exception {
        tomcats.prepare(node -> ofConnector.forEach(node.tomcat.getConnector()::setProperty));
        tomcats.start(2, settings, this::application);
    }

    private void application(Context context) {
        TestTomcats.page(context, "/set", (q, r) -> {
            q.getSession().setAttribute("a", q.getParameter("value"));
            r.getWriter().print("set " + q.getParameter("value"));
        });
        TestTomcats.page(context, "/get", (q, r) -> r.getWriter().print("a=" + q.getSession().getAttribute("a")));
        TestTomcats.page(context, "/free", (q, r) -> r.getWriter().print("free"));
        TestTomcats.page(context, "/long", (q, r) -> {
            q.getSession().setAttribute("a", q.getParameter("bytes"));
            byte[] body = new byte[Integer.parseInt(q.getParameter("bytes"))];
            Arrays.fill(body, (byte) 'x');
            r.setContentLength(body.length);
            r.getOutputStream().write(body);
        });
        TestTomcats.page(context, "/file", (q, r) -> {
            q.getSession().setAttribute("a", "file");
            Path file = Path.of(q.getParameter("path"));
            r.setContentLengthLong(Files.size(file));
            q.setAttribute("org.apache.tomcat.sendfile.filename", file.toString());
            q.setAttribute("org.apache.tomcat.sendfile.start", 0L);
            q.setAttribute("org.apache.tomcat.sendfile.end", Files.size(file));
        });
        TestTomcats.page(context, "/trailers", (q, r) -> {
            q.getSession().setAttribute("a", "trailers");
            r.setTrailerFields(() -> Map.of("after", "all"));
            r.getWriter().print("short");
        });
        TestTomcats.page(context, "/hugeHead", (q, r) -> {
            q.getSession().setAttribute("a", "huge");
            r.setHeader("huge", "x".repeat(20_000));
            r.sendRedirect("/elsewhere");
        });
        TestTomcats.page(context, "/closes", (q, r) -> {
            q.getSession().setAttribute("a", "closes");
            r.setHeader("Connection", "x-other, close");
            r.getWriter().print("closes");
        });
        TestTomcats.page(context, "/waits", (q, r) -> {
            TestTomcats.await(mayTouch);
            r.getWriter().print("waited");
        });
        TestTomcats.page(context, "/touchedLater", (q, r) -> q.getSession().setAttribute("a", "touched"));
        ((StandardContext) context).addApplicationEventListener(new ServletRequestListener() {
            @Override
            public void requestDestroyed(ServletRequestEvent event) {
                HttpServletRequest request = (HttpServletRequest) event.getServletRequest();
                if (request.getServletPath().equals("/touchedLater")) {
                    touching.countDown();
                    TestTomcats.await(mayTouch);
                    if (request.getParameter("once") == null) {
                        request.getSession(false).setAttribute("b", "touched");
                    }
                }
            }
        });
        TestTomcats.page(context, "/pause", (q, r) -> {
            q.getSession().setAttribute("a", "paused");
            tomcats.nodes.get(0).tomcat.getConnector().pause();
            r.getWriter().print("paused");
        });
    }

    private String visitor() throws Exception {
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        assertThat(visitor.text(1, "/shop/set?value=0")).isEqualTo("set 0");
        return visitor.session();
    }

    /** A visitor of a cluster whose requests wait so long for their acknowledgement. */
    private String visitorWithin(String commitTimeout) throws Exception {
        start(Map.of("commitTimeout", commitTimeout), Map.of());
        return visitor();
    }

    private Socket connect() throws IOException {
        return connect(tomcats.nodes.get(0).port());
    }

    private Socket connect(int port) throws IOException {
        Socket socket = new Socket("localhost", port);
        socket.setSoTimeout(LIMIT_MILLIS);
        connections.add(socket);
        return socket;
    }

    private Http1Client client() throws IOException {
        return new Http1Client(connect(), "HTTP/1.1");
    }

    private void hold() {
        onTheWay = new CountDownLatch(1);
        tomcats.network.hold((to, message) -> {
            if (message instanceof Message.Replicate) {
                onTheWay.countDown();
                return true;
            }
            return false;
        });
    }

    private void awaitHeld() {
        TestTomcats.await(onTheWay);
        // Nothing tells from outside that the thread has left; a client that sees nothing yet is right in any case.
        TestTomcats.await("no request is in the session", () -> tomcats.nodes.get(0).manager.findSessions().length > 0
                && Arrays.stream(tomcats.nodes.get(0).manager.findSessions())
                .allMatch(s -> ((TrackedSession) s).uses() == 0));
    }

    private static byte[] request(String path, String session, String... headers) {
        return ("GET /shop" + path + " HTTP/1.1\r\nHost: localhost\r\nCookie: JSESSIONID=" + session + "\r\n"
                + String.join("", Arrays.stream(headers).map(h -> h + "\r\n").toList()) + "\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] both(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    /** Reads until that has come. */
    private static String readTo(InputStream in, String end) throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.indexOf(end) < 0) {
            int b = in.read();
            if (b < 0) {
                throw new AssertionError("the connection ended after: " + text);
            }
            text.append((char) b);
        }
        return text.toString();
    }

    /** Reads until the connection ends. */
    private static String readAll(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }

    private static String body(Seen seen) {
        return new String(seen.body(), StandardCharsets.US_ASCII);
    }

    private static void nothingComes(Socket socket) throws IOException {
        socket.setSoTimeout(SHORT_MILLIS);
        try {
            int b = socket.getInputStream().read();
            throw new AssertionError("something came: " + b);
        } catch (SocketTimeoutException right) {
            socket.setSoTimeout(LIMIT_MILLIS);
        }
    }

    @Test
    @DisplayName("I11: a request that the client sends behind, at once or meanwhile, does not push the held answer out")
    void pipelinedRequestsWait() throws Exception {
        start(Map.of("commitTimeout", "60000"), Map.of());
        String first = visitor();
        String second = visitor();
        Socket socket = connect();
        hold();
        socket.getOutputStream().write(both(request("/set?value=1", first), request("/get", second)));
        awaitHeld();
        socket.getOutputStream().write(request("/free", second));
        nothingComes(socket);
        tomcats.network.deliverHeld();
        InputStream in = socket.getInputStream();
        assertThat(readTo(in, "set 1")).startsWith("HTTP/1.1 200");
        assertThat(readTo(in, "a=0")).startsWith("HTTP/1.1 200");
        assertThat(readTo(in, "free")).startsWith("HTTP/1.1 200");
        socket.getOutputStream().write(request("/get", first));
        assertThat(readTo(in, "a=1")).startsWith("HTTP/1.1 200");
    }

    @ParameterizedTest(name = "TLS: {0}")
    @ValueSource(booleans = {false, true})
    @DisplayName("requests that were read together are all answered, also where the poller watches connections")
    void readTogether(boolean tls, @TempDir Path directory) throws Exception {
        Connector[] secure = new Connector[1];
        tomcats.prepare(node -> {
            if (tls && secure[0] == null) {
                secure[0] = TestTls.connector(directory);
                node.tomcat.getService().addConnector(secure[0]);
            }
        });
        tomcats.start(2, Map.of("commitTimeout", "60000"), this::application);
        String session = visitor();
        looksInVain();
        Socket socket = connect(tls ? secure[0].getLocalPort() : tomcats.nodes.get(0).port());
        Socket client = tls ? TestTls.over(socket) : socket;
        StringBuilder requests = new StringBuilder();
        for (int i = 0; i < TOGETHER; i++) {
            requests.append(new String(request("/set?value=" + i + '.', session), StandardCharsets.US_ASCII));
        }
        hold();
        client.getOutputStream().write(requests.toString().getBytes(StandardCharsets.US_ASCII));
        awaitHeld();
        tomcats.network.deliverHeld();
        for (int i = 0; i < TOGETHER; i++) {
            assertThat(readTo(client.getInputStream(), "set " + i + '.')).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    @DisplayName("a long request behind an answer that was held holds up no other connection")
    void longRequestsHoldUpNobody() throws Exception {
        start(Map.of("commitTimeout", "60000"), Map.of());
        List<Socket> sockets = new ArrayList<>();
        List<String> sessions = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            sessions.add(visitor());
            sockets.add(connect());
        }
        hold();
        for (int i = 0; i < 5; i++) {
            sockets.get(i).getOutputStream().write(request("/set?value=2" + i, sessions.get(i)));
            sockets.get(i).getOutputStream().write(request(i == 0 ? "/waits" : "/set?value=1" + i, sessions.get(i)));
        }
        awaitHeld();
        tomcats.network.deliverHeld();
        for (int i = 4; i > 0; i--) {
            readTo(sockets.get(i).getInputStream(), "set 2" + i);
            readTo(sockets.get(i).getInputStream(), "set 1" + i);
        }
        readTo(sockets.get(0).getInputStream(), "set 20");
        nothingComes(sockets.get(0));
        mayTouch.countDown();
        readTo(sockets.get(0).getInputStream(), "waited");
    }

    @Test
    @DisplayName("a refusal takes the place of the answer that was held, and the connection ends")
    void refusedWhereNotAcknowledged() throws Exception {
        String session = visitorWithin("3000");
        tomcats.network.lose((to, message) -> message instanceof Message.Replicate);
        Socket socket = connect();
        socket.getOutputStream().write(request("/set?value=1", session));
        String answer = readAll(socket);
        assertThat(answer).startsWith("HTTP/1.1 503 \r\n").contains("\r\nRetry-After: ", "\r\nConnection: close\r\n",
                "\r\nCache-Control: no-store\r\n", "outcome unknown").doesNotContain("200", "set 1");
        String body = answer.substring(answer.indexOf("\r\n\r\n") + 4);
        assertThat(answer).contains("\r\nContent-Length: " + body.length() + "\r\n");
        Http1Client head = client();
        head.send("HEAD", "/shop/set?value=2", session);
        Seen seen = head.await();
        assertThat(seen.status()).isEqualTo(503);
    }

    @Test
    @DisplayName("a refusal takes the place of a file that Tomcat was to send by itself")
    void refusedWhereAFileWasToBeSent(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "x".repeat(100_000));
        String session = visitorWithin("3000");
        tomcats.network.lose((to, message) -> message instanceof Message.Replicate);
        Socket socket = connect();
        socket.getOutputStream().write(request("/file?path=" + URLEncoder.encode(file.toString(),
                StandardCharsets.UTF_8), session, "Connection: close"));
        String answer = readAll(socket);
        assertThat(answer).startsWith("HTTP/1.1 503 ").contains("outcome unknown").doesNotContain("xxx");
        assertThat(answer.substring(answer.indexOf("\r\n\r\n"))).endsWith(" s.\n");
    }

    @Test
    @DisplayName("where a part of the answer was sent before, the connection is cut instead")
    void cutWhereTheAnswerHasBegun() throws Exception {
        String session = visitorWithin("3000");
        tomcats.network.lose((to, message) -> message instanceof Message.Replicate);
        Http1Client client = client();
        client.send("GET", "/shop/long?bytes=100000", session);
        Seen seen = client.await();
        assertThat(seen.state()).isEqualTo(Seen.State.BROKEN);
        assertThat(seen.status()).isEqualTo(200);
        assertThat(body(seen)).matches("x*");
    }

    /** Those of the first node. */
    private ConnectorThreads startWithThreads(Map<String, String> ofConnector, Consumer<Context> more)
            throws Exception {
        ConnectorThreads threads = new ConnectorThreads();
        connections.add(threads);
        tomcats.prepare(node -> {
            ofConnector.forEach(node.tomcat.getConnector()::setProperty);
            if (tomcats.nodes.isEmpty()) {
                threads.serve(node);
                more.accept(node.context);
            }
        });
        tomcats.start(2, Map.of("commitTimeout", "60000"), this::application);
        return threads;
    }

    /** Runs when the answer to /set?value=1 is complete, and its thread is not yet out. */
    private static final class LateLog extends ValveBase implements AccessLog {
        private final Runnable action;

        LateLog(Runnable action) {
            this.action = action;
        }

        @Override
        public void invoke(Request request, Response response) throws IOException, ServletException {
            getNext().invoke(request, response);
        }

        @Override
        public void log(Request request, Response response, long time) {
            if ("value=1".equals(request.getQueryString())) {
                action.run();
            }
        }

        @Override
        public void setRequestAttributesEnabled(boolean requestAttributesEnabled) {
            // Logs none.
        }

        @Override
        public boolean getRequestAttributesEnabled() {
            return false;
        }
    }

    @ParameterizedTest(name = "Tomcat is about to end: {0}")
    @ValueSource(booleans = {false, true})
    @DisplayName("an answer acknowledged before its thread has left, while the connector's queue is full, is sent; the"
            + " connection goes on, unless Tomcat is about to end")
    void aFullQueueDropsNoAnswer(boolean ending) throws Exception {
        CountDownLatch complete = new CountDownLatch(1);
        CountDownLatch acknowledged = new CountDownLatch(1);
        ConnectorThreads threads = startWithThreads(Map.of(), context -> context.getPipeline().addValve(new LateLog(() -> {
            complete.countDown();
            TestTomcats.await(acknowledged);
        })));
        String session = visitor();
        TrackedSession tracked = tomcats.nodes.get(0).manager.findSession(session);
        Socket socket = connect();
        hold();
        if (ending) {
            ScheduledExecutorService ended = Executors.newSingleThreadScheduledExecutor();
            ended.shutdown();
            tomcats.nodes.get(0).tomcat.getConnector().getProtocolHandler().setUtilityExecutor(ended);
        }
        socket.getOutputStream().write(request("/set?value=1", session,
                "Connection: " + (ending ? "close" : "keep-alive")));
        TestTomcats.await(complete);
        NioEndpoint.NioSocketWrapper connection = connectionOf(socket);
        TestTomcats.await(onTheWay);
        threads.full = true;
        tomcats.network.deliverHeld();
        TestTomcats.await("the acknowledgement came", () -> tracked.state().inside() == 0);
        acknowledged.countDown();
        threads.awaitRefusal();
        if (ending) {
            assertThat(readAll(socket)).startsWith("HTTP/1.1 200").endsWith("set 1");
            assertThat(connection.getWriteTimeout()).as("milliseconds to wait for the client").isPositive();
            return;
        }
        assertThat(readTo(socket.getInputStream(), "set 1")).startsWith("HTTP/1.1 200");
        socket.getOutputStream().write(request("/get", session));
        assertThat(readTo(socket.getInputStream(), "a=1")).startsWith("HTTP/1.1 200");
    }

    @Test
    @DisplayName("a request that was read with one whose answer is held waits, where the connector's queue is full, no"
            + " longer than that")
    void aFullQueueDropsNoRequestThatWasRead() throws Exception {
        ConnectorThreads threads = startWithThreads(Map.of(), context -> { });
        String session = visitor();
        Socket socket = connect();
        hold();
        socket.getOutputStream().write(both(request("/set?value=1", session), request("/get", session)));
        awaitHeld();
        threads.awaitFree();
        threads.full = true;
        tomcats.network.deliverHeld();
        assertThat(readTo(socket.getInputStream(), "set 1")).startsWith("HTTP/1.1 200");
        threads.awaitRefusal();
        assertThat(readTo(socket.getInputStream(), "a=1")).startsWith("HTTP/1.1 200");
    }

    private void looks() {
        for (int i = 0; i < TOGETHER; i++) {
            tomcats.nodes.get(0).manager.deployment().nextRequests().looked(true);
        }
    }

    private void looksInVain() {
        NextRequests looks = tomcats.nodes.get(0).manager.deployment().nextRequests();
        while (looks.worthLooking()) {
            looks.looked(false);
        }
    }

    /** What the first node has of it. */
    private NioEndpoint.NioSocketWrapper connectionOf(Socket client) throws Exception {
        Method endpoint = AbstractProtocol.class.getDeclaredMethod("getEndpoint");
        endpoint.setAccessible(true);
        Connector connector = tomcats.nodes.get(0).tomcat.getConnector();
        NioEndpoint nio = (NioEndpoint) endpoint.invoke(connector.getProtocolHandler());
        return (NioEndpoint.NioSocketWrapper) nio.getConnections().stream()
                .filter(c -> c.getRemotePort() == client.getLocalPort()).findFirst().orElseThrow();
    }

    @ParameterizedTest(name = "a thread looks for the next request: {0}")
    @ValueSource(booleans = {false, true})
    @DisplayName("the time in which a client may ask again begins with its answer, however long that took")
    void theTimeToAskAgainBeginsWithTheAnswer(boolean looked) throws Exception {
        start(Map.of("commitTimeout", "60000"), Map.of());
        String session = visitor();
        if (looked) {
            looks();
        } else {
            looksInVain();
        }
        Socket socket = connect();
        hold();
        socket.getOutputStream().write(request("/set?value=1", session));
        awaitHeld();
        NioEndpoint.NioSocketWrapper connection = connectionOf(socket);
        long asked = connection.getLastRead();
        TestTomcats.await("some time has passed", () -> System.currentTimeMillis() > asked);
        tomcats.network.deliverHeld();
        readTo(socket.getInputStream(), "set 1");
        TestTomcats.await("the poller watches the connection", () -> connection.interestOpsHas(SelectionKey.OP_READ));
        assertThat(connection.getLastRead()).isGreaterThan(asked);
    }

    @ParameterizedTest(name = "the connector''s queue is full: {0}")
    @ValueSource(booleans = {false, true})
    @DisplayName("a client that reads slowly gets all of its answer, at every length up to what its connection takes")
    void slowClientsGetAll(boolean full) throws Exception {
        ConnectorThreads threads = startWithThreads(Map.of("socket.txBufSize", "16384"), context -> { });
        String session = visitor();
        TrackedSession tracked = tomcats.nodes.get(0).manager.findSession(session);
        boolean taken = true;
        for (int bytes = 8_000; taken; bytes += 4_000) {
            try (Socket socket = new Socket()) {
                socket.setReceiveBufferSize(4_096);
                socket.setSoTimeout(LIMIT_MILLIS);
                socket.connect(new InetSocketAddress("localhost", tomcats.nodes.get(0).port()));
                hold();
                socket.getOutputStream().write(request("/long?bytes=" + bytes, session));
                // Beyond that the application itself waits for the client.
                taken = onTheWay.await(2, TimeUnit.SECONDS);
                if (full && taken) {
                    // Who brings the acknowledgement sends, and needs a thread for the rest, or for the next request.
                    threads.awaitFree();
                    looks();
                    threads.full = true;
                }
                tomcats.network.deliverHeld();
                if (threads.full) {
                    threads.awaitRefusal();
                }
                if (taken) {
                    TestTomcats.await("the acknowledgement came", () -> tracked.state().inside() == 0);
                }
                String head = readTo(socket.getInputStream(), "\r\n\r\n");
                assertThat(head).contains("Content-Length: " + bytes);
                assertThat(socket.getInputStream().readNBytes(bytes)).hasSize(bytes);
                socket.getOutputStream().write(request("/get", session));
                assertThat(readTo(socket.getInputStream(), "a=" + bytes)).startsWith("HTTP/1.1 200");
            }
        }
    }

    @Test
    @DisplayName("an answer to the last request of a connection ends it, also where Tomcat was paused meanwhile")
    void connectionsEnd() throws Exception {
        start(Map.of("commitTimeout", "60000"), Map.of("maxKeepAliveRequests", "2"));
        String session = visitor();
        Socket asked = connect();
        hold();
        asked.getOutputStream().write(request("/set?value=1", session, "Connection: close"));
        awaitHeld();
        nothingComes(asked);
        tomcats.network.deliverHeld();
        assertThat(readAll(asked))
                .startsWith("HTTP/1.1 200").contains("Connection: close").endsWith("set 1");
        Socket application = connect();
        application.getOutputStream().write(request("/closes", session));
        assertThat(readAll(application))
                .startsWith("HTTP/1.1 200").endsWith("closes");
        Socket last = connect();
        last.getOutputStream().write(request("/free", session));
        readTo(last.getInputStream(), "free");
        last.getOutputStream().write(request("/set?value=2", session));
        assertThat(readAll(last))
                .startsWith("HTTP/1.1 200").contains("Connection: close").endsWith("set 2");
        Socket paused = connect();
        hold();
        paused.getOutputStream().write(request("/pause", session));
        TestTomcats.await(onTheWay);
        nothingComes(paused);
        tomcats.network.deliverHeld();
        assertThat(readAll(paused))
                .startsWith("HTTP/1.1 200").endsWith("paused");
    }

    @Test
    @DisplayName("an answer whose end is not its last byte, or whose head fails, is not held")
    void whatIsNotComplete() throws Exception {
        String session = visitorWithin("60000");
        Http1Client client = client();
        hold();
        client.send("GET", "/shop/trailers", session);
        TestTomcats.await(onTheWay);
        assertThat(client.look(SHORT_MILLIS).state()).isEqualTo(Seen.State.PENDING);
        tomcats.network.deliverHeld();
        assertThat(body(client.await())).isEqualTo("short");
        client.send("GET", "/shop/get", session);
        assertThat(body(client.await())).isEqualTo("a=trailers");
        Http1Client failing = client();
        hold();
        failing.send("GET", "/shop/hugeHead", session);
        TestTomcats.await(onTheWay);
        tomcats.network.deliverHeld();
        failing.await();
        TestTomcats.Visitor other = tomcats.new Visitor();
        other.session(session);
        assertThat(other.text(2, "/shop/get")).as("nobody stays inside").isEqualTo("a=huge");
    }

    @Test
    @DisplayName("a request listener may use the session while its answer is held, and another node wants it")
    void listenersMayUseTheSession() throws Exception {
        start(Map.of("commitTimeout", "60000", "lockTimeout", "60000"), Map.of());
        String session = visitor();
        Http1Client here = client();
        here.send("GET", "/shop/touchedLater", session);
        TestTomcats.await(touching);
        TrackedSession tracked = tomcats.nodes.get(0).manager.findSession(session);
        TestTomcats.await("the stay has ended with the acknowledgement", () -> tracked.state().inside() == 0);
        TestTomcats.Visitor there = tomcats.new Visitor();
        there.session(session);
        assertThat(there.text(2, "/shop/get")).isEqualTo("a=touched");
        mayTouch.countDown();
        assertThat(here.await().status()).isEqualTo(200);
        assertThat(there.text(2, "/shop/get")).isEqualTo("a=touched");
    }

    @Test
    @DisplayName("a refusal that is known before the answer's end is the same")
    void refusedBeforeTheEnd() throws Exception {
        String session = visitorWithin("60000");
        Http1Client client = client();
        tomcats.network.lose((to, message) -> {
            if (message instanceof Message.Replicate) {
                onTheWay.countDown();
                return true;
            }
            return false;
        });
        client.send("GET", "/shop/touchedLater?once=1", session);
        TestTomcats.await(onTheWay);
        TrackedSession tracked = tomcats.nodes.get(0).manager.findSession(session);
        TestTomcats.await("the wait for the acknowledgement has ended", () -> {
            tomcats.clock.move(Duration.ofSeconds(20));
            return touching.getCount() == 0 && tracked.state().inside() == 0;
        });
        mayTouch.countDown();
        Seen seen = client.await();
        assertThat(seen.status()).isEqualTo(503);
        assertThat(body(seen)).contains("outcome unknown");
    }

    @Test
    @DisplayName("a node that stops ends what it holds: nobody takes it for a success, and nobody waits for ever")
    void stoppingEndsWhatIsHeld() throws Exception {
        String session = visitorWithin("600000");
        Http1Client client = client();
        hold();
        client.send("GET", "/shop/set?value=1", session);
        awaitHeld();
        tomcats.nodes.get(0).tomcat.stop();
        Seen seen = client.await();
        assertThat(seen.state() == Seen.State.BROKEN || seen.status() == 503).as(seen.toString()).isTrue();
    }

    @Test
    @DisplayName("a client that goes away while its answer is held leaves nothing behind")
    void whoGoesAwayLeavesNothing() throws Exception {
        String session = visitorWithin("60000");
        Socket socket = connect();
        hold();
        socket.getOutputStream().write(request("/set?value=1", session));
        awaitHeld();
        socket.setSoLinger(true, 0);
        socket.close();
        tomcats.network.deliverHeld();
        TrackedSession tracked = tomcats.nodes.get(0).manager.findSession(session);
        TestTomcats.await("nobody is inside", () -> tracked.state().inside() == 0);
        TestTomcats.Visitor other = tomcats.new Visitor();
        other.session(session);
        assertThat(other.text(2, "/shop/get")).isEqualTo("a=1");
    }

    @Test
    @DisplayName("no thread looks for the next request of clients that think in between; all of them are still answered")
    void whoThinksIsLeftToThePoller() throws Exception {
        start(Map.of(), Map.of("maxKeepAliveRequests", "-1"));
        String session = visitor();
        NextRequests looks = tomcats.nodes.get(0).manager.deployment().nextRequests();
        Socket socket = connect();
        Http1Client client = new Http1Client(socket, "HTTP/1.1");
        int asked = 0;
        do {
            client.send("GET", "/shop/set?value=" + ++asked, session);
            assertThat(body(client.await())).isEqualTo("set " + asked);
            nothingComes(socket);
            // On a busy machine the acknowledgement often comes before the answer's end: nobody looks then.
        } while (looks.worthLooking() && asked < LEARNT);
        assertThat(asked).as("requests until the node has learnt").isLessThan(LEARNT);
        for (int i = 0; i < 2 * NextRequests.PROBED; i++) {
            client.send("GET", "/shop/set?value=" + i, session);
            assertThat(body(client.await())).isEqualTo("set " + i);
        }
    }
}
