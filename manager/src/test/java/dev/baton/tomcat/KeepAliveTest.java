package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.tomcat.wire.Http1Client;
import dev.baton.tomcat.wire.Seen;
import dev.baton.tomcat.wire.WireClient;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.lang.reflect.Field;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Requests of all kinds, one after the other over kept connections: each gets its own answer, and finds nothing of the
 * one before. {@code -Dbaton.keepalive=100000} for more of them.
 */
class KeepAliveTest {
    private static final int REQUESTS = Integer.getInteger("baton.keepalive", 10_000);
    private static final int CONNECTIONS = 4;
    /** Ways after which Tomcat closes the connection. */
    private static final Set<String> ENDING = Set.of("exception", "closeThenException", "listenerAfterException",
            "upgrade", "timeoutPage", "onError");

    @TempDir
    private Path directory;
    private final TestTomcats tomcats = new TestTomcats();
    private final ExecutorService clients = Executors.newFixedThreadPool(CONNECTIONS);
    private final Set<String> leftovers = ConcurrentHashMap.newKeySet();
    private final Connectors connectors = new Connectors();

    @AfterEach
    void stop() throws Exception {
        clients.shutdownNow();
        tomcats.close();
    }

    /** Looks at the pooled response before anybody else does. */
    private final class Watch extends ValveBase {
        private final Field hook;
        private final Field output;

        Watch() {
            super(true);
            try {
                hook = org.apache.coyote.Response.class.getDeclaredField("hook");
                output = org.apache.coyote.Response.class.getDeclaredField("outputBuffer");
            } catch (NoSuchFieldException e) {
                throw new AssertionError(e);
            }
            hook.setAccessible(true);
            output.setAccessible(true);
        }

        @Override
        public void invoke(Request request, Response response) throws IOException, ServletException {
            if (!request.isAsyncDispatching()) {
                look(response.getCoyoteResponse(), request.getRequestURI());
                if (RequestScope.runningRequest() != null) {
                    leftovers.add("a request, on the thread");
                }
            }
            getNext().invoke(request, response);
        }

        private void look(org.apache.coyote.Response response, String uri) {
            try {
                if (hook.get(response) instanceof ResponseHold || output.get(response) instanceof ResponseHold) {
                    leftovers.add("a hold, before " + uri);
                }
            } catch (IllegalAccessException e) {
                throw new AssertionError(e);
            }
        }
    }

    @Test
    @DisplayName("Kept connections carry mixed requests, and none meets a trace of the one before")
    void requestsOfAllKindsFollowEachOther() throws Exception {
        Path file = Files.write(directory.resolve("big"), new byte[100_000]);
        tomcats.prepare(node -> {
            node.tomcat.getConnector().setProperty("maxKeepAliveRequests", "-1");
            node.tomcat.getEngine().getPipeline().addValve(new Watch());
            // An application without Baton's manager on the same connections.
            TestTomcats.page(node.tomcat.addContext("/plain", directory.toString()), "/page", (q, r) -> {
                r.setContentLength(10);
                r.getOutputStream().print("0123456789");
            });
        });
        tomcats.start(2, Map.of(), new AnswerPages(file)::addTo);
        List<Future<Integer>> all = new ArrayList<>();
        for (int c = 0; c < CONNECTIONS; c++) {
            all.add(clients.submit(browser(new Random(c))));
        }
        int changes = 0;
        for (Future<Integer> each : all) {
            changes += each.get(10, TimeUnit.MINUTES);
        }
        assertThat(leftovers).isEmpty();
        assertThat(changes).isGreaterThan(REQUESTS / 2);
    }

    private record Call(String method, String way) {
        int size() {
            return method.equals("HEAD") ? 0 : AnswerPages.size(way);
        }
    }

    /** Every way twice, mixed. */
    private static List<Call> mixed(String protocol, Random random) {
        List<Call> calls = new ArrayList<>();
        for (int twice = 0; twice < 2; twice++) {
            Stream.concat(AnswerPages.WAYS.keySet().stream(), AnswerPages.MAKING.keySet().stream()).sorted()
                    .filter(way -> Connectors.possible(protocol, way)).map(way -> new Call("GET", way))
                    .forEach(calls::add);
            Stream.of("length", "flush", "overBuffer", "sendfile", "dispatch", "create", AnswerPages.LOGIN)
                    .map(way -> new Call("HEAD", way)).forEach(calls::add);
        }
        Collections.shuffle(calls, random);
        return calls;
    }

    @Test
    @DisplayName("Every connector's pooled objects serve requests of all kinds, failed ones too, and keep nothing of them")
    void nothingStaysInWhatIsPooled() throws Exception {
        Path file = Files.write(directory.resolve("big"), new byte[100_000]);
        tomcats.prepare(node -> {
            if (node.name.equals("n1")) {
                connectors.addTo(node, directory);
                node.tomcat.getEngine().getPipeline().addValve(new Watch());
            }
        });
        tomcats.start(2, Map.of(), new AnswerPages(file)::addTo);
        List<Future<Integer>> all = new ArrayList<>();
        for (String protocol : connectors.protocols()) {
            all.add(clients.submit(() -> {
                Random random = new Random(protocol.hashCode());
                TestTomcats.Visitor visitor = tomcats.new Visitor();
                visitor.text(1, "/shop" + AnswerPages.START);
                int changes = reuse(protocol, visitor.session(), mixed(protocol, random), true)
                        + reuse(protocol, visitor.session(), mixed(protocol, random), false);
                TestTomcats.Visitor other = tomcats.new Visitor();
                other.session(visitor.session());
                assertThat(other.text(2, "/shop/count")).as(protocol).isEqualTo(Integer.toString(changes));
                return changes;
            }));
        }
        for (Future<Integer> each : all) {
            assertThat(each.get(5, TimeUnit.MINUTES)).isPositive();
        }
        assertThat(leftovers).isEmpty();
    }

    /** @return how often the session was changed */
    private int reuse(String protocol, String session, List<Call> calls, boolean keeps) throws Exception {
        int changes = 0;
        WireClient client = connectors.client(protocol);
        String before = "";
        for (Call call : calls) {
            boolean makes = AnswerPages.MAKING.containsKey(call.way());
            client.send(call.method(), "/shop/" + call.way(), makes ? null : session,
                    Connectors.headers(protocol, call.way()));
            Seen seen = client.await();
            String name = protocol + " " + call + " after " + before;
            assertThat(seen.state()).as(name).isEqualTo(Seen.State.COMPLETE);
            assertThat(seen.status()).as(name).isEqualTo(AnswerPages.status(call.way()));
            if (!protocol.equals("gzip")) {
                assertThat(seen.body()).as(name).hasSize(call.size());
            }
            changes += makes ? 0 : 1;
            before = call.toString();
            if (!keeps || ENDING.contains(call.way()) || protocol.endsWith("HTTP/1.0")) {
                client.close();
                client = connectors.client(protocol);
            }
        }
        client.close();
        return changes;
    }

    @Test
    @DisplayName("A WriteListener that has written all is not waited for: the event would meet the connection's next request")
    void whoHasWrittenAllIsNotWaitedFor() throws Exception {
        AtomicReference<Boolean> ready = new AtomicReference<>();
        tomcats.start(1, Map.of(), context -> {
            TestTomcats.page(context, "/start", (q, r) -> q.getSession());
            TestTomcats.page(context, "/listener", (q, r) -> {
                AsyncContext async = q.startAsync();
                ServletOutputStream out = r.getOutputStream();
                r.setContentLength(10);
                out.setWriteListener(new WriteListener() {
                    @Override
                    public void onWritePossible() throws IOException {
                        if (ready.get() == null && out.isReady()) {
                            out.write("0123456789".getBytes());
                            ready.set(out.isReady());
                            async.complete();
                        }
                    }

                    @Override
                    public void onError(Throwable t) {
                        throw new AssertionError(t);
                    }
                });
            });
        });
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        visitor.text(1, "/shop/start");
        assertThat(visitor.text(1, "/shop/listener")).isEqualTo("0123456789");
        assertThat(ready.get()).as("as without a session, where all has left").isTrue();
    }

    /** What one connection sends. */
    private Callable<Integer> browser(Random random) throws Exception {
        List<String> ways = new ArrayList<>(AnswerPages.WAYS.keySet());
        ways.removeAll(ENDING);
        ways.sort(null);
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        visitor.text(1, "/shop" + AnswerPages.START);
        return () -> {
            int changes = 0;
            String before = "";
            try (Http1Client client = new Http1Client(new Socket("localhost", tomcats.nodes.get(0).port()), "HTTP/1.1")) {
                for (int i = 0; i < REQUESTS / CONNECTIONS; i++) {
                    String way = ways.get(random.nextInt(ways.size()));
                    int kind = random.nextInt(10);
                    String path = kind == 0 ? "/plain/page" : kind == 1 ? "/shop/target" : "/shop/" + way;
                    boolean head = kind == 2;
                    client.send(head ? "HEAD" : "GET", path, kind == 1 ? null : visitor.session());
                    Seen seen = client.await();
                    int size = head ? 0 : kind < 2 ? 10 : AnswerPages.size(way);
                    assertThat(seen.state()).as(i + " " + path).isEqualTo(Seen.State.COMPLETE);
                    assertThat(seen.status()).as(path).isEqualTo(kind < 2 ? 200 : AnswerPages.WAYS.get(way));
                    assertThat(seen.body()).as(i + " " + path + " after " + before).hasSize(size);
                    before = path;
                    changes += kind < 2 ? 0 : 1;
                }
            }
            TestTomcats.Visitor other = tomcats.new Visitor();
            other.session(visitor.session());
            assertThat(other.text(2, "/shop/count")).isEqualTo(Integer.toString(changes));
            return changes;
        };
    }
}
