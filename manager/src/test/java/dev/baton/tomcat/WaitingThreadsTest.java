package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.protocol.Message;
import dev.baton.tomcat.wire.Http1Client;
import dev.baton.tomcat.wire.Http2Client;
import dev.baton.tomcat.wire.Seen;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.catalina.Context;
import org.apache.coyote.http2.Http2Protocol;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Requests that wait for sessions never take more than half of the connector's threads, which are ten here. */
class WaitingThreadsTest {
    private static final int MANY = 20;
    private static final int MAY_WAIT = 5;

    private final TestTomcats tomcats = new TestTomcats();
    private final List<AutoCloseable> connections = new ArrayList<>();
    private final CountDownLatch inside = new CountDownLatch(1);
    private final CountDownLatch leave = new CountDownLatch(1);

    @AfterEach
    void stop() throws Exception {
        leave.countDown();
        for (AutoCloseable connection : connections) {
            connection.close();
        }
        tomcats.close();
    }

    private void start(Map<String, String> settings) throws Exception {
        tomcats.prepare(node -> {
            node.tomcat.getConnector().setProperty("maxThreads", "10");
            node.tomcat.getConnector().addUpgradeProtocol(new Http2Protocol());
        });
        tomcats.start(2, settings, this::application);
    }

    private void application(Context context) {
        TestTomcats.page(context, "/set", (q, r) -> {
            q.getSession().setAttribute("a", q.getParameter("value"));
            r.getWriter().print("set");
        });
        TestTomcats.page(context, "/get", (q, r) -> {
            r.getWriter().print(q.getSession(false).getAttribute("a"));
        });
        TestTomcats.page(context, "/stay", (q, r) -> {
            q.getSession(false).setAttribute("a", "stayed");
            inside.countDown();
            try {
                leave.await(60, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        });
        TestTomcats.page(context, "/free", (q, r) -> r.getWriter().print("free"));
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket("localhost", tomcats.nodes.get(0).port());
        connections.add(socket);
        return socket;
    }

    private List<Http1Client> sendMany(String version, String path, List<String> sessions) throws IOException {
        List<Http1Client> clients = new ArrayList<>();
        for (String session : sessions) {
            Http1Client client = new Http1Client(connect(), version);
            client.send("GET", path, session);
            clients.add(client);
        }
        return clients;
    }

    /** Waits until all but so many have an answer, which is a refusal with a time to come back. */
    private static List<Http1Client> refusedBut(int left, List<Http1Client> clients, String reason) {
        List<Http1Client> open = new ArrayList<>(clients);
        TestTomcats.await(left + " of " + clients.size() + " wait", () -> {
            open.removeIf(client -> {
                try {
                    Seen seen = client.look(1);
                    if (seen.state() == Seen.State.COMPLETE) {
                        assertThat(seen.status()).isEqualTo(503);
                        assertThat(new String(seen.body())).contains(reason);
                    }
                    return seen.state() == Seen.State.COMPLETE;
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            return open.size() <= left;
        });
        assertThat(open).hasSize(left);
        return open;
    }

    private void served() throws Exception {
        assertThat(tomcats.new Visitor().text(1, "/shop/free")).isEqualTo("free");
    }

    @Test
    @DisplayName("Twenty streams of one session over HTTP/2 wait with half of the threads, the others hear 503 at once")
    void streamsOfOneSessionDoNotTakeAllThreads() throws Exception {
        start(Map.of("lockTimeout", "60000"));
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        visitor.text(1, "/shop/set?value=1");
        Http1Client other = new Http1Client(new Socket("localhost", tomcats.nodes.get(1).port()), "HTTP/1.1");
        connections.add(other);
        other.send("GET", "/shop/stay", visitor.session());
        assertThat(inside.await(30, TimeUnit.SECONDS)).isTrue();
        Http2Client client = new Http2Client(connect());
        List<Integer> open = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            client.send("GET", "/shop/get", visitor.session());
            open.add(client.stream());
        }
        TestTomcats.await("all but some are refused", () -> {
            drain(client, 1);
            open.removeIf(stream -> {
                Seen seen = client.seen(stream);
                assertThat(seen.status()).isIn(0, 503);
                return seen.state() == Seen.State.COMPLETE;
            });
            return open.size() <= MAY_WAIT;
        });
        assertThat(open).hasSize(MAY_WAIT);
        served();
        leave.countDown();
        TestTomcats.await("those that waited are served", () -> {
            drain(client, 1);
            return open.stream().allMatch(stream -> client.seen(stream).state() == Seen.State.COMPLETE
                    && client.seen(stream).status() == 200);
        });
    }

    private static void drain(Http2Client client, int millis) {
        try {
            client.drain(millis);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @DisplayName("The store does not answer: requests without a session are served, of the others half the threads wait")
    void lookUpsThatNobodyAnswersDoNotTakeAllThreads() throws Exception {
        start(Map.of("lockTimeout", "60000"));
        List<String> sessions = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            TestTomcats.Visitor visitor = tomcats.new Visitor();
            visitor.text(2, "/shop/set?value=1");
            sessions.add(visitor.session());
        }
        tomcats.network.hold((to, message) -> message instanceof Message.Lookup);
        List<Http1Client> open = refusedBut(MAY_WAIT, sendMany("HTTP/1.1", "/shop/get", sessions), "too many requests wait");
        served();
        tomcats.network.deliverHeld();
        for (Http1Client client : open) {
            assertThat(client.await().status()).isEqualTo(200);
        }
    }

    @Test
    @DisplayName("Acknowledgements do not come: answers are held without a thread, more of them than there are threads")
    void answersAreHeldWithoutThreads() throws Exception {
        acknowledgementsThatDoNotCome("HTTP/1.1");
    }

    @Test
    @DisplayName("The same where answers need their threads: after a second only half of the threads go on waiting")
    void acknowledgementsThatDoNotComeDoNotTakeAllThreads() throws Exception {
        acknowledgementsThatDoNotCome("HTTP/1.0");
    }

    private void acknowledgementsThatDoNotCome(String version) throws Exception {
        start(Map.of("commitTimeout", "60000"));
        List<String> sessions = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            TestTomcats.Visitor visitor = tomcats.new Visitor();
            visitor.text(1, "/shop/set?value=1");
            sessions.add(visitor.session());
        }
        tomcats.network.hold((to, message) -> message instanceof Message.Replicate);
        List<Http1Client> all = sendMany(version, "/shop/set?value=2", sessions);
        List<Http1Client> open = version.equals("HTTP/1.1") ? all : refusedBut(MAY_WAIT, all, "outcome unknown");
        served();
        for (Http1Client client : open) {
            assertThat(client.look(1).state()).isEqualTo(Seen.State.PENDING);
        }
        tomcats.network.deliverHeld();
        for (Http1Client client : open) {
            assertThat(client.await().status()).isEqualTo(200);
        }
        for (String session : sessions) {
            TestTomcats.Visitor visitor = tomcats.new Visitor();
            visitor.session(session);
            assertThat(visitor.text(2, "/shop/get")).isEqualTo("2");
        }
    }
}
