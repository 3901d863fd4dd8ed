package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.model.NodeId;
import dev.baton.model.SegmentEntry;
import dev.baton.model.SessionKey;
import dev.baton.protocol.Message;
import dev.baton.tomcat.wire.Http1Client;
import dev.baton.tomcat.wire.Seen;
import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.HttpSessionBindingEvent;
import jakarta.servlet.http.HttpSessionBindingListener;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.catalina.Context;
import org.apache.catalina.authenticator.BasicAuthenticator;
import org.apache.tomcat.util.descriptor.web.LoginConfig;
import org.apache.tomcat.websocket.server.WsSci;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tomcat's WebSockets, whose endpoints use the session that the handshake had. */
class WebSocketTest {
    private static final String[] LOGIN = {"Authorization", "Basic "
            + Base64.getEncoder().encodeToString("ada:secret".getBytes(StandardCharsets.US_ASCII))};

    private final TestTomcats tomcats = new TestTomcats();
    private final HttpClient http = HttpClient.newHttpClient();
    private final List<String> unbound = new CopyOnWriteArrayList<>();
    private final CountDownLatch inside = new CountDownLatch(1);
    private final CountDownLatch leave = new CountDownLatch(1);

    @AfterEach
    void stop() throws Exception {
        leave.countDown();
        tomcats.close();
    }

    /** Keeps the session for the endpoint, as applications do, and sets a value that it is asked to. */
    public static final class Handshake extends ServerEndpointConfig.Configurator {
        @Override
        public void modifyHandshake(ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
            HttpSession http = (HttpSession) request.getHttpSession();
            config.getUserProperties().put("http", http);
            if (request.getParameterMap().containsKey("v")) {
                http.setAttribute("a", new ArrayList<>(request.getParameterMap().get("v")));
            }
        }
    }

    /** {@code get}, {@code end}, {@code alter X} in place, or a value to set. */
    @ServerEndpoint(value = "/talk", configurator = Handshake.class)
    public static final class Endpoint {
        @OnOpen
        public void opened(Session session) {
            HttpSession http = (HttpSession) session.getUserProperties().get("http");
            http.getServletContext().setAttribute("opened", true);
        }

        @OnMessage
        public String told(String text, Session session) {
            HttpSession http = (HttpSession) session.getUserProperties().get("http");
            try {
                return answer(text, http);
            } catch (RuntimeException e) {
                return e.getClass().getSimpleName();
            }
        }

        private static String answer(String text, HttpSession http) {
            if (text.equals("end")) {
                http.invalidate();
                return "ended";
            }
            if (!text.equals("get")) {
                @SuppressWarnings("unchecked")
                List<String> words = (List<String>) http.getAttribute("a");
                words.add(text.replace("alter ", ""));
                if (!text.startsWith("alter ")) {
                    http.setAttribute("a", words);
                }
            }
            return String.valueOf(http.getAttribute("a"));
        }
    }

    private final class Here implements HttpSessionBindingListener {
        private final String node;

        Here(String node) {
            this.node = node;
        }

        @Override
        public void valueUnbound(HttpSessionBindingEvent event) {
            unbound.add(node + " " + event.getName());
        }
    }

    private void application(Context context) {
        context.addServletContainerInitializer(new WsSci(), Set.of(Endpoint.class));
        // Tomcat runs filters, WebSocket's among them, only where there is a servlet.
        TestTomcats.page(context, "/", (q, r) -> r.sendError(404));
        TestTomcats.page(context, "/set", (q, r) ->
                q.getSession().setAttribute("a", new ArrayList<>(List.of(q.getParameter("v")))));
        TestTomcats.page(context, "/get", (q, r) -> {
            HttpSession session = q.getSession(false);
            r.getWriter().print(session == null ? "no session" : session.getAttribute("a"));
        });
        TestTomcats.page(context, "/here", (q, r) ->
                q.getSession().setAttribute("here", new Here(q.getParameter("v"))));
        TestTomcats.page(context, "/minute", (q, r) -> q.getSession().setMaxInactiveInterval(60));
        TestTomcats.page(context, "/end", (q, r) -> q.getSession().invalidate());
        TestTomcats.page(context, "/secret", (q, r) -> r.getWriter().print(q.getRemoteUser()));
        TestTomcats.page(context, "/stay", (q, r) -> {
            q.getSession().setAttribute("b", "");
            inside.countDown();
            try {
                leave.await(30, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        TestTomcats.secure(context, new LoginConfig("BASIC", "shop", null, null), new BasicAuthenticator());
    }

    private void start(Map<String, String> settings) throws Exception {
        tomcats.start(3, settings, this::application);
        for (TestTomcats.Node node : tomcats.nodes) {
            node.tomcat.addUser("ada", "secret");
            node.tomcat.addRole("ada", "user");
        }
    }

    /** One connection; what it hears, in order. */
    private final class Connection implements WebSocket.Listener {
        private final LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
        private final CompletableFuture<Integer> closed = new CompletableFuture<>();
        private final WebSocket socket;

        Connection(int node, TestTomcats.Visitor visitor) throws Exception {
            socket = http.newWebSocketBuilder().header("Cookie", "JSESSIONID=" + visitor.session())
                    .buildAsync(URI.create("ws://localhost:" + tomcats.nodes.get(node - 1).port() + "/shop/talk"), this)
                    .get(30, TimeUnit.SECONDS);
        }

        String say(String text) throws Exception {
            tell(text);
            return answer();
        }

        void tell(String text) throws Exception {
            socket.sendText(text, true).get(30, TimeUnit.SECONDS);
        }

        String answer() throws Exception {
            return heard.poll(30, TimeUnit.SECONDS);
        }

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
            heard.add(text.toString());
            from.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket from, int status, String reason) {
            closed.complete(status);
            return null;
        }

        boolean open() {
            return !closed.isDone();
        }
    }

    private void backgroundRound() {
        tomcats.nodes.forEach(node -> node.manager.backgroundProcess());
    }

    @Test
    @DisplayName("S6, tomcat-facts 9: an endpoint works on its session between requests of other nodes")
    void anEndpointUsesTheSession() throws Exception {
        start(Map.of());
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        visitor.get(1, "/shop/set?v=one");
        Connection first = new Connection(1, visitor);
        Connection second = new Connection(2, visitor);
        assertThat(first.say("two")).isEqualTo("[one, two]");
        assertThat(visitor.text(3, "/shop/get")).isEqualTo("[one, two]");
        assertThat(second.say("three")).isEqualTo("[one, two, three]");
        assertThat(first.say("four")).isEqualTo("[one, two, three, four]");
        assertThat(visitor.text(2, "/shop/get")).isEqualTo("[one, two, three, four]");
        assertThat(second.say("end")).isEqualTo("ended");
        assertThat(first.say("get")).isEqualTo("IllegalStateException");
        assertThat(visitor.text(1, "/shop/get")).isEqualTo("no session");
    }

    @Test
    @DisplayName("I11: a handshake whose change is on no backup ends its connection, and no endpoint is told of it")
    void aHandshakeThatIsRefusedOpensNothing() throws Exception {
        start(Map.of("commitTimeout", "3000"));
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        visitor.get(1, "/shop/set?v=one");
        tomcats.network.lose((to, message) -> message instanceof Message.Replicate);
        TestTomcats.Node node = tomcats.nodes.get(0);
        try (Socket socket = new Socket("localhost", node.port())) {
            Http1Client client = new Http1Client(socket, "HTTP/1.1");
            client.send("GET", "/shop/talk?v=two", visitor.session(), "Connection: Upgrade", "Upgrade: websocket",
                    "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==");
            assertThat(client.await().state()).isEqualTo(Seen.State.BROKEN);
        }
        assertThat(node.context.getServletContext().getAttribute("opened")).isNull();
    }

    @Test
    @DisplayName("T5: what an endpoint changes in place and does not set is found by the next request at its node")
    void aChangeInPlaceIsFoundLater() throws Exception {
        start(Map.of());
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        visitor.get(1, "/shop/set?v=one");
        assertThat(new Connection(1, visitor).say("alter two")).isEqualTo("[one, two]");
        assertThat(visitor.text(1, "/shop/get")).isEqualTo("[one, two]");
        assertThat(visitor.text(2, "/shop/get")).isEqualTo("[one, two]");
    }

    @Test
    @DisplayName("L9: an endpoint waits for a session in use elsewhere, for lockTimeout and no longer")
    void anEndpointWaitsItsTime() throws Exception {
        start(Map.of("lockTimeout", "3000"));
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        visitor.get(1, "/shop/set?v=one");
        Connection connection = new Connection(2, visitor);
        CompletableFuture<Object> held = CompletableFuture.supplyAsync(() -> {
            try {
                return visitor.get(1, "/shop/stay").statusCode();
            } catch (Exception e) {
                return e;
            }
        });
        assertThat(inside.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(connection.say("get")).isEqualTo("SessionUnavailable");
        leave.countDown();
        assertThat(held.get(30, TimeUnit.SECONDS)).isEqualTo(200);
        assertThat(connection.say("get")).isEqualTo("[one]");
    }

    @Test
    @DisplayName("B6: what an endpoint was let set before its node died is there, by HTTP and by a WebSocket opened anew")
    void anEndpointGoesOnAtAnotherNode() throws Exception {
        start(Map.of());
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        visitor.get(1, "/shop/set?v=one");
        TestTomcats.Visitor sameCookie = tomcats.new Visitor();
        sameCookie.session(visitor.session());
        Connection before = new Connection(1, visitor);
        assertThat(before.say("two")).isEqualTo("[one, two]");
        CountDownLatch saves = new CountDownLatch(1);
        tomcats.network.hold((to, message) -> {
            boolean copy = message instanceof Message.Replicate replicate && !replicate.changes().isEmpty();
            if (copy) {
                saves.countDown();
            }
            return copy;
        });
        before.tell("lost");
        TestTomcats.await(saves);
        tomcats.network.kill(tomcats.nodes.get(0).self());
        tomcats.network.deliverHeld();
        assertThat(visitor.text(2, "/shop/get")).isEqualTo("[one, two]");
        Connection after = new Connection(2, sameCookie);
        assertThat(after.say("get")).isEqualTo("[one, two]");
        assertThat(after.say("three")).isEqualTo("[one, two, three]");
        assertThat(visitor.text(3, "/shop/get")).isEqualTo("[one, two, three]");
        assertThat(new Connection(3, sameCookie).say("four")).isEqualTo("[one, two, three, four]");
        assertThat(after.say("get")).isEqualTo("[one, two, three, four]");
        assertThat(before.answer()).as("what was not acknowledged was not said to be set").isEqualTo("SessionUnavailable");
    }

    /** Sessions whose primary, or token, or both are at node 1; each with a WebSocket at node 2. */
    private List<Connection> connectionsThatNeedNode1(List<TestTomcats.Visitor> visitors) throws Exception {
        List<Connection> connections = new ArrayList<>();
        TestTomcats.await("each node has got its share", () -> tomcats.nodes.stream().allMatch(n -> {
            List<SegmentEntry> segments = n.manager.deployment().node().effective().segments();
            return segments.stream().allMatch(s -> s.joining().isEmpty()) && tomcats.nodes.stream().allMatch(
                    each -> segments.stream().filter(s -> s.primary().equals(each.self())).count() > segments.size() / 4);
        }));
        for (int[] nodes : new int[][] {{1, 1}, {1, 2}, {3, 1}}) {
            TestTomcats.Visitor visitor = tomcats.new Visitor();
            visitor.get(nodes[0], "/shop/set?v=zero");
            visitor.get(nodes[1], "/shop/set?v=one");
            String id = visitor.session();
            assertThat(tomcats.nodes.get(nodes[0] - 1).manager.status(id)).containsEntry("primary", "n" + nodes[0]);
            assertThat(tomcats.nodes.get(nodes[0] - 1).manager.status(id)).containsEntry("holder", "n" + nodes[1]);
            visitors.add(visitor);
            connections.add(new Connection(2, visitor));
        }
        return connections;
    }

    @Test
    @DisplayName("B6: a call whose session was with a node that dies meanwhile goes on when that is known, and is saved")
    void aCallOutlastsTheOtherNode() throws Exception {
        start(Map.of());
        List<TestTomcats.Visitor> visitors = new ArrayList<>();
        List<Connection> connections = connectionsThatNeedNode1(visitors);
        NodeId dies = tomcats.nodes.get(0).self();
        tomcats.network.silence(dies);
        Set<SessionKey> asked = ConcurrentHashMap.newKeySet();
        tomcats.network.lose((to, message) -> {
            if (message instanceof Message.Acquire acquire) {
                asked.add(acquire.key());
            } else if (message instanceof Message.Release release) {
                asked.add(release.key());
            } else if (message instanceof Message.Commit commit) {
                asked.add(commit.key());
            }
            return false;
        });
        for (Connection connection : connections) {
            connection.tell("two");
        }
        TestTomcats.await("all of them wait", () -> asked.size() == connections.size());
        assertThat(connections).allMatch(c -> c.heard.isEmpty());
        tomcats.network.kill(dies);
        for (int i = 0; i < connections.size(); i++) {
            assertThat(connections.get(i).answer()).isEqualTo("[one, two]");
            assertThat(visitors.get(i).text(3, "/shop/get")).isEqualTo("[one, two]");
            assertThat(connections.get(i).say("three")).isEqualTo("[one, two, three]");
        }
    }

    @Test
    @DisplayName("B6, L9: a call that waits for a node of which nobody knows that it died throws in time; the next works")
    void aCallThatWaitsForADeadNodeThrows() throws Exception {
        start(Map.of());
        List<TestTomcats.Visitor> visitors = new ArrayList<>();
        List<Connection> connections = connectionsThatNeedNode1(visitors);
        NodeId dies = tomcats.nodes.get(0).self();
        BatonManager manager = tomcats.nodes.get(1).manager;
        String lockTimeout = manager.getLockTimeout();
        String commitTimeout = manager.getCommitTimeout();
        tomcats.network.silence(dies);
        manager.setLockTimeout("300");
        manager.setCommitTimeout("300");
        for (Connection connection : connections) {
            assertThat(connection.say("perhaps")).isEqualTo("SessionUnavailable");
        }
        manager.setLockTimeout(lockTimeout);
        manager.setCommitTimeout(commitTimeout);
        tomcats.network.kill(dies);
        for (int i = 0; i < connections.size(); i++) {
            String known = connections.get(i).say("two");
            assertThat(known).isIn("[one, two]", "[one, perhaps, two]");
            assertThat(visitors.get(i).text(3, "/shop/get")).isEqualTo(known);
            assertThat(connections.get(i).say("three")).isEqualTo(known.replace("]", ", three]"));
        }
    }

    @ParameterizedTest(name = "asked for before the Valve: {0}")
    @EnumSource
    @DisplayName("tomcat-facts 4, 9: logout at one node closes the user's WebSockets at all nodes, and nobody else's")
    void logoutClosesWebSocketsEverywhere(TestTomcats.Early early) throws Exception {
        tomcats.prepare(early::prepare);
        start(Map.of());
        for (int at = 1; at <= 3; at++) {
            TestTomcats.Visitor ada = tomcats.new Visitor();
            ada.get(1, "/shop/set?v=one");
            assertThat(ada.getWith(1, "/shop/secret", LOGIN).body()).isEqualTo("ada");
            TestTomcats.Visitor nobody = tomcats.new Visitor();
            nobody.get(1, "/shop/set?v=one");
            List<Connection> hers = List.of(new Connection(1, ada), new Connection(2, ada), new Connection(3, ada));
            Connection others = new Connection(2, nobody);
            for (Connection connection : hers) {
                assertThat(connection.say("get")).isEqualTo("[one]");
            }
            backgroundRound();
            assertThat(hers).as("the session lives").allMatch(Connection::open);
            ada.get(at, "/shop/end");
            nobody.get(at, "/shop/end");
            backgroundRound();
            for (Connection connection : hers) {
                assertThat(connection.closed.get(30, TimeUnit.SECONDS)).isEqualTo(1008);
            }
            assertThat(others.say("get")).as("opened without login, as in one Tomcat").isEqualTo(
                    "IllegalStateException");
        }
    }

    @Test
    @DisplayName("tomcat-facts 9: the end of an idle session closes WebSockets wherever they are")
    void expiryClosesWebSocketsEverywhere() throws Exception {
        start(Map.of());
        TestTomcats.Visitor ada = tomcats.new Visitor();
        ada.get(1, "/shop/set?v=one");
        ada.getWith(1, "/shop/secret", LOGIN);
        List<Connection> hers = List.of(new Connection(1, ada), new Connection(2, ada), new Connection(3, ada));
        ada.get(1, "/shop/minute");
        for (TestTomcats.Node node : tomcats.nodes) {
            TestTomcats.await("the requests have ended, which may be after their answers",
                    () -> node.manager.findSession(ada.session()).uses() == 0);
        }
        tomcats.clock.move(Duration.ofSeconds(90));
        TestTomcats.await("the session has ended, and its WebSockets", () -> {
            backgroundRound();
            return hers.stream().noneMatch(Connection::open);
        });
    }

    @Test
    @DisplayName("tomcat-facts 28: values that stay on their node are unbound there when the session ends elsewhere")
    void valuesOfOneNodeAreUnboundThere() throws Exception {
        start(Map.of("sessionAttributeNameFilter", "a"));
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        visitor.get(1, "/shop/here?v=n1");
        visitor.get(2, "/shop/here?v=n2");
        backgroundRound();
        assertThat(unbound).isEmpty();
        visitor.get(3, "/shop/end");
        TestTomcats.await("both are unbound", () -> {
            backgroundRound();
            return unbound.size() >= 2;
        });
        backgroundRound();
        assertThat(unbound).containsExactlyInAnyOrder("n1 here", "n2 here");
    }
}
