package dev.baton.node;

import static dev.baton.node.ScriptedNode.reason;
import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.access.AccessLog;
import dev.baton.access.ClientState;
import dev.baton.model.Fence;
import dev.baton.node.SessionUnavailable.Reason;
import dev.baton.protocol.Content;
import dev.baton.protocol.Denial;
import dev.baton.protocol.Effect;
import dev.baton.protocol.Input;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The token asked for instead of a look-up, around a core that does what the test says. */
@Timeout(60)
@DisplayName("early entries")
class EarlyEntryTest {
    private static final long LONG = TimeUnit.SECONDS.toNanos(20);
    private static final Fence FENCE = new Fence(1, 7);

    private ScriptedNode n;
    private ClientState state;

    @BeforeEach
    void start() {
        n = new ScriptedNode(ApplicationSettings.DEFAULT);
        state = n.shop.state("id");
        used(2);
        n.core.inputs.clear();
    }

    @AfterEach
    void stop() {
        n.close();
    }

    private void used(int times) {
        for (int i = 0; i < times; i++) {
            state.token().learnUse(true);
        }
    }

    /** The token comes as soon as it is asked for. */
    private EarlyEntry granted() {
        n.core.answer(in -> in instanceof Input.Acquire
                ? List.of(n.grant("id", FENCE, 3, ScriptedNode.whole(Map.of("n", 5)), false)) : List.of());
        EarlyEntry early = n.shop.enterEarly("id");
        n.core.answer(in -> List.of());
        return early;
    }

    @Test
    @DisplayName("one question for the token tells that the session exists, and lets the request in")
    void oneQuestion() {
        EarlyEntry early = granted();
        assertThat(n.shop.found(early).meta()).isEqualTo(ScriptedNode.META);
        assertThat(n.shop.found(early).holder()).isEqualTo(n.self());
        AccessLog log = n.shop.enter(early, LONG);
        assertThat(log.state().get("n", log)).isEqualTo(5);
        n.shop.finish(log, LONG);

        assertThat(n.core.inputs).hasSize(1).first().isInstanceOf(Input.Acquire.class);
        assertThat(state.inside()).isZero();
        assertThat(n.shop.counters().entries()).isEqualTo(1);
        assertThat(n.shop.counters().lookupsSent()).isZero();
    }

    @Test
    @DisplayName("two uses in a row make a guess, one request without a use unmakes it")
    void learning() {
        assertThat(state.token().likelyUsed()).isTrue();
        state.token().learnUse(false);
        assertThat(n.shop.enterEarly("id")).isNull();
        used(1);
        assertThat(n.shop.enterEarly("id")).isNull();
        used(1);
        assertThat(granted()).isNotNull();
    }

    @Test
    @DisplayName("nothing is begun for what this process does not know or has here, nor where requests take turns")
    void noGuess() {
        assertThat(n.shop.enterEarly("other")).isNull();
        assertThat(n.shop.enterEarly(null)).isNull();
        n.shop.drop(granted());
        assertThat(state.open()).as("the token stays").isTrue();
        assertThat(n.shop.enterEarly("id")).isNull();
        try (ScriptedNode turns = new ScriptedNode(ApplicationSettings.DEFAULT.withOneRequestAtATime(true))) {
            turns.core.inputs.clear();
            turns.shop.state("id").token().learnUse(true);
            turns.shop.state("id").token().learnUse(true);
            assertThat(turns.shop.enterEarly("id")).isNull();
            assertThat(turns.core.inputs).isEmpty();
        }
    }

    @Test
    @DisplayName("a busy token leaves the question of existence to a look-up, and the place in the queue is kept")
    void busy() {
        EarlyEntry early = n.shop.enterEarly("id");
        assertThat(n.shop.found(early)).isNull();
        n.core.answer(in -> in instanceof Input.Lookup l
                ? List.of(new Effect.LookedUp(l.ticket(), l.key(), ScriptedNode.META, 0, null, null)) : List.of());
        assertThat(n.shop.lookup("id", LONG)).isNotNull();
        n.happen(n.grant("id", FENCE, 3, ScriptedNode.whole(Map.of("n", 5)), false));
        AccessLog log = n.shop.enter(early, LONG);
        assertThat(log.state().get("n", log)).isEqualTo(5);
        assertThat(n.core.given(Input.Acquire.class)).hasSize(1);
        n.shop.leave(log);
        assertThat(state.inside()).isZero();
    }

    @Test
    @DisplayName("L9: whoever goes on waits for its own limit, and hears the same as without a guess")
    void lockTimeout() {
        EarlyEntry early = n.shop.enterEarly("id");
        assertThat(reason(() -> n.shop.enter(early, 1))).isEqualTo(Reason.NOT_GIVEN);
        assertThat(n.core.given(Input.CancelAcquire.class)).hasSize(1);
        n.happen(n.grant("id", FENCE, 3, ScriptedNode.whole(Map.of()), true));
        assertThat(state.inside()).isZero();
        assertThat(n.core.given(Input.Idle.class)).hasSize(1);
    }

    @Test
    @DisplayName("a request that uses nothing calls the question off, or leaves what it got")
    void dropped() {
        n.shop.drop(n.shop.enterEarly("id"));
        assertThat(n.core.given(Input.CancelAcquire.class)).hasSize(1);
        EarlyEntry early = granted();
        assertThat(state.inside()).isEqualTo(1);
        n.shop.drop(early);
        n.shop.drop(early);
        assertThat(state.inside()).isZero();
        // Granted between the look-up and the end, unseen by the request.
        n.happen(new Effect.CloseGate(n.key("id")), new Effect.Returned(n.key("id")));
        EarlyEntry late = n.shop.enterEarly("id");
        n.happen(n.grant("id", new Fence(1, 9), 3, new Content.Same(), true));
        assertThat(state.inside()).isEqualTo(1);
        n.shop.drop(late);
        assertThat(state.inside()).isZero();
        assertThat(n.core.given(Input.Idle.class)).hasSize(2);
    }

    @Test
    @DisplayName("a refusal is none for the guess: the look-up tells what is to be told")
    void refused() {
        n.core.answer(in -> in instanceof Input.Acquire a
                ? List.of(new Effect.AcquireFailed(a.key(), Denial.UNAVAILABLE, null)) : List.of());
        assertThat(n.shop.enterEarly("id")).isNull();
        n.core.answer(in -> in instanceof Input.Acquire a
                ? List.of(new Effect.AcquireFailed(a.key(), Denial.NO_SUCH_SESSION, null)) : List.of());
        EarlyEntry early = n.shop.enterEarly("id");
        assertThat(n.shop.found(early)).isNull();
        assertThat(n.shop.enter(early, LONG)).isNull();
        assertThat(n.shop.known("id")).isNull();
    }

    @Test
    @DisplayName("who does nothing inside gives way to those who have waited elsewhere, and enters anew")
    void givesWay() {
        EarlyEntry early = granted();
        n.happen(new Effect.CloseGate(n.key("id")));
        assertThat(n.core.given(Input.Idle.class)).as("a request is about to use it, most likely").isEmpty();
        n.pass(20, TimeUnit.MILLISECONDS);
        TestCluster.await("it has given way", () -> n.core.given(Input.Idle.class).size() == 1);
        assertThat(n.shop.found(early)).isNull();
        n.happen(new Effect.Returned(n.key("id")));
        n.core.answer(in -> in instanceof Input.Acquire
                ? List.of(n.grant("id", new Fence(1, 9), 3, new Content.Same(), false)) : List.of());
        AccessLog log = n.shop.enter(early, LONG);
        assertThat(log.state().get("n", log)).isEqualTo(5);
        n.happen(new Effect.CloseGate(n.key("id")));
        n.pass(1, TimeUnit.SECONDS);
        assertThat(n.core.given(Input.Idle.class)).as("whoever has gone on stays").hasSize(1);
        n.shop.leave(log);
        assertThat(n.core.given(Input.Idle.class)).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName("so it does where others waited before the token came; it may be let in at once, or while others are")
    void givesWayToThoseBefore(boolean atOnce) {
        Effect grant = n.grant("id", FENCE, 3, ScriptedNode.whole(Map.of("n", 5)), true);
        if (atOnce) {
            n.core.answer(in -> in instanceof Input.Acquire ? List.of(grant) : List.of());
        }
        EarlyEntry early = n.shop.enterEarly("id");
        n.core.answer(in -> List.of());
        if (!atOnce) {
            n.happen(grant);
        }
        assertThat(state.inside()).isEqualTo(1);
        n.pass(20, TimeUnit.MILLISECONDS);
        TestCluster.await("it has given way", () -> n.core.given(Input.Idle.class).size() == 1);
        assertThat(n.shop.found(early)).isNull();
    }

    @Test
    @DisplayName("so it does where the token came just when it did not wait for it any more")
    void givesWayWithATokenThatCameLate() {
        n.whenWaiting = () -> {
            n.happen(n.grant("id", FENCE, 3, ScriptedNode.whole(Map.of("n", 5)), true));
            return null; // it must not wait
        };
        n.shop.enterEarly("id");
        assertThat(state.inside()).isEqualTo(1);
        n.pass(20, TimeUnit.MILLISECONDS);
        TestCluster.await("it has given way", () -> n.core.given(Input.Idle.class).size() == 1);
    }

    @Test
    @DisplayName("what other sessions' tokens do is no work for it")
    void othersHandOvers() {
        List<Runnable> helped = new ArrayList<>();
        n.close();
        n = new ScriptedNode(ApplicationSettings.DEFAULT, new NodeThreads("n") {
            @Override
            Executor helpers() {
                return helped::add;
            }
        });
        state = n.shop.state("id");
        used(2);
        EarlyEntry early = granted();
        n.happen(n.grant("other", FENCE, 3, ScriptedNode.whole(Map.of()), true));
        n.happen(n.grant("another", FENCE, 3, ScriptedNode.whole(Map.of()), false));
        n.happen(new Effect.CloseGate(n.key("another")));
        n.pass(20, TimeUnit.MILLISECONDS);
        assertThat(helped).isEmpty();
        n.happen(new Effect.CloseGate(n.key("id")));
        n.pass(20, TimeUnit.MILLISECONDS);
        assertThat(helped).hasSize(1);
        n.shop.drop(early);
    }

    @Test
    @DisplayName("a token lost in between is asked for again")
    void lost() {
        EarlyEntry early = granted();
        n.happen(new Effect.TokenLost(n.key("id"), Denial.FENCED));
        assertThat(n.shop.found(early)).isNull();
        n.core.answer(in -> in instanceof Input.Acquire
                ? List.of(n.grant("id", new Fence(1, 9), 4, ScriptedNode.whole(Map.of("n", 6)), false)) : List.of());
        AccessLog log = n.shop.enter(early, LONG);
        assertThat(log.state().get("n", log)).isEqualTo(6);
        n.shop.leave(log);
        assertThat(state.inside()).isZero();
    }

    @Test
    @DisplayName("without the right to serve nothing is found by the guess")
    void noLease() {
        EarlyEntry early = granted();
        n.serve(Long.MIN_VALUE);
        assertThat(n.shop.found(early)).isNull();
        n.serve(Long.MAX_VALUE);
        assertThat(n.shop.found(early)).isNotNull();
        n.shop.drop(early);
    }
}
