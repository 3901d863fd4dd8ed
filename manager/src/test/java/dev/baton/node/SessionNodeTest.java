package dev.baton.node;

import static dev.baton.node.ScriptedNode.reason;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.access.AccessLog;
import dev.baton.access.ClientState;
import dev.baton.model.Fence;
import dev.baton.model.NodeId;
import dev.baton.model.Settings.Acknowledge;
import dev.baton.model.Stamp;
import dev.baton.node.SessionUnavailable.Reason;
import dev.baton.protocol.Content;
import dev.baton.protocol.Denial;
import dev.baton.protocol.Effect;
import dev.baton.protocol.Input;
import dev.baton.protocol.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Entering, completing and leaving, around a core that does what the test says. */
@Timeout(60)
class SessionNodeTest {
    private static final long SHORT = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long LONG = TimeUnit.SECONDS.toNanos(20);

    @Test
    void anOpenGateNeedsNoInput() {
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT)) {
            n.grantEverything(Map.of("n", 1));
            n.shop.finish(n.enter("id"), LONG);
            n.core.inputs.clear();
            AccessLog log = n.enter("id");
            assertThat(log.state().get("n", log)).isEqualTo(1);
            n.shop.finish(log, LONG);
            assertThat(n.core.inputs).isEmpty();
        }
    }

    @Test
    @DisplayName("Those who wait for the same session share one question")
    void waitersShareOneAcquire() throws Exception {
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT)) {
            ClientState state = n.shop.state("id");
            List<CompletableFuture<AccessLog>> entries = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                entries.add(n.shop.enterAsync(state, LONG).toCompletableFuture());
            }
            TestCluster.await("five wait", () -> n.shop.counters().waits() == 5);
            assertThat(n.core.given(Input.Acquire.class)).hasSize(1);
            n.happen(n.grant("id", new Fence(1, 1), 1, ScriptedNode.whole(Map.of()), true));
            for (CompletableFuture<AccessLog> entry : entries) {
                n.shop.leave(entry.get(20, TimeUnit.SECONDS));
            }
            assertThat(n.core.given(Input.Idle.class)).hasSize(1);
        }
    }

    @Test
    void moreThanMaxWaitersAreRefusedAtOnce() {
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT.withMaxWaiters(2))) {
            n.shop.enterAsync(n.shop.state("id"), LONG);
            n.shop.enterAsync(n.shop.state("id"), LONG);
            TestCluster.await("two wait", () -> n.shop.counters().waits() == 2);
            assertThat(reason(() -> n.enter("id"))).isEqualTo(Reason.OVERLOADED);
        }
    }

    @Test
    void theLastOneToGiveUpCallsTheQuestionOff() {
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT)) {
            CompletableFuture<AccessLog> entry = n.shop.enterAsync(n.shop.state("id"), LONG).toCompletableFuture();
            TestCluster.await("one waits", () -> n.shop.counters().waits() == 1);
            n.pass(20, TimeUnit.SECONDS);
            assertThatThrownBy(() -> entry.get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(SessionUnavailable.class);
            assertThat(n.core.given(Input.CancelAcquire.class)).containsExactly(new Input.CancelAcquire(n.key("id")));
            // The grant was under way: an idle token, which the next request finds.
            n.happen(n.grant("id", new Fence(1, 1), 1, ScriptedNode.whole(Map.of("n", 4)), false));
            AccessLog log = n.enter("id");
            assertThat(log.state().get("n", log)).isEqualTo(4);
        }
    }

    @Test
    @DisplayName("L9: who waited in vain hears that the session is in use only where somebody is known to use it")
    void aSilentStoreIsNoBusySession() throws Exception {
        NodeId other = new NodeId("other", 1);
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT)) {
            SessionUnavailable silent = refused(n, "free", LONG, null, null);
            assertThat(silent.reason()).isEqualTo(Reason.NOT_GIVEN);
            assertThat(silent).hasMessageNotContaining("in use").hasMessageNotContaining("seen at");
            silent = refused(n, "granted to this node", LONG, n.self(), null);
            assertThat(silent.reason()).isEqualTo(Reason.NOT_GIVEN);
            assertThat(silent).hasMessageNotContaining("self");
            silent = refused(n, "nobody says that it is used", LONG, other, null);
            assertThat(silent.reason()).isEqualTo(Reason.NOT_GIVEN);
            assertThat(silent).hasMessageContaining("last seen at other");
            SessionUnavailable busy = refused(n, "used", LONG, other, "GET /x");
            assertThat(busy.reason()).isEqualTo(Reason.LOCKED);
            assertThat(busy).hasMessageContaining("in use by GET /x at other");
            busy = refused(n, "used by no request", LONG, null, "");
            assertThat(busy.reason()).isEqualTo(Reason.LOCKED);
            assertThat(busy).hasMessageContaining("in use by other");
            assertThat(refused(n, "too early to be told", SHORT, other, null).reason()).isEqualTo(Reason.LOCKED);
            assertThat(refused(n, "used", LONG, other, null).reason()).as("once more, and nobody says it again")
                    .isEqualTo(Reason.NOT_GIVEN);
        }
    }

    /**
     * @param seenAt where the session's token was when it was looked up
     * @param users  what another node says while this one waits, or null
     */
    private static SessionUnavailable refused(ScriptedNode n, String id, long timeoutNanos, NodeId seenAt, String users)
            throws Exception {
        ClientState state = n.shop.state(id);
        state.token().seenAt(seenAt);
        long before = n.shop.counters().waits();
        CompletableFuture<AccessLog> entry = n.shop.enterAsync(state, timeoutNanos).toCompletableFuture();
        TestCluster.await("one waits", () -> n.shop.counters().waits() == before + 1);
        TestCluster.await("the core is asked", () -> n.core.given(Input.Acquire.class).stream()
                .anyMatch(a -> a.key().equals(n.key(id))));
        if (users != null) {
            n.happen(new Effect.UsedBy(n.key(id), new NodeId("other", 1), users));
        }
        n.pass(timeoutNanos, TimeUnit.NANOSECONDS);
        return (SessionUnavailable) entry.handle((log, e) -> e).get(20, TimeUnit.SECONDS);
    }

    @Test
    @DisplayName("who is asked once more for a token in use says so, also where nobody inside has a name")
    void aTokenInUseIsSaidToBe() {
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT)) {
            n.happen(n.grant("id", new Fence(1, 1), 1, ScriptedNode.whole(Map.of()), false));
            AccessLog log = n.enter("id");
            n.happen(new Effect.CloseGate(n.key("id")), new Effect.UsersWanted(n.key("id")));
            n.users = () -> "GET /x";
            n.happen(new Effect.UsersWanted(n.key("id")));
            assertThat(n.core.given(Input.Users.class)).containsExactly(new Input.Users(n.key("id"), ""),
                    new Input.Users(n.key("id"), "GET /x"));
            n.shop.leave(log);
        }
    }

    @Test
    void aCancelledEntryTakesNoPlace() {
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT)) {
            CompletableFuture<AccessLog> entry = n.shop.enterAsync(n.shop.state("id"), LONG).toCompletableFuture();
            TestCluster.await("one waits", () -> n.shop.counters().waits() == 1);
            entry.cancel(false);
            TestCluster.await("called off", () -> n.core.given(Input.CancelAcquire.class).size() == 1);
            n.happen(n.grant("id", new Fence(1, 1), 1, ScriptedNode.whole(Map.of()), false));
            assertThat(n.shop.state("id").open()).isTrue();
            assertThat(n.shop.state("id").inside()).isZero();
        }
    }

    @Test
    void aPlaceThatComesTooLateForACancelledEntryIsGivenBack() throws Exception {
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT)) {
            for (int i = 0; i < 200; i++) {
                String id = "id" + i;
                CompletableFuture<AccessLog> entry = n.shop.enterAsync(n.shop.state(id), LONG).toCompletableFuture();
                Thread canceller = new Thread(() -> entry.cancel(false));
                canceller.start();
                n.happen(n.grant(id, new Fence(1, 1), 1, ScriptedNode.whole(Map.of()), false));
                canceller.join();
                if (!entry.isCancelled()) {
                    n.shop.leave(entry.get(20, TimeUnit.SECONDS));
                }
                TestCluster.await("nobody is inside", () -> n.shop.state(id).inside() == 0
                        && !n.shop.state(id).token().gate().hasWaiters());
            }
        }
    }

    @Test
    void noSuchSessionIsNull() {
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT)) {
            n.core.answer(in -> in instanceof Input.Acquire a
                    ? List.of(new Effect.AcquireFailed(a.key(), Denial.NO_SUCH_SESSION, null)) : List.of());
            assertThat(n.enter("id")).isNull();
        }
    }

    @Test
    @DisplayName("Unknown is never absent")
    void everyOtherRefusalIsUnavailable() {
        for (Denial denial : Denial.values()) {
            if (denial == Denial.NO_SUCH_SESSION || denial == Denial.GONE) {
                continue;
            }
            try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT)) {
                n.core.answer(in -> in instanceof Input.Acquire a
                        ? List.of(new Effect.AcquireFailed(a.key(), denial, new NodeId("other", 3))) : List.of(
                                in instanceof Input.Lookup l
                                        ? new Effect.LookedUp(l.ticket(), l.key(), null, 0, null, denial)
                                        : new Effect.Note(Effect.Level.INFO, "")));
                assertThat(reason(() -> n.enter("id"))).as("%s", denial).isNotNull();
                assertThat(reason(() -> n.shop.lookup("id", LONG))).as("%s", denial).isNotNull();
            }
        }
    }

    @Test
    @DisplayName("Protocol section 8: no session is served beyond the lease")
    void withoutALeaseNobodyIsServed() {
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT)) {
            n.grantEverything(Map.of());
            n.shop.finish(n.enter("id"), LONG);
            n.serve(n.nanos() - 1);
            assertThat(reason(() -> n.shop.enter(n.shop.state("id"), 0))).isEqualTo(Reason.STORE_UNREACHABLE);
            assertThat(n.core.given(Input.ConfirmLease.class)).isNotEmpty();
            assertThat(n.shop.state("id").inside()).isZero();

            CompletableFuture<AccessLog> entry = n.shop.enterAsync(n.shop.state("id"), LONG).toCompletableFuture();
            n.serve(n.nanos() + 1_000);
            assertThat(entry.join()).isNotNull();
        }
    }

    @Test
    @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    @DisplayName("Protocol section 8: while a request waits for a lease the core is told so again and again")
    void whoWaitsForALeaseAsksAgain() {
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT)) {
            n.grantEverything(Map.of());
            n.shop.finish(n.enter("id"), LONG);
            n.serve(n.nanos() - 1);
            CompletableFuture<AccessLog> entry = n.shop.enterAsync(n.shop.state("id"), LONG).toCompletableFuture();
            assertTold(n, 1);
            n.pass(149, TimeUnit.MILLISECONDS);
            assertTold(n, 1);
            n.pass(1, TimeUnit.MILLISECONDS);
            assertTold(n, 2);
            n.pass(150, TimeUnit.MILLISECONDS);
            assertTold(n, 3);
            n.serve(Long.MAX_VALUE);
            assertThat(entry.join()).isNotNull();
            n.pass(10, TimeUnit.SECONDS);
            assertTold(n, 3);
        }
    }

    /** The entry goes on in a thread of its own, which may be in the loop just when time passes. */
    private static void assertTold(ScriptedNode n, int times) {
        while (n.core.given(Input.ConfirmLease.class).size() < times) {
            Thread.onSpinWait();
        }
        assertThat(n.core.given(Input.ConfirmLease.class)).hasSize(times);
    }

    @Test
    @DisplayName("Protocol section 8: the lease is looked at again before the answer completes")
    void anAnswerAfterTheLeaseIsNotGiven() {
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT)) {
            n.grantEverything(Map.of("n", 1));
            n.serve(n.nanos() + 1_000);
            AccessLog log = n.enter("id");
            n.pass(1, TimeUnit.MILLISECONDS);
            Application.Completed done = n.shop.complete(log);
            assertThat(reason(() -> n.shop.awaitDurable(log, done.version(), 0))).isEqualTo(Reason.STORE_UNREACHABLE);
            n.serve(Long.MAX_VALUE);
            n.shop.awaitDurable(log, done.version(), 0);
        }
    }

    @Test
    @DisplayName("A request completes only when the newest version is durable, whoever made it")
    void everyoneInsideWaitsForTheNewestVersion() {
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT)) {
            n.happen(n.grant("id", new Fence(1, 1), 1, ScriptedNode.whole(Map.of("n", 1)), false));
            AccessLog writer = n.enter("id");
            AccessLog reader = n.enter("id");
            writer.state().set("n", 2, writer);
            n.shop.complete(writer);
            Application.Completed done = n.shop.complete(reader);
            assertThat(done.sent()).isFalse();
            assertThat(done.version()).isEqualTo(2);
            assertThat(reason(() -> n.shop.awaitDurable(reader, done.version(), SHORT)))
                    .isEqualTo(Reason.OUTCOME_UNKNOWN);
            n.happen(new Effect.Committed(n.key("id"), 2));
            n.shop.awaitDurable(reader, done.version(), 0);
        }
    }

    @Test
    @DisplayName("Whoever waits for an acknowledgement is woken when what its round says to other nodes has left")
    void messagesLeaveBeforeAnybodyIsWoken() {
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT)) {
            n.happen(n.grant("id", new Fence(1, 1), 1, ScriptedNode.whole(Map.of("n", 1)), false));
            AccessLog log = n.enter("id");
            log.state().set("n", 2, log);
            n.shop.complete(log);
            n.whenSent = () -> n.said.add("sent, durable: " + log.isDurable(2));
            Effect.Send question = new Effect.Send(new NodeId("other", 1), new Message.Lookup(1, n.key("id")));
            n.happen(new Effect.Committed(n.key("id"), 2), question);
            assertThat(n.said).containsExactly("sent, durable: false");
            assertThat(log.isDurable(2)).isTrue();

            n.said.clear();
            log.state().set("n", 3, log);
            n.shop.complete(log);
            n.happen(new Effect.Committed(n.key("id"), 3), new Effect.TokenLost(n.key("id"), Denial.GONE), question);
            assertThat(log.isDurable(3)).isTrue();
        }
    }

    @Test
    @DisplayName("Only who has to wait fails where the thread was interrupted before")
    void anInterruptedThreadCompletes() {
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT)) {
            n.grantEverything(Map.of());
            AccessLog log = n.enter("id");
            log.state().set("n", 2, log);
            Thread.currentThread().interrupt();
            try {
                assertThat(n.shop.complete(log, LONG).sent()).isTrue();
            } finally {
                assertThat(Thread.interrupted()).isTrue();
            }
            n.shop.leave(log);
        }
    }

    @Test
    void withoutAcknowledgementNobodyWaits() {
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT.withAcknowledge(Acknowledge.NONE))) {
            n.happen(n.grant("id", new Fence(1, 1), 1, ScriptedNode.whole(Map.of()), false));
            AccessLog log = n.enter("id");
            log.state().set("n", 2, log);
            assertThat(n.shop.finish(log, 0).sent()).isTrue();
        }
    }

    @Test
    @DisplayName("A lost token fails those inside; the next one gets the store's contents")
    void aLostTokenFailsThoseInside() {
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT)) {
            n.grantEverything(Map.of("n", 1));
            AccessLog log = n.enter("id");
            log.state().set("n", 99, log);
            n.happen(new Effect.TokenLost(n.key("id"), Denial.FENCED));
            n.core.inputs.clear();
            assertThat(reason(() -> n.shop.complete(log))).isEqualTo(Reason.TOKEN_LOST);
            n.shop.leave(log);
            assertThat(n.core.inputs).isEmpty();
            AccessLog next = n.enter("id");
            assertThat(next.state()).isSameAs(log.state());
            assertThat(next.state().get("n", next)).isEqualTo(1);
            assertThat(n.said).contains("lost id");
        }
    }

    @Test
    @DisplayName("An Error of the application's listener is its own: the node stays, and the next one gets the token")
    void aListenerThatEndsInAnErrorTakesNothingWithIt() {
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT)) {
            n.grantEverything(Map.of("n", 1));
            n.enter("id");
            n.whenDiscarded = () -> {
                throw new StackOverflowError();
            };
            n.happen(new Effect.TokenLost(n.key("id"), Denial.FENCED));
            n.whenDiscarded = () -> { };
            assertThat(n.said).containsExactly("lost id", "ERROR the application's listener failed");
            AccessLog next = n.enter("id");
            assertThat(next.state().get("n", next)).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("Who cannot be named is left out: the node stays, and whoever waits hears the same as ever")
    void usersThatCannotBeToldTakeNothingWithThem() {
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT)) {
            n.grantEverything(Map.of());
            n.enter("id");
            n.users = () -> {
                throw new NoClassDefFoundError("gone");
            };
            n.happen(new Effect.CloseGate(n.key("id")), new Effect.UsersWanted(n.key("id")));
            assertThat(n.core.given(Input.Users.class)).extracting(Input.Users::text).containsExactly("");
            assertThat(n.said).noneMatch(s -> s.startsWith("stopped"));
            assertThat(reason(() -> n.shop.enter(n.shop.state("id"), 0))).isEqualTo(Reason.LOCKED);
        }
    }

    @Test
    @DisplayName("minInSync: what the store took and could not acknowledge ends as unknown, not as refused")
    void whatWasTakenAndNotConfirmedIsUnknown() {
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT)) {
            n.grantEverything(Map.of("n", 1));
            AccessLog log = n.enter("id");
            log.state().set("n", 99, log);
            n.happen(new Effect.TokenLost(n.key("id"), Denial.UNCONFIRMED));
            assertThat(reason(() -> n.shop.complete(log))).isEqualTo(Reason.OUTCOME_UNKNOWN);
            n.shop.leave(log);
        }
    }

    @Test
    @DisplayName("A commit under a lost token never reaches the core as one of the next token")
    void aCommitOfALostTokenIsNotGiven() {
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT)) {
            n.grantEverything(Map.of("n", 1));
            AccessLog old = n.enter("id");
            old.state().set("n", 99, old);
            n.happen(new Effect.TokenLost(n.key("id"), Denial.FENCED));
            AccessLog next = n.enter("id");
            assertThat(reason(() -> n.shop.complete(old))).isEqualTo(Reason.TOKEN_LOST);
            assertThat(n.core.given(Input.Commit.class)).isEmpty();
            n.shop.leave(old);
            assertThat(next.state().inside()).isEqualTo(1);
        }
    }

    @Test
    void aSessionDestroyedElsewhereEndsTheRequestNormally() {
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT)) {
            n.grantEverything(Map.of("n", 1));
            AccessLog log = n.enter("id");
            log.state().set("n", 2, log);
            n.happen(new Effect.TokenLost(n.key("id"), Denial.GONE));
            assertThat(n.shop.finish(log, 0).gone()).isTrue();
            assertThat(n.shop.enter(log.state(), LONG)).isNull();
        }
    }

    @Test
    @DisplayName("A grant that does not continue the copy goes back, and the next brings the whole")
    void aGrantThatDoesNotFitIsFetchedAnew() {
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT)) {
            CompletableFuture<AccessLog> entry = n.shop.enterAsync(n.shop.state("id"), LONG).toCompletableFuture();
            TestCluster.await("asked", () -> n.core.given(Input.Acquire.class).size() == 1);
            n.happen(n.grant("id", new Fence(1, 1), 8, new Content.Same(), false));
            assertThat(n.core.given(Input.Idle.class)).hasSize(1);
            assertThat(n.core.given(Input.Acquire.class)).hasSize(1);
            n.happen(new Effect.Returned(n.key("id")));
            assertThat(n.core.given(Input.Acquire.class)).hasSize(2).last()
                    .isEqualTo(new Input.Acquire(n.key("id"), Stamp.NOTHING));
            n.happen(n.grant("id", new Fence(1, 2), 8, ScriptedNode.whole(Map.of("n", 8)), false));
            AccessLog log = entry.join();
            assertThat(log.state().get("n", log)).isEqualTo(8);
        }
    }

    @Test
    @DisplayName("Idle reaches the core before the next question for the token")
    void idleComesBeforeTheNextAcquire() {
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT)) {
            n.happen(n.grant("id", new Fence(1, 1), 1, ScriptedNode.whole(Map.of()), false));
            AccessLog log = n.enter("id");
            n.happen(new Effect.CloseGate(n.key("id")));
            n.shop.enterAsync(n.shop.state("id"), LONG);
            TestCluster.await("one waits", () -> n.shop.counters().waits() == 1);
            n.core.inputs.clear();
            n.shop.finish(log, LONG);
            assertThat(n.core.inputs).hasSize(2);
            assertThat(n.core.inputs.get(0)).isInstanceOf(Input.Idle.class);
            assertThat(n.core.inputs.get(1)).isInstanceOf(Input.Acquire.class);
        }
    }

    @Test
    @DisplayName("A token lost between the last one's leaving and the report is not reported: the next may be in use")
    void aTokenLostBeforeItIsReportedIdleIsNotReported() throws Exception {
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT.withEagerRelease(true))) {
            n.grantEverything(Map.of());
            AccessLog log = n.enter("id");
            ClientState state = log.state();
            Thread leaver = new Thread(() -> n.shop.leave(log));
            synchronized (state.token()) {
                leaver.start();
                TestCluster.await("the last one is out", () -> state.token().gate().drained());
                n.happen(new Effect.TokenLost(n.key("id"), Denial.FENCED));
                assertThat(n.enter("id")).isNotNull();
            }
            leaver.join();
            assertThat(n.core.given(Input.Idle.class)).isEmpty();
            assertThat(state.inside()).isEqualTo(1);
        }
    }

    @Test
    void anEagerTokenGoesBackAfterEachRequest() {
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT.withEagerRelease(true))) {
            n.grantEverything(Map.of());
            n.shop.finish(n.enter("id"), LONG);
            n.shop.finish(n.enter("id"), LONG);
            assertThat(n.core.given(Input.Acquire.class)).hasSize(2);
            assertThat(n.core.given(Input.Idle.class)).hasSize(2);
        }
    }

    @Test
    @DisplayName("A token is not reported idle while its session's new id is not known")
    void idleWaitsForTheAnswerToARename() {
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT)) {
            n.happen(n.grant("id", new Fence(1, 1), 1, ScriptedNode.whole(Map.of()), false));
            AccessLog log = n.enter("id");
            assertThat(reason(() -> n.shop.rename(log, TestCluster::randomId, SHORT)))
                    .isEqualTo(Reason.OUTCOME_UNKNOWN);
            Input.Rename rename = n.core.given(Input.Rename.class).get(0);
            n.happen(new Effect.CloseGate(n.key("id")));
            log.state().set("n", 1, log);
            assertThat(reason(() -> n.shop.complete(log))).isEqualTo(Reason.OUTCOME_UNKNOWN);
            n.shop.leave(log);
            assertThat(n.core.given(Input.Idle.class)).isEmpty();
            n.happen(new Effect.Renamed(n.key("id"), rename.newId(), new Fence(1, 2), null));
            assertThat(n.core.given(Input.Idle.class)).singleElement()
                    .satisfies(i -> assertThat(i.key()).isEqualTo(n.key(rename.newId())));
        }
    }

    @Test
    @DisplayName("A token is not reported idle while its session's creation is not answered")
    void idleWaitsForTheAnswerToACreation() {
        try (ScriptedNode n = new ScriptedNode(
                ApplicationSettings.DEFAULT.withEagerRelease(true).withAcknowledge(Acknowledge.NONE))) {
            AccessLog log = n.shop.create("id", ScriptedNode.META);
            n.shop.finish(log, LONG);
            assertThat(n.core.given(Input.Create.class)).hasSize(1);
            assertThat(n.core.given(Input.Idle.class)).isEmpty();
            CompletableFuture<AccessLog> entry = n.shop.enterAsync(n.shop.state("id"), LONG).toCompletableFuture();
            TestCluster.await("one waits", () -> n.shop.counters().waits() == 1);
            n.happen(new Effect.Created(n.key("id"), new Fence(1, 1)));
            assertThat(n.core.given(Input.Idle.class)).hasSize(1);
            assertThat(n.core.given(Input.Acquire.class)).hasSize(1);
            n.happen(new Effect.Returned(n.key("id")), n.grant("id", new Fence(1, 2), 1, new Content.Same(), false));
            assertThat(entry.join()).isNotNull();
        }
    }

    @Test
    @DisplayName("While the application prepares a session its token stays, also when its creation is answered")
    void aHandOverIsNotOvertakenByTheAnswerToACreation() throws Exception {
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT.withAcknowledge(Acknowledge.NONE))) {
            CountDownLatch begun = new CountDownLatch(1);
            CountDownLatch goOn = new CountDownLatch(1);
            n.handsOver = true;
            n.whenHandedOver = access -> {
                n.handsOver = false; // what it is to prepare it has begun
                begun.countDown();
                awaitQuietly(goOn);
                access.state().set("n", 2, access);
                n.shop.complete(access);
            };
            AccessLog log = n.shop.create("id", ScriptedNode.META);
            n.shop.complete(log);
            n.happen(new Effect.CloseGate(n.key("id")));
            n.shop.leave(log);
            assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
            n.happen(new Effect.Created(n.key("id"), new Fence(1, 1)));
            assertThat(n.core.given(Input.Idle.class)).isEmpty();
            goOn.countDown();
            TestCluster.await("the token goes back", () -> n.core.given(Input.Idle.class).size() == 1);
            assertThat(n.core.given(Input.Commit.class)).hasSize(1);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
