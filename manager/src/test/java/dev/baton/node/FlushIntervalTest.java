package dev.baton.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.access.AccessLog;
import dev.baton.model.AttributeChange;
import dev.baton.model.Fence;
import dev.baton.model.Settings.Acknowledge;
import dev.baton.protocol.Denial;
import dev.baton.protocol.Effect;
import dev.baton.protocol.Input;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** S5: synchronisation as routine maintenance, in a time that the test moves. */
@Timeout(60)
class FlushIntervalTest {
    private static final ApplicationSettings EVERY_SECOND =
            ApplicationSettings.DEFAULT.withAcknowledge(Acknowledge.NONE).withFlushNanos(TimeUnit.SECONDS.toNanos(1));

    private ScriptedNode n;

    /** Says when it is written. */
    private static final class Told implements Serializable {
        private static final long serialVersionUID = 1L;
        private static Runnable whenWritten = () -> { };

        private void writeObject(ObjectOutputStream out) throws IOException {
            whenWritten.run();
            out.defaultWriteObject();
        }
    }

    @BeforeEach
    void start() {
        begin(EVERY_SECOND);
    }

    private void begin(ApplicationSettings settings) {
        if (n != null) {
            n.close();
        }
        n = new ScriptedNode(settings);
        n.grantEverything(Map.of("n", 1, "list", new java.util.ArrayList<>(List.of("a"))));
    }

    @AfterEach
    void stop() {
        Told.whenWritten = () -> { };
        n.close();
    }

    private void write(int value) {
        write("id", value);
    }

    private void write(String id, Object value) {
        AccessLog log = n.enter(id);
        log.state().set("n", value, log);
        assertThat(n.shop.finish(log, 0).sent()).isFalse();
    }

    /** Time passes by seconds, and so do the rounds, until one has done that. */
    private void awaitRound(String what, BooleanSupplier done) {
        TestCluster.await(what, () -> {
            n.pass(1, TimeUnit.SECONDS);
            return done.getAsBoolean();
        });
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(40, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private List<Input.Commit> commits() {
        return n.core.given(Input.Commit.class);
    }

    @Test
    @DisplayName("S5: requests send nothing; the round sends what they changed, set or in place, as one delta")
    void severalRequestsOneDelta() {
        write(2);
        write(3);
        AccessLog log = n.enter("id");
        @SuppressWarnings("unchecked")
        List<String> list = (List<String>) log.state().get("list", log);
        list.add("b");
        n.shop.finish(log, 0);
        n.pass(900, TimeUnit.MILLISECONDS);
        assertThat(commits()).isEmpty();
        n.pass(100, TimeUnit.MILLISECONDS);
        TestCluster.await("the round", () -> commits().size() == 1);
        assertThat(commits().get(0).delta().base()).isEqualTo(1);
        assertThat(commits().get(0).delta().changes()).extracting(AttributeChange::name).containsExactly("list", "n");
        n.pass(5, TimeUnit.SECONDS);
        write(4);
        awaitRound("the next round", () -> commits().size() == 2);
        assertThat(commits().get(1).delta().changes()).extracting(AttributeChange::name).containsExactly("n");
    }

    @Test
    @DisplayName("S5: values that block while they are written keep one round, and nothing else of the node")
    void roundsDoNotOverlap() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicInteger writing = new AtomicInteger();
        Told.whenWritten = () -> {
            writing.incrementAndGet();
            await(goOn);
        };
        for (String id : List.of("a", "b", "c")) {
            write(id, new Told());
        }
        awaitRound("a round", () -> writing.get() > 0);
        for (int i = 0; i < 5; i++) {
            n.pass(1, TimeUnit.SECONDS);
        }
        AccessLog log = n.shop.enterAsync(n.shop.state("other"), TestCluster.LONG).toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
        n.shop.leave(log);
        assertThat(writing).hasValue(1);
        goOn.countDown();
        awaitRound("all", () -> commits().size() == 3);
    }

    @Test
    @DisplayName("S5: a value that fails while it is written keeps no other session from its round, and is tried again")
    void aRoundOutlivesAFailure() {
        Told.whenWritten = () -> {
            throw new NoClassDefFoundError("gone");
        };
        List<String> ids = IntStream.range(0, 40).mapToObj(i -> "failing" + i).toList();
        ids.forEach(id -> write(id, new Told()));
        write("other", 2);
        awaitRound("the sound one", () -> commits().size() == 1);
        assertThat(commits().get(0).key()).isEqualTo(n.key("other"));
        awaitRound("all were tried", () -> ids.stream().allMatch(id -> n.said.contains("ERROR the changes of "
                + n.key(id) + " could not be synchronised")));
        Told.whenWritten = () -> { };
        awaitRound("the others", () -> commits().size() == 1 + ids.size());
    }

    @Test
    @DisplayName("S5: before the token goes back the changes go")
    void changesGoBeforeTheToken() {
        write(2);
        n.happen(new Effect.CloseGate(n.key("id")));
        TestCluster.await("the token", () -> n.core.given(Input.Idle.class).size() == 1);
        assertThat(commits()).hasSize(1);
        assertThat(n.core.inputs.indexOf(commits().get(0)))
                .isLessThan(n.core.inputs.indexOf(n.core.given(Input.Idle.class).get(0)));
    }

    @Test
    @DisplayName("S5: so they do where the node's inbox is full")
    void changesGoThroughAFullInbox() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch full = new CountDownLatch(1);
        CountDownLatch handedOver = new CountDownLatch(1);
        write(2);
        AtomicInteger steps = new AtomicInteger();
        n.core.answer(in -> {
            int step = steps.incrementAndGet();
            if (step == 1) {
                begun.countDown();
                await(full);
                return List.of(new Effect.CloseGate(n.key("id")));
            }
            if (step == 2) {
                await(handedOver);
            }
            return List.of();
        });
        Thread loop = new Thread(() -> n.node.forget("nobody"));
        loop.start();
        await(begun);
        for (int i = 0; i <= ScriptedNode.INBOX; i++) { // one goes into the second step
            n.node.forget("nobody");
        }
        full.countDown();
        TestCluster.await("the token", () -> n.shop.state("id").token().gate().closed());
        handedOver.countDown();
        loop.join(TimeUnit.SECONDS.toMillis(20));
        assertThat(n.core.inputs.subList(n.core.inputs.size() - 2, n.core.inputs.size()))
                .<Class<?>>extracting(Object::getClass).containsExactly(Input.Commit.class, Input.Idle.class);
    }

    @Test
    @DisplayName("S5: so they do where the application fails while it prepares the session")
    void changesGoWhateverTheApplicationDoes() {
        n.handsOver = true;
        n.whenHandedOver = access -> {
            throw new IllegalStateException("a listener's fault");
        };
        write(2);
        n.happen(new Effect.CloseGate(n.key("id")));
        TestCluster.await("the token", () -> n.core.given(Input.Idle.class).size() == 1);
        assertThat(commits()).hasSize(1);
        assertThat(n.said).contains("ERROR " + n.key("id") + " could not be prepared for another process");
    }

    @Test
    @DisplayName("S5: a token whose changes cannot be written goes back, and the log says that it went without them")
    void aTokenWithoutItsChangesIsReported() {
        Told.whenWritten = () -> {
            throw new NoClassDefFoundError("gone");
        };
        write("id", new Told());
        n.happen(new Effect.CloseGate(n.key("id")));
        TestCluster.await("the token", () -> n.core.given(Input.Idle.class).size() == 1);
        TestCluster.await("the report", () -> n.said.contains("ERROR " + n.key("id")
                + " went back to the store without the last changes that were made here"));
        assertThat(commits()).isEmpty();
    }

    @Test
    @DisplayName("S5: who is given up with the node is reported where the store may not have all of it")
    void whatIsGivenUpIsReported() {
        write(2);
        write("other", 3);
        for (String id : List.of("id", "other", "reader")) {
            n.enter(id); // and stays
        }
        n.node.stop(0);
        assertThat(n.said).filteredOn(s -> s.startsWith("ERROR")).singleElement().asString()
                .startsWith("ERROR given up here with changes that the store may not have: 2 sessions, session-");
    }

    @Test
    @DisplayName("S5: so they do where the token before was lost while the application still prepared the session for it")
    void changesGoBeforeTheNextToken() {
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        List<Boolean> alone = new CopyOnWriteArrayList<>();
        n.handsOver = true;
        n.whenHandedOver = access -> {
            alone.add(access.state().inside() == 0 && !access.lost());
            first.countDown();
            await(goOn);
        };
        write(2);
        n.happen(new Effect.CloseGate(n.key("id")));
        await(first);
        n.happen(new Effect.TokenLost(n.key("id"), Denial.FENCED));
        write(3);
        n.happen(new Effect.CloseGate(n.key("id")));
        goOn.countDown();
        TestCluster.await("the token", () -> n.core.given(Input.Idle.class).size() == 1);
        assertThat(alone).containsExactly(true, true);
        assertThat(commits()).hasSize(1);
        assertThat(n.core.inputs.indexOf(commits().get(0)))
                .isLessThan(n.core.inputs.indexOf(n.core.given(Input.Idle.class).get(0)));
    }

    @Test
    @DisplayName("S5: the request that lets the token go sends its changes itself")
    void theLastRequestSends() {
        AccessLog log = n.enter("id");
        log.state().set("n", 2, log);
        n.happen(new Effect.CloseGate(n.key("id")));
        assertThat(n.shop.finish(log, 0).sent()).isTrue();
        assertThat(n.core.given(Input.Idle.class)).hasSize(1);
    }

    @Test
    @DisplayName("S5: where a round is due at a request's end the request sends, whoever keeps the round from it")
    void aDueRequestSends() {
        begin(EVERY_SECOND.withOneRequestAtATime(true));
        write(2);
        AccessLog log = n.enter("id");
        log.state().set("n", 3, log);
        n.pass(2, TimeUnit.SECONDS); // the rounds find that it is somebody's turn
        n.shop.flush();
        assertThat(commits()).isEmpty();
        assertThat(n.shop.finish(log, 0).sent()).isTrue();
        assertThat(commits()).hasSize(1);
        write(4);
        n.shop.flush();
        assertThat(commits()).as("nobody's turn: the flush takes it").hasSize(2);
        write(5);
    }

    @Test
    @DisplayName("S5: an explicit flush sends at once, of all sessions or within a request")
    void explicitFlush() {
        write(2);
        n.shop.flush();
        assertThat(commits()).hasSize(1);
        AccessLog log = n.enter("id");
        log.state().set("n", 3, log);
        n.shop.flush(log);
        assertThat(commits()).hasSize(2);
        n.shop.finish(log, 0);
        n.shop.flush();
        assertThat(commits()).as("nothing is left").hasSize(2);
    }

    @Test
    @DisplayName("S5: a new session reaches the store at the end of its first request")
    void aNewSessionIsSentAtOnce() {
        AccessLog log = n.shop.create("new", ScriptedNode.META);
        log.state().set("n", 1, log);
        assertThat(n.shop.finish(log, 0).sent()).isTrue();
        assertThat(n.core.given(Input.Create.class)).hasSize(1);
        n.happen(new Effect.Created(n.key("new"), new Fence(1, 1)));
    }

    @Test
    @DisplayName("S5: reading what never changes leaves nothing to send, and the token goes at once")
    void readersLeaveNothing() {
        AccessLog log = n.enter("id");
        assertThat(log.state().get("n", log)).isEqualTo(1);
        n.shop.finish(log, 0);
        n.happen(new Effect.CloseGate(n.key("id")));
        assertThat(n.core.given(Input.Idle.class)).hasSize(1);
        assertThat(commits()).isEmpty();
    }

    @Test
    @DisplayName("S5: what an interval of one node holds is there when the token comes to another, or the node stops")
    void nothingIsLostWithoutACrash() {
        try (TestCluster cluster = new TestCluster(dev.baton.protocol.CoreSettings.defaults(1),
                EVERY_SECOND.withFlushNanos(TimeUnit.HOURS.toNanos(1)))) {
            cluster.start("n0");
            cluster.start("n1");
            cluster.awaitBackups();
            String id = cluster.node(0).create("n", 1);
            cluster.node(0).write(id, "n", 2);
            assertThat(cluster.node(1).read(id, "n")).isEqualTo(2);
            cluster.node(1).write(id, "n", 3);
            cluster.node(1).node.stop(TestCluster.LONG);
            assertThat(cluster.node(0).read(id, "n")).isEqualTo(3);
        }
    }
}
