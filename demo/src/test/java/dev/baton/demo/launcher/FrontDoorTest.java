package dev.baton.demo.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import dev.baton.demo.wire.NodeLine;
import dev.baton.demo.wire.TraceRow;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The one address in front of stand-ins for the Tomcats. */
@Timeout(60)
class FrontDoorTest {
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5)).build();
    private final List<String> done = new CopyOnWriteArrayList<>();
    private StubNode node1;
    private StubNode node2;
    private FrontDoor door;

    @BeforeEach
    void open() throws Exception {
        node1 = new StubNode("node1");
        node2 = new StubNode("node2");
        ReverseProxy.Nodes nodes = new ReverseProxy.Nodes() {
            @Override
            public List<NodeLine> lines() {
                return List.of(node1.line(), node2.line());
            }

            @Override
            public URI address(String name) {
                return URI.create("http://127.0.0.1:" + (name.equals("node1") ? node1 : node2).line().port());
            }

            @Override
            public Figures figures(String name, String sessionId) {
                return Figures.parse("version=4\nsessionBytes=900\ncommit=4 77 900\n");
            }
        };
        ControlPath.Actions actions = new ControlPath.Actions() {
            @Override
            public Set<String> names() {
                return Set.of("node1", "node2");
            }

            @Override
            public void kill(String node) {
                done.add("kill " + node);
            }

            @Override
            public void start(String node) throws DemoFailed {
                done.add("start " + node);
                throw new DemoFailed(node + " ended with exit value 3 while starting\nlog <tail>");
            }
        };
        Balancer balancer = new Balancer(DemoOptions.Balance.STICKY);
        door = new FrontDoor(0, new ReverseProxy(nodes, balancer, new TraceBook(), client), new ControlPath(actions));
    }

    @AfterEach
    void close() {
        Stream.of(door, node1, node2).forEach(c -> {
            try {
                c.close();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
    }

    private HttpResponse<String> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(door.address().resolve(path));
        return send(headers.length == 0 ? request : request.headers(headers));
    }

    private HttpResponse<String> post(String path, String body, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(door.address().resolve(path))
                .POST(HttpRequest.BodyPublishers.ofString(body));
        return send(headers.length == 0 ? request : request.headers(headers));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.timeout(Duration.ofSeconds(20)).build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void passesRequestAndAnswerOnWithoutTheirConnectionHeaders() throws Exception {
        node2.answer = (exchange, body) -> {
            exchange.getResponseHeaders().add("Set-Cookie", "a=1");
            exchange.getResponseHeaders().add("Set-Cookie", "b=2");
            StubNode.text(exchange, 201, "made");
        };
        HttpResponse<String> answer = post("/p%20a?q=%26", "x=1&y=ü", "Cookie", "JSESSIONID=A.node2", "X-Own", "kept");
        assertThat(answer.statusCode()).isEqualTo(201);
        assertThat(answer.body()).isEqualTo("made");
        assertThat(answer.headers().allValues("Set-Cookie")).containsExactlyInAnyOrder("a=1", "b=2");
        assertThat(answer.headers().firstValue("Demo-Served-By")).contains("node2");
        StubNode.Seen seen = node2.seen.get(0);
        assertThat(List.of(seen.method(), seen.target(), seen.body()))
                .containsExactly("POST", "/p%20a?q=%26", "x=1&y=ü");
        assertThat(seen.header("X-own")).isEqualTo("kept");
        assertThat(seen.header("X-forwarded-host")).isEqualTo(door.address().getAuthority());
        assertThat(node1.seen).isEmpty();
    }

    @Test
    void theVisitorsCookieChoosesTheNode() throws Exception {
        get("/", "Cookie", "JSESSIONID=A.node2; demo-node=node1");
        assertThat(node1.seen).hasSize(1);
        assertThat(node2.seen).isEmpty();
    }

    @Test
    void tellsTheShopOfNodesAndRequestsAndLetsNobodyElseTell() throws Exception {
        get("/first", "Cookie", "JSESSIONID=A.node2");
        get("/second", "Cookie", "JSESSIONID=A.node2", "Demo-Trace", "forged", "Demo-Launcher", "yes");
        StubNode.Seen seen = node2.seen.get(1);
        assertThat(NodeLine.parse(seen.header("Demo-nodes"))).containsExactly(node1.line(), node2.line());
        assertThat(TraceRow.parse(seen.header("Demo-trace"))).extracting(TraceRow::request, TraceRow::node,
                TraceRow::sentBytes, TraceRow::sessionBytes)
                .containsExactly(tuple("GET /first", "node2", 77L, 900L));
        assertThat(seen.headers()).doesNotContainKey("Demo-launcher");
    }

    @Test
    void aNodeThatRefusesTheConnectionIsPassedOverAlsoByAPost() throws Exception {
        node2.close();
        HttpResponse<String> answer = post("/cart", "quantity=2", "Cookie", "JSESSIONID=A.node2");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(node1.seen).extracting(StubNode.Seen::body).containsExactly("quantity=2");
    }

    @Test
    void aPostThatANodeHadWhenItBrokeOffIsNotSentTwice() throws Exception {
        node2.answer = (exchange, body) -> exchange.close();
        HttpResponse<String> answer = post("/cart", "quantity=2", "Cookie", "JSESSIONID=A.node2");
        assertThat(answer.statusCode()).isEqualTo(502);
        assertThat(node2.seen).hasSize(1);
        assertThat(node1.seen).isEmpty();
        assertThat(get("/cart", "Cookie", "JSESSIONID=A.node2").statusCode()).as("a GET is tried elsewhere")
                .isEqualTo(200);
        assertThat(node1.seen).hasSize(1);
    }

    @Test
    void nobodyRunning() throws Exception {
        node1.close();
        node2.close();
        HttpResponse<String> answer = get("/");
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).contains("1");
    }

    @Test
    void largeAnswersStreamAndAnswersWithoutBodyHaveNone() throws Exception {
        String large = "0123456789".repeat(100_000);
        node1.answer = (exchange, body) -> StubNode.text(exchange, 200, large);
        assertThat(get("/", "Cookie", "demo-node=node1").body()).isEqualTo(large);
        node1.answer = (exchange, body) -> {
            exchange.getResponseHeaders().set("Location", "/");
            exchange.sendResponseHeaders(303, -1);
        };
        HttpResponse<String> answer = post("/cart", "", "Cookie", "demo-node=node1");
        assertThat(answer.statusCode()).isEqualTo(303);
        assertThat(answer.headers().firstValue("Location")).contains("/");
        assertThat(answer.body()).isEmpty();
        node1.answer = (exchange, body) -> StubNode.text(exchange, 204, "");
        assertThat(get("/", "Cookie", "demo-node=node1").statusCode()).isEqualTo(204);
    }

    @Test
    void anOverlongRequestIsRefused() throws Exception {
        assertThat(post("/cart", "x".repeat(ReverseProxy.MAX_REQUEST_BYTES + 1)).statusCode()).isEqualTo(413);
        assertThat(node1.seen).isEmpty();
        assertThat(node2.seen).isEmpty();
    }

    @Test
    void onlyItsOwnNamesAndUsualMethodsAreServed() throws Exception {
        String own = door.address().getAuthority();
        assertThat(raw("GET / HTTP/1.1", "evil.example:" + door.address().getPort())).startsWith("HTTP/1.1 421");
        assertThat(raw("POST /control/kill?node=node1 HTTP/1.1", "evil.example")).startsWith("HTTP/1.1 421");
        assertThat(raw("TRACE / HTTP/1.1", own)).startsWith("HTTP/1.1 405");
        assertThat(raw("GET / HTTP/1.1", "localhost:" + door.address().getPort())).startsWith("HTTP/1.1 200");
        assertThat(done).isEmpty();
    }

    private String raw(String line, String host) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", door.address().getPort())) {
            socket.setSoTimeout(20_000);
            OutputStream out = socket.getOutputStream();
            String head = line + "\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
            out.write(head.getBytes(StandardCharsets.US_ASCII));
            out.flush();
            InputStream in = socket.getInputStream();
            return new String(in.readNBytes(12), StandardCharsets.US_ASCII);
        }
    }

    @Test
    void buttonsAreForThisSitesPagesOnly() throws Exception {
        String own = door.address().toString();
        assertThat(post("/control/kill", "node=node1", "Origin", own).statusCode()).isEqualTo(303);
        assertThat(post("/control/kill", "node=node2").statusCode()).as("a local program").isEqualTo(303);
        assertThat(done).containsExactly("kill node1", "kill node2");
        assertThat(post("/control/kill", "node=node1", "Origin", "http://evil.example").statusCode()).isEqualTo(403);
        assertThat(post("/control/kill", "node=node1", "Origin", "null").statusCode()).isEqualTo(403);
        assertThat(post("/control/kill", "node=node1", "Sec-Fetch-Site", "cross-site").statusCode()).isEqualTo(403);
        assertThat(get("/control/kill?node=node1").statusCode()).isEqualTo(405);
        assertThat(done).hasSize(2);
    }

    @Test
    void buttonsNameNodesThatThereAre() throws Exception {
        assertThat(post("/control/kill", "node=node9").statusCode()).isEqualTo(400);
        assertThat(post("/control/kill", "").statusCode()).isEqualTo(400);
        assertThat(post("/control/kill", "node=%zz").statusCode()).isEqualTo(400);
        assertThat(post("/control/dance", "node=node1").statusCode()).isEqualTo(404);
        assertThat(done).isEmpty();
    }

    @Test
    void aStartThatFailsSaysWhy() throws Exception {
        HttpResponse<String> answer = post("/control/start", "node=node2");
        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(answer.body()).contains("node2 ended with exit value 3", "log &lt;tail&gt;");
    }

    @Test
    void choosingSetsACookieAndLeavingItToTheBalancerTakesItBack() throws Exception {
        assertThat(post("/control/choose", "node=node2").headers().firstValue("Set-Cookie").orElseThrow())
                .startsWith("demo-node=node2; Path=/").doesNotContain("Max-Age");
        assertThat(post("/control/choose", "node=").headers().firstValue("Set-Cookie").orElseThrow())
                .startsWith("demo-node=;").contains("Max-Age=0");
    }

    @Test
    void aVisitorSendsAgainUnderTheSameNumberUntilConfirmed() throws Exception {
        StubShop shop = new StubShop();
        node1.answer = shop;
        node2.answer = shop;
        Visitor visitor = new Visitor(door.address(), client);
        visitor.add("tea", 2, "node1");
        shop.refuse(2);
        Visitor.Confirmed confirmed = visitor.add("tea", 3, "node2");
        assertThat(confirmed.attempts()).isEqualTo(3);
        assertThat(confirmed.node()).isEqualTo("node2");
        assertThat(visitor.session()).isEqualTo("S.node1");
        assertThat(visitor.compare(null)).isEmpty();
        shop.forget();
        assertThat(visitor.compare(null)).contains("change 1 (2 × tea, confirmed by node1) is lost");
        node1.answer = (exchange, body) -> StubNode.text(exchange, 404, "");
        assertThatThrownBy(() -> visitor.add("tea", 1, "node1")).isInstanceOf(DemoFailed.class)
                .hasMessageContaining("404");
    }
}
