package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.model.SessionKey;
import dev.baton.protocol.Change;
import dev.baton.protocol.Message;
import dev.baton.tomcat.wire.AjpClient;
import dev.baton.tomcat.wire.Seen;
import dev.baton.tomcat.wire.WireClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a client has when the backups do not have the change: never a complete answer. Every way to end an answer over
 * every protocol, all at once, each with a connection of its own, and with a session of its own: one that is there, or
 * one that the request makes.
 */
class AnswerWaitsTest {
    private static final Set<String> BODY_WANTED = Set.of(AnswerPages.LOGIN, "readListener");

    @TempDir
    private Path directory;
    private final TestTomcats tomcats = new TestTomcats();
    private final Connectors connectors = new Connectors();
    private final List<Call> calls = new ArrayList<>();
    /** Sessions of which a change is held back, or lost, on its way to the backup. */
    private final Set<SessionKey> onTheWay = ConcurrentHashMap.newKeySet();
    /** Sessions whose creation is. */
    private final Set<SessionKey> made = ConcurrentHashMap.newKeySet();

    /** @param session null where the request makes one */
    private record Call(String protocol, String method, String way, String session, WireClient client) {
        String name() {
            return protocol + " " + method + " " + way;
        }

        int status() {
            return AnswerPages.status(way);
        }

        boolean makes() {
            return session == null;
        }
    }

    @AfterEach
    void stop() throws Exception {
        for (Call call : calls) {
            call.client().close();
        }
        tomcats.close();
    }

    private void start(String commitTimeout) throws Exception {
        Path file = Files.write(directory.resolve("big"), new byte[100_000]);
        AnswerPages pages = new AnswerPages(file);
        tomcats.prepare(node -> {
            if (node.name.equals("n1")) {
                connectors.addTo(node, directory);
            }
        });
        tomcats.start(2, Map.of("commitTimeout", commitTimeout), pages::addTo);
        for (String protocol : connectors.protocols()) {
            for (String way : AnswerPages.WAYS.keySet()) {
                if (Connectors.possible(protocol, way)) {
                    call(protocol, "GET", way);
                }
            }
            for (String way : List.of("length", "flush", "overBuffer", "sendfile", "dispatch")) {
                call(protocol, "HEAD", way);
            }
            for (String way : AnswerPages.MAKING.keySet()) {
                calls.add(new Call(protocol, "GET", way, null, connectors.client(protocol)));
                calls.add(new Call(protocol, "HEAD", way, null, connectors.client(protocol)));
            }
        }
    }

    private void call(String protocol, String method, String way) throws Exception {
        TestTomcats.Visitor visitor = tomcats.new Visitor();
        assertThat(visitor.text(1, "/shop" + AnswerPages.START)).isEqualTo("started");
        calls.add(new Call(protocol, method, way, visitor.session(), connectors.client(protocol)));
    }

    private void sendAll() throws IOException {
        for (Call call : calls) {
            call.client().send(call.method(), "/shop/" + call.way(), call.session(),
                    Connectors.headers(call.protocol(), call.way()));
        }
    }

    /** Notes of whose change it knows by this message. */
    private boolean replicates(Message message) {
        if (!(message instanceof Message.Replicate replicate)) {
            return false;
        }
        for (Change change : replicate.changes()) {
            if (change instanceof Change.Applied applied) {
                onTheWay.add(applied.key());
            } else if (change instanceof Change.Created created) {
                made.add(created.key());
            }
        }
        return true;
    }

    /** Where a request's body is wanted, Tomcat asks for it, and waits to be told that there is none. */
    private void answerAjp() {
        try {
            for (Call call : calls) {
                if (call.client() instanceof AjpClient && BODY_WANTED.contains(call.way())) {
                    call.client().look(1);
                }
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void awaitChanges() {
        long application = tomcats.nodes.get(0).manager.deployment().application().hash();
        long making = calls.stream().filter(Call::makes).count();
        TestTomcats.await("every new session is on its way to the backup", () -> {
            answerAjp();
            return made.size() == making;
        });
        try {
            TestTomcats.await("every change is on its way to the backup", () -> {
                answerAjp();
                return calls.stream().filter(c -> !c.makes()).allMatch(
                        c -> onTheWay.contains(new SessionKey(application, SessionIds.base(c.session()))));
            });
        } catch (AssertionError e) {
            throw new AssertionError("no change by " + calls.stream().filter(c -> !c.makes() && !onTheWay.contains(
                    new SessionKey(application, SessionIds.base(c.session())))).map(Call::name).toList(), e);
        }
    }

    private String countElsewhere(String session) throws Exception {
        TestTomcats.Visitor other = tomcats.new Visitor();
        other.session(session);
        return other.text(2, "/shop/count");
    }

    @Test
    @DisplayName("I11: no client sees a complete answer before the change is on the backup, and each one does then")
    void theAnswerIsCompleteWhenTheBackupHasTheChangeAndNotBefore() throws Exception {
        start("60000");
        tomcats.network.hold((to, message) -> replicates(message));
        sendAll();
        awaitChanges();
        Set<String> early = new TreeSet<>();
        for (Call call : calls) {
            Seen seen = call.client().look(2);
            if (seen.state() != Seen.State.PENDING) {
                early.add(call.name() + ": " + seen);
            }
        }
        assertThat(early).as("complete before the change was on the backup").isEmpty();
        tomcats.network.deliverHeld();
        Set<String> wrong = new TreeSet<>();
        for (Call call : calls) {
            Seen seen = call.client().await();
            int size = call.method().equals("HEAD") ? 0 : AnswerPages.size(call.way());
            boolean right = seen.state() == Seen.State.COMPLETE && seen.status() == call.status()
                    && (call.protocol().equals("gzip") || seen.body().length == size);
            if (!right) {
                wrong.add(call.name() + ": " + seen);
            }
        }
        assertThat(wrong).as("not the right answer afterwards").isEmpty();
        List<String> counts = new ArrayList<>();
        for (Call call : calls) {
            if (call.makes()) {
                counts.add(call.way().equals(AnswerPages.LOGIN) ? "none" : "1");
            } else {
                assertThat(countElsewhere(call.session())).as(call.name()).isEqualTo("1");
            }
        }
        List<String> countsMade = new ArrayList<>();
        for (SessionKey key : made) {
            countsMade.add(countElsewhere(key.id()));
        }
        assertThat(countsMade).as("of the new sessions").containsExactlyInAnyOrderElementsOf(counts);
    }

    @Test
    @DisplayName("I11: where the change does not reach the backup no client ever sees a complete success")
    void theAnswerIsNeverCompleteWhereTheBackupDoesNotGetTheChange() throws Exception {
        start("3000");
        tomcats.network.lose((to, message) -> replicates(message));
        sendAll();
        awaitChanges();
        Set<String> wrong = new TreeSet<>();
        int refused = 0;
        for (Call call : calls) {
            Seen seen = call.client().await();
            if (seen.state() == Seen.State.COMPLETE && seen.status() == 503) {
                refused++;
            } else if (seen.state() == Seen.State.COMPLETE) {
                wrong.add(call.name() + ": " + seen);
            }
        }
        assertThat(wrong).as("complete, and the change on no backup").isEmpty();
        assertThat(refused).as("answers that had not begun are refused with 503").isPositive();
    }
}
