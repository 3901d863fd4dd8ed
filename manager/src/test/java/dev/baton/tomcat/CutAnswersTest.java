package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.model.SessionKey;
import dev.baton.protocol.Change;
import dev.baton.protocol.Message;
import dev.baton.tomcat.wire.Http1Client;
import dev.baton.tomcat.wire.Http2Client;
import dev.baton.tomcat.wire.Seen;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.concurrent.ConcurrentHashMap;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.apache.coyote.http2.Http2Protocol;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;

/** Answers that wait while something happens to their connection, their neighbours, or their threads. */
class CutAnswersTest {
    @TempDir
    private Path directory;
    private final TestTomcats tomcats = new TestTomcats();
    private final List<AutoCloseable> connections = new ArrayList<>();
    private final Set<SessionKey> onTheWay = ConcurrentHashMap.newKeySet();

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable connection : connections) {
            connection.close();
        }
        tomcats.close();
    }

    private void start(Map<String, String> settings) throws Exception {
        tomcats.start(2, settings, new AnswerPages(directory)::addTo);
    }

    private TestTomcats.Visitor visitor() throws Exception {
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        assertThat(visitor.text(1, "/shop" + AnswerPages.START)).isEqualTo("started");
        return visitor;
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket("localhost", tomcats.nodes.get(0).port());
        connections.add(socket);
        return socket;
    }

    private SessionKey key(TestTomcats.Visitor visitor) {
        return new SessionKey(tomcats.nodes.get(0).manager.deployment().application().hash(),
                SessionIds.base(visitor.session()));
    }

    private boolean changes(Message message, Set<SessionKey> of) {
        boolean concerned = false;
        if (message instanceof Message.Replicate replicate) {
            for (Change change : replicate.changes()) {
                if (change instanceof Change.Applied applied && (of.isEmpty() || of.contains(applied.key()))) {
                    onTheWay.add(applied.key());
                    concerned = true;
                }
            }
        }
        return concerned;
    }

    @Test
    @DisplayName("A client that goes away while its answer waits takes nothing with it")
    void aClientThatGoesAwayLosesOnlyItsAnswer() throws Exception {
        start(Map.of());
        List<String> ways = List.of("length", "overBuffer", "noContentAndFlush", "completeAfterClose", "writeListener");
        List<TestTomcats.Visitor> visitors = new ArrayList<>();
        for (int i = 0; i < ways.size(); i++) {
            visitors.add(visitor()); // before changes are held back, behind which a new session of the segment would wait
        }
        tomcats.network.hold((to, message) -> changes(message, Set.of()));
        for (int i = 0; i < ways.size(); i++) {
            TestTomcats.Visitor visitor = visitors.get(i);
            Http1Client client = new Http1Client(connect(), "HTTP/1.1");
            client.send("GET", "/shop/" + ways.get(i), visitor.session());
            TestTomcats.await("the change is on its way", () -> onTheWay.contains(key(visitor)));
            client.close();
        }
        tomcats.network.deliverHeld();
        for (TestTomcats.Visitor visitor : visitors) {
            assertThat(visitor.text(2, "/shop/count")).isEqualTo("1");
            assertThat(visitor.text(1, "/shop/length")).isEqualTo("0123456789");
            assertThat(visitor.text(2, "/shop/count")).isEqualTo("2");
        }
    }

    @Test
    @DisplayName("What an asynchronous request changed is saved, and its locks end, where Tomcat ends it for an error")
    void anAsynchronousRequestWithAnErrorEndsAsOthers() throws Exception {
        tomcats.prepare(node -> node.tomcat.getConnector().setMaxPostSize(4));
        tomcats.start(2, Map.of("threadLocks", "attribute"), context -> {
            new AnswerPages(directory).addTo(context);
            context.setSwallowAbortedUploads(false);
        });
        TestTomcats.Visitor visitor = visitor();
        assertThat(visitor.post(1, "/shop" + AnswerPages.UPLOAD, "all=of it").statusCode()).isEqualTo(500);
        assertThat(visitor.text(2, "/shop/count")).isEqualTo("1");
        assertThat(visitor.text(1, "/shop/length")).isEqualTo("0123456789");
        assertThat(visitor.text(2, "/shop/count")).isEqualTo("2");
    }

    @Test
    @DisplayName("HTTP/2: a stream whose change is not acknowledged is reset, the others of the connection go on")
    void aStreamIsCutWithoutItsConnection() throws Exception {
        tomcats.prepare(node -> node.tomcat.getConnector().addUpgradeProtocol(new Http2Protocol()));
        start(Map.of("commitTimeout", "3000"));
        TestTomcats.Visitor unlucky = visitor();
        TestTomcats.Visitor lucky = visitor();
        while (key(lucky).segment() == key(unlucky).segment()) {
            lucky = visitor();
        }
        Set<SessionKey> lost = Set.of(key(unlucky));
        tomcats.network.lose((to, message) -> changes(message, lost));
        Http2Client client = new Http2Client(connect());
        client.send("GET", "/shop/overBuffer", unlucky.session());
        int cut = client.stream();
        client.send("GET", "/shop/overBuffer", lucky.session());
        assertThat(client.await().state()).isEqualTo(Seen.State.COMPLETE);
        TestTomcats.await("the stream is reset", () -> {
            try {
                client.drain(1);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            return client.seen(cut).state() != Seen.State.PENDING;
        });
        assertThat(client.seen(cut).state()).isEqualTo(Seen.State.BROKEN);
        client.send("GET", "/shop/length", lucky.session());
        Seen next = client.await();
        assertThat(next.state()).isEqualTo(Seen.State.COMPLETE);
        assertThat(next.body()).hasSize(10);
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    @DisplayName("Virtual threads are not pinned while they wait for tokens, look-ups and acknowledgements")
    void virtualThreadsAreNotPinned() throws Exception {
        tomcats.prepare(node -> node.tomcat.getConnector().setProperty("useVirtualThreads", "true"));
        start(Map.of("commitTimeout", "60000", "lockTimeout", "60000"));
        Path file = directory.resolve("pinned.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("jdk.VirtualThreadPinned").withThreshold(Duration.ofMillis(20)).withStackTrace();
            recording.start();
            List<String> sessions = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                // Every other session is the other node's.
                TestTomcats.Visitor visitor = tomcats.new Visitor();
                visitor.text(1 + i % 2, "/shop" + AnswerPages.START);
                sessions.add(visitor.session());
            }
            tomcats.network.hold((to, message) -> changes(message, Set.of())
                    || message instanceof Message.Lookup || message instanceof Message.Acquire);
            List<Http1Client> clients = new ArrayList<>();
            for (String session : sessions) {
                Http1Client client = new Http1Client(connect(), "HTTP/1.1");
                client.send("GET", "/shop/" + (clients.size() % 4 < 2 ? "length" : "completeAfterClose"), session);
                clients.add(client);
            }
            for (Http1Client client : clients) {
                assertThat(client.look(2).state()).isEqualTo(Seen.State.PENDING);
            }
            tomcats.network.deliverHeld();
            for (Http1Client client : clients) {
                assertThat(client.await().status()).isEqualTo(200);
            }
            recording.stop();
            recording.dump(file);
        }
        assertThat(RecordingFile.readAllEvents(file).stream().filter(CutAnswersTest::ours).map(CutAnswersTest::stack)
                .distinct()).as("pinned by our waits").isEmpty();
    }

    private static String stack(RecordedEvent event) {
        return event.getStackTrace().getFrames().stream()
                .map(f -> f.getMethod().getType().getName() + "." + f.getMethod().getName() + ":" + f.getLineNumber())
                .collect(Collectors.joining("\n"));
    }

    private static boolean ours(RecordedEvent event) {
        return event.getStackTrace() != null && event.getStackTrace().getFrames().stream()
                .anyMatch(f -> f.getMethod().getType().getName().startsWith("dev.baton"));
    }
}
