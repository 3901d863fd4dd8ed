package dev.baton.node;

import static dev.baton.node.ScriptedNode.reason;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.access.AccessLog;
import dev.baton.access.ClientState;
import dev.baton.access.ValueSerializer;
import dev.baton.model.Fence;
import dev.baton.model.NodeId;
import dev.baton.model.SessionKey;
import dev.baton.model.Settings.Acknowledge;
import dev.baton.model.Stamp;
import dev.baton.node.SessionUnavailable.Reason;
import dev.baton.protocol.Content;
import dev.baton.protocol.Denial;
import dev.baton.protocol.Effect;
import dev.baton.protocol.Input;
import dev.baton.protocol.InvariantBroken;
import dev.baton.protocol.Message;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Look-ups, creations, ends, and the life of the node itself, around a core that does what the test says. */
@Timeout(60)
class NodeLifeTest {
    private static final long SHORT = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long LONG = TimeUnit.SECONDS.toNanos(20);

    @Test
    void aLookupIsSharedAndTakesNoToken() throws Exception {
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT)) {
            List<CompletableFuture<Application.Found>> asked = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                asked.add(CompletableFuture.supplyAsync(() -> n.shop.lookup("id", LONG), r -> new Thread(r).start()));
            }
            TestCluster.await("four ask", () -> n.shop.counters().lookupsSent() == 4);
            List<Input.Lookup> lookups = n.core.given(Input.Lookup.class);
            TestCluster.await("the core was asked", () -> !n.core.given(Input.Lookup.class).isEmpty());
            for (Input.Lookup l : n.core.given(Input.Lookup.class)) {
                n.happen(new Effect.LookedUp(l.ticket(), l.key(), ScriptedNode.META, 7, null, null));
            }
            TestCluster.await("all have their answer", () -> {
                n.core.given(Input.Lookup.class).forEach(
                        l -> n.happen(new Effect.LookedUp(l.ticket(), l.key(), ScriptedNode.META, 7, null, null)));
                return asked.stream().allMatch(CompletableFuture::isDone);
            });
            for (CompletableFuture<Application.Found> a : asked) {
                assertThat(a.get(20, TimeUnit.SECONDS)).isEqualTo(new Application.Found(ScriptedNode.META, 7, null));
            }
            assertThat(n.core.given(Input.Acquire.class)).isEmpty();
            assertThat(lookups.size()).isLessThanOrEqualTo(4);
        }
    }

    @Test
    void aLookupWithoutAnAnswerIsUnavailableAndCalledOff() {
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT)) {
            assertThat(reason(() -> n.shop.lookup("id", SHORT))).isEqualTo(Reason.STORE_UNREACHABLE);
            assertThat(n.core.given(Input.CancelLookup.class)).hasSize(1);
        }
    }

    @Test
    @DisplayName("L3: no more than maxWaiters wait for one session's look-up; who gives up makes room")
    void theWaitersOfALookupAreLimited() throws Exception {
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT.withMaxWaiters(2))) {
            AtomicInteger begun = new AtomicInteger();
            n.whenWaiting = () -> {
                begun.incrementAndGet();
                return () -> { };
            };
            List<CompletableFuture<Application.Found>> asked = new ArrayList<>();
            asked.add(CompletableFuture.supplyAsync(() -> n.shop.lookup("id", LONG), r -> new Thread(r).start()));
            TestCluster.await("one waits", () -> begun.get() == 1);
            assertThat(reason(() -> n.shop.lookup("id", SHORT))).isEqualTo(Reason.STORE_UNREACHABLE);
            asked.add(CompletableFuture.supplyAsync(() -> n.shop.lookup("id", LONG), r -> new Thread(r).start()));
            TestCluster.await("two wait", () -> begun.get() == 3);
            assertThat(reason(() -> n.shop.lookup("id", SHORT))).isEqualTo(Reason.OVERLOADED);
            assertThat(reason(() -> n.shop.lookup("other", SHORT))).isEqualTo(Reason.STORE_UNREACHABLE);
            n.core.given(Input.Lookup.class).forEach(
                    l -> n.happen(new Effect.LookedUp(l.ticket(), l.key(), ScriptedNode.META, 0, null, null)));
            for (CompletableFuture<Application.Found> a : asked) {
                assertThat(a.get(20, TimeUnit.SECONDS)).isNotNull();
            }
        }
    }

    @Test
    @DisplayName("L9: whatever refuses a request, its text says where the token was last seen, where that is known")
    void aRefusalSaysWhereTheTokenWas() {
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT.withMaxWaiters(1))) {
            ClientState state = n.shop.state("id");
            assertThatThrownBy(() -> n.shop.lookup("id", SHORT)).hasMessageNotContaining("seen");
            state.token().seenAt(new NodeId("other", 1));
            assertThatThrownBy(() -> n.shop.lookup("id", SHORT)).hasMessageContaining("did not say")
                    .hasMessageContaining("last seen at other#1");
            n.core.answer(in -> in instanceof Input.Lookup l ? List.of(
                    new Effect.LookedUp(l.ticket(), l.key(), null, 0, null, Denial.UNAVAILABLE)) : List.of());
            assertThatThrownBy(() -> n.shop.lookup("id", LONG)).hasMessageContaining("UNAVAILABLE")
                    .hasMessageContaining("last seen at other#1");
            n.core.answer(in -> List.of());
            n.whenWaiting = () -> null;
            assertThatThrownBy(() -> n.shop.lookup("id", LONG)).hasMessageContaining("too many threads")
                    .hasMessageContaining("last seen at other#1");
            n.whenWaiting = () -> () -> { };
            n.shop.enterAsync(state, LONG);
            TestCluster.await("one waits", () -> n.shop.counters().waits() == 1);
            assertThatThrownBy(() -> n.enter("id")).hasMessageContaining("is full")
                    .hasMessageContaining("last seen at other#1");
            n.happen(n.grant("id", new Fence(1, 1), 1, ScriptedNode.whole(Map.of()), false));
            n.serve(n.nanos() - 1);
            assertThatThrownBy(() -> n.shop.lookup("id", SHORT)).hasMessageContaining("last seen at self#1");
            assertThatThrownBy(() -> n.shop.enter(state, SHORT)).hasMessageContaining("this process has the token of");
        }
    }

    @Test
    @DisplayName("Malformed or overlong ids are absent without a question")
    void whatCannotBeAnIdIsAbsent() {
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT)) {
            n.core.inputs.clear();
            assertThat(n.shop.lookup("", LONG)).isNull();
            assertThat(n.shop.lookup(null, LONG)).isNull();
            assertThat(n.shop.lookup("x".repeat(SessionKey.MAX_ID + 1), LONG)).isNull();
            assertThat(n.core.inputs).isEmpty();
        }
    }

    @Test
    void aRefusedCreationFailsItsRequest() {
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT)) {
            n.core.answer(in -> in instanceof Input.Create c
                    ? List.of(new Effect.CreateFailed(c.key(), Denial.EXISTS)) : List.of());
            AccessLog log = n.shop.create("chosen", ScriptedNode.META);
            Application.Completed done = n.shop.complete(log);
            assertThat(reason(() -> n.shop.awaitDurable(log, done.version(), LONG)))
                    .isEqualTo(Reason.STORE_UNREACHABLE);
            n.shop.leave(log);
        }
    }

    @Test
    void aSessionWhoseCreationIsUnansweredIsDestroyedAfterTheAnswer() {
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT)) {
            AccessLog log = n.shop.create("id", ScriptedNode.META);
            n.shop.complete(log);
            assertThat(reason(() -> n.shop.destroy(log, SHORT))).isEqualTo(Reason.OUTCOME_UNKNOWN);
            assertThat(n.core.given(Input.Destroy.class)).isEmpty();
            n.core.answer(in -> in instanceof Input.Destroy d
                    ? List.of(new Effect.Destroyed(d.key(), null)) : List.of());
            n.happen(new Effect.Created(n.key("id"), new Fence(1, 1)));
            n.shop.destroy(log, LONG);
            assertThat(log.gone()).isTrue();
        }
    }

    @Test
    void anIdInUseHereCannotBeCreated() {
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT)) {
            n.grantEverything(Map.of());
            n.enter("id");
            assertThatThrownBy(() -> n.shop.create("id", ScriptedNode.META))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aSessionThatWasNeverCompletedWasNeverThere() {
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT)) {
            n.core.inputs.clear();
            AccessLog log = n.shop.create("id", ScriptedNode.META);
            n.shop.leave(log);
            assertThat(n.core.inputs).isEmpty();
            assertThat(n.shop.states()).isEmpty();
        }
    }

    @Test
    @DisplayName("An image that the store lost is offered as of the commits given before")
    void theStoreIsOfferedWhatItLost() {
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT)) {
            n.happen(n.grant("id", new Fence(1, 1), 1, ScriptedNode.whole(Map.of("n", 1)), false));
            AccessLog log = n.enter("id");
            log.state().set("n", 2, log);
            n.shop.complete(log);
            log.state().set("n", 3, log);
            n.happen(new Effect.ImageWanted(n.key("id")));
            TestCluster.await("offered", () -> n.core.given(Input.Offer.class).size() == 1);
            byte[] offered = n.core.given(Input.Offer.class).get(0).image().attribute("n");
            assertThat(new Content.Whole(n.core.given(Input.Offer.class).get(0).image()))
                    .isNotNull();
            assertThat(offered).isEqualTo(((Content.Whole) ScriptedNode.whole(Map.of("n", 2))).image().attribute("n"));
        }
    }

    @Test
    @DisplayName("Sessions whose changes take for ever to be written hold up nobody else when the store wants them")
    void sessionsThatCannotBeOfferedHoldUpNobody() throws Exception {
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT)) {
            n.grantEverything(Map.of("n", 1));
            List<AccessLog> busy = List.of(n.enter("a"), n.enter("b"));
            busy.forEach(AccessLog::lock);
            n.happen(new Effect.ImageWanted(n.key("a")), new Effect.ImageWanted(n.key("b")));
            AccessLog other = n.shop.enterAsync(n.shop.state("c"), LONG).toCompletableFuture()
                    .get(20, TimeUnit.SECONDS);
            n.happen(new Effect.ImageWanted(other.state().key()));
            TestCluster.await("offered", () -> n.core.given(Input.Offer.class).size() == 1);
            busy.forEach(AccessLog::unlock);
            TestCluster.await("offered", () -> n.core.given(Input.Offer.class).size() == 3);
        }
    }

    @Test
    @DisplayName("Protocol section 9: listeners run once, with the contents, then the session is destroyed")
    void anExpiredSessionIsShownToItsListenersThenDestroyed() {
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT)) {
            n.core.answer(in -> in instanceof Input.Expired d
                    ? List.of(new Effect.Destroyed(d.key(), null)) : List.of());
            n.happen(expire(n));
            TestCluster.await("destroyed", () -> n.core.given(Input.Expired.class).size() == 1);
            TestCluster.await("told", () -> n.said.contains("destroyed id"));
            assertThat(n.said).containsSubsequence("expired [n] 3", "destroyed id");
        }
    }

    private static Effect expire(ScriptedNode n) {
        return new Effect.Expire(n.key("id"), new Fence(1, 1), new Stamp(new Fence(1, 1), 3),
                ((Content.Whole) ScriptedNode.whole(Map.of("n", 3))).image(), 5);
    }

    @Test
    @DisplayName("Protocol section 9: what another node has while it waits for its turn to expire is not told of here")
    void whatExpiresElsewhereByNowIsNotToldHere() {
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT)) {
            n.core.expiryVoid = true;
            n.happen(expire(n));
            n.node.undeploy(n.shop, LONG);
            assertThat(n.said).noneMatch(s -> s.startsWith("expired"));
            assertThat(n.core.given(Input.Expired.class)).isEmpty();
        }
    }

    @Test
    @DisplayName("TOUCH: sessions accessed without a change are told of in batches, not before their time")
    void touchesAreBatchedAndRare() {
        // Else, by now and then, the sessions are let go of before they are told of.
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT.withReleaseIdleNanos(0))) {
            n.grantEverything(Map.of());
            for (String id : List.of("a", "b")) {
                AccessLog log = n.enter(id);
                n.shop.accessed(log.state());
                n.shop.finish(log, LONG);
            }
            n.pass(200, TimeUnit.SECONDS);
            assertThat(n.core.given(Input.Touch.class)).hasSize(1);
            assertThat(n.core.given(Input.Touch.class).get(0).touches()).extracting(t -> t.key().id())
                    .containsExactlyInAnyOrder("a", "b");
            assertThat(n.core.given(Input.Touch.class).get(0).touches())
                    .allMatch(t -> t.ageNanos() == TimeUnit.SECONDS.toNanos(200));
            n.pass(200, TimeUnit.SECONDS);
            assertThat(n.core.given(Input.Touch.class)).hasSize(1);
            n.shop.accessed(n.shop.state("a"));
            n.pass(5, TimeUnit.SECONDS);
            assertThat(n.core.given(Input.Touch.class)).hasSize(2);
            n.shop.accessed(n.shop.state("a"));
            n.pass(5, TimeUnit.SECONDS);
            assertThat(n.core.given(Input.Touch.class)).hasSize(2);
            n.pass(200, TimeUnit.SECONDS);
            assertThat(n.core.given(Input.Touch.class)).hasSize(3);
        }
    }

    @Test
    @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    @DisplayName("TOUCH: when the application goes the store hears once of each session in use without requests")
    void theLastTouchesAreToldOnce() {
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT)) {
            n.grantEverything(Map.of());
            for (int i = 0; i < 100; i++) {
                AccessLog log = n.enter("id" + i);
                n.shop.user(log.state(), true);
                n.shop.finish(log, LONG);
            }
            n.node.undeploy(n.shop, LONG);
            assertThat(n.core.given(Input.Touch.class)).singleElement()
                    .satisfies(t -> assertThat(t.touches()).hasSize(100));
        }
    }

    @Test
    @DisplayName("A core that contradicts itself takes the node out of the cluster; the process goes on")
    void aBrokenCoreTakesTheNodeOut() {
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT)) {
            n.grantEverything(Map.of("n", 1));
            AccessLog log = n.enter("id");
            n.core.answer(in -> {
                throw new InvariantBroken("two primaries of one term");
            });
            n.node.forget("x");
            TestCluster.await("out", () -> n.said.stream().anyMatch(s -> s.startsWith("stopped: failed")));
            assertThat(n.said).contains("closed");
            assertThat(reason(() -> n.shop.complete(log))).isEqualTo(Reason.TOKEN_LOST);
            n.shop.leave(log);
            assertThat(reason(() -> n.enter("id"))).isEqualTo(Reason.STOPPING);
            assertThat(reason(() -> n.shop.lookup("id", LONG))).isEqualTo(Reason.STOPPING);
            assertThat(n.node.report().frozen()).isTrue();
        }
    }

    @Test
    @DisplayName("A core that fails for want of threads takes the node out without a new one")
    void noThreadIsNeededToLeave() {
        NodeThreads exhausted = new NodeThreads("n") {
            @Override
            Thread daemon(String what, Runnable action) {
                throw new OutOfMemoryError("unable to create native thread");
            }
        };
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT, exhausted)) {
            n.core.answer(in -> {
                throw new OutOfMemoryError("unable to create native thread");
            });
            n.node.forget("x");
            n.pass(0, TimeUnit.SECONDS);
            assertThat(n.said).contains("closed").anyMatch(s -> s.startsWith("stopped: failed"));
        }
    }

    @Test
    @DisplayName("I1: a node whose port is closed counts as dead, and serves nobody any more")
    void whoClosesServesNobody() {
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT)) {
            n.grantEverything(Map.of("n", 1));
            AccessLog log = n.enter("id");
            List<Object> whenClosed = new ArrayList<>();
            n.whenClosed = () -> {
                whenClosed.add(reason(() -> n.shop.awaitDurable(log, log.version(), 0)));
            };
            n.node.stop(0);
            assertThat(whenClosed).hasSize(1).doesNotContainNull();
            n.shop.leave(log);
        }
    }

    @Test
    void aNodeThatTheClusterRefusesSaysWhy() {
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT)) {
            n.core.answer(in -> in instanceof Input.ViewChanged
                    ? List.of(new Effect.Rejected("backups is 1 here and 2 there")) : List.of());
            assertThatThrownBy(() -> n.node.start(LONG)).isInstanceOf(ClusterRefused.class)
                    .hasMessage("backups is 1 here and 2 there");
            assertThat(n.said).contains("closed");
        }
    }

    @Test
    void aNodeThatIsNotTakenInTimeStops() {
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT)) {
            assertThat(reason(() -> n.node.start(SHORT))).isEqualTo(Reason.STORE_UNREACHABLE);
            assertThat(n.said).contains("closed");
        }
    }

    @Test
    @DisplayName("What is said to one node in a round of steps leaves in one envelope, after the effects at home")
    void messagesOfARoundShareAnEnvelope() {
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT)) {
            NodeId to = new NodeId("other", 1);
            n.happen(new Effect.Send(to, new Message.LeaveWanted()), new Effect.Note(Effect.Level.INFO, "here"),
                    new Effect.Send(to, new Message.LeaveWanted()));
            assertThat(n.sent).hasSize(2);
            assertThat(n.node.counters().sentByKind()).isEqualTo(Map.of("LeaveWanted", 2L));
        }
    }

    @Test
    @DisplayName("Of an application that was refused, or has gone, nothing is kept: its classes may go")
    void nothingIsKeptOfAnApplicationThatIsNotHere() {
        ApplicationSettings settings = ApplicationSettings.DEFAULT.withAcknowledge(Acknowledge.NONE)
                .withFlushNanos(TimeUnit.HOURS.toNanos(1));
        try (ScriptedNode n = new ScriptedNode(settings)) {
            WeakReference<ValueSerializer> refused = refused(n, settings);
            WeakReference<ValueSerializer> gone = gone(n, settings);
            TestCluster.await("nobody refers to them", () -> {
                System.gc();
                return refused.get() == null && gone.get() == null;
            });
        }
    }

    private static WeakReference<ValueSerializer> refused(ScriptedNode n, ApplicationSettings settings) {
        ValueSerializer serializer = new JavaSerializer();
        assertThatThrownBy(() -> n.node.deploy(n.shop.name(), serializer, n, settings))
                .isInstanceOf(IllegalArgumentException.class);
        return new WeakReference<>(serializer);
    }

    private static WeakReference<ValueSerializer> gone(ScriptedNode n, ApplicationSettings settings) {
        ValueSerializer serializer = new JavaSerializer();
        n.node.undeploy(n.node.deploy("other", serializer, n, settings), LONG);
        return new WeakReference<>(serializer);
    }

    @Test
    @DisplayName("Who waits for the right to serve, with a thread or without, hears that the node stops")
    void theEndOfTheNodeEndsTheWaitForALease() throws Exception {
        ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT);
        n.grantEverything(Map.of());
        n.serve(n.nanos() - 1);
        CompletableFuture<AccessLog> async = n.shop.enterAsync(n.shop.state("a"), LONG).toCompletableFuture();
        CompletableFuture<AccessLog> blocked = new CompletableFuture<AccessLog>()
                .completeAsync(() -> n.shop.enter(n.shop.state("b"), 10 * LONG), r -> new Thread(r).start());
        TestCluster.await("both wait", () -> n.core.given(Input.ConfirmLease.class).stream()
                .map(Input.ConfirmLease::segment).distinct().count() == 2);
        n.close();
        for (CompletableFuture<AccessLog> entry : List.of(async, blocked)) {
            assertThatThrownBy(() -> entry.get(20, TimeUnit.SECONDS)).cause()
                    .isInstanceOf(SessionUnavailable.class).extracting("reason").isEqualTo(Reason.STOPPING);
        }
    }

    @Test
    void aCensusThatNobodyWaitsForIsCalledOff() {
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT)) {
            assertThat(n.shop.census(SHORT)).isNull();
            assertThat(n.core.given(Input.CancelCensus.class)).hasSize(1);
            Thread.currentThread().interrupt();
            assertThat(n.shop.census(LONG)).isNull();
            assertThat(Thread.interrupted()).isTrue();
            assertThat(n.core.given(Input.CancelCensus.class)).hasSize(2);
        }
    }

    @Test
    void aTokenOfAnApplicationThatIsGoneGoesStraightBack() {
        try (ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT)) {
            n.grantEverything(Map.of());
            n.shop.finish(n.enter("id"), LONG);
            n.node.undeploy(n.shop, LONG);
            assertThat(n.core.given(Input.Idle.class)).hasSize(1);
            assertThat(n.core.given(Input.Deployed.class)).last().isEqualTo(new Input.Deployed(List.of()));
            n.happen(n.grant("late", new Fence(1, 1), 1, ScriptedNode.whole(Map.of()), false));
            assertThat(n.core.given(Input.Idle.class)).hasSize(2);
            assertThat(reason(() -> n.enter("id"))).isEqualTo(Reason.STOPPING);
        }
    }
}
