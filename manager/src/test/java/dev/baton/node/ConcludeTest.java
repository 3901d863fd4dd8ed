package dev.baton.node;

import static dev.baton.node.ScriptedNode.reason;
import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.access.AccessLog;
import dev.baton.access.ClientState;
import dev.baton.model.Fence;
import dev.baton.model.Settings.Acknowledge;
import dev.baton.node.SessionUnavailable.Reason;
import dev.baton.protocol.Content;
import dev.baton.protocol.Denial;
import dev.baton.protocol.Effect;
import dev.baton.protocol.Input;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tokens that go back with the last change made under them, around a core that does what the test says. */
@Timeout(60)
class ConcludeTest {
    private static final long LONG = TimeUnit.SECONDS.toNanos(20);

    private ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT);
    private long counter;
    private long version = 1;

    @AfterEach
    void stop() {
        n.close();
    }

    private void with(ApplicationSettings settings) {
        n.close();
        n = new ScriptedNode(settings);
    }

    private ClientState state() {
        return n.shop.state("id");
    }

    /** Enters by a grant that comes after so many others. */
    private AccessLog granted(int later) {
        counter += later;
        Fence fence = new Fence(1, counter);
        n.core.answer(in -> in instanceof Input.Acquire a ? List.of(n.grant("id", fence, a.cached().version() > 0
                ? a.cached().version() : version, a.cached().version() > 0 ? new Content.Same()
                : ScriptedNode.whole(Map.of("n", 0)), false)) : List.of());
        AccessLog log = n.enter("id");
        n.core.answer(in -> List.of());
        n.core.inputs.clear();
        return log;
    }

    /** A stay as of a session that others had meanwhile. */
    private AccessLog wandered() {
        AccessLog first = granted(1);
        n.shop.leave(first);
        n.happen(new Effect.CloseGate(n.key("id")), new Effect.Returned(n.key("id")));
        return granted(3);
    }

    private static AccessLog changed(AccessLog log) {
        log.state().set("n", 7, log);
        return log;
    }

    private List<Class<?>> given() {
        return n.core.inputs.stream().filter(i -> !(i instanceof Input.Forget))
                .<Class<?>>map(Object::getClass).toList();
    }

    @Test
    @DisplayName("a token that others had in between goes back with the change; RELEASED acknowledges both")
    void wanders() {
        AccessLog log = changed(wandered());
        Application.Completed done = n.shop.conclude(log, LONG);
        assertThat(done.sent()).isTrue();
        assertThat(given()).containsExactly(Input.LastCommit.class);
        assertThat(state().open()).isFalse();
        assertThat(state().inside()).isZero();
        assertThat(reason(() -> n.shop.awaitDurable(log, done.version(), 1))).isEqualTo(Reason.OUTCOME_UNKNOWN);
        n.happen(new Effect.Committed(n.key("id"), done.version()), new Effect.Returned(n.key("id")));
        n.shop.awaitDurable(log, done.version(), LONG);
        n.shop.leave(log);
        assertThat(given()).containsExactly(Input.LastCommit.class);
    }

    @Test
    @DisplayName("a token that comes back with nobody in between stays")
    void sticky() {
        AccessLog log = changed(wandered());
        n.shop.conclude(log, LONG);
        n.happen(new Effect.Committed(n.key("id"), 2), new Effect.Returned(n.key("id")));
        n.shop.leave(log);
        AccessLog next = granted(1);
        next.state().set("n", 8, next);
        n.shop.conclude(next, LONG);
        n.shop.leave(next);
        assertThat(given()).containsExactly(Input.Commit.class);
        assertThat(state().open()).isTrue();
    }

    @Test
    @DisplayName("a stay that changes nothing keeps the token until it is asked for")
    void reading() {
        AccessLog log = wandered();
        assertThat(n.shop.conclude(log, LONG).sent()).isFalse();
        n.shop.leave(log);
        assertThat(given()).isEmpty();
        assertThat(state().open()).isTrue();
    }

    @Test
    @DisplayName("L6: a token that was asked for meanwhile goes back with the change")
    void revoked() {
        AccessLog log = changed(granted(1));
        n.happen(new Effect.CloseGate(n.key("id")));
        n.shop.conclude(log, LONG);
        assertThat(given()).containsExactly(Input.LastCommit.class);
        n.shop.leave(log);
    }

    @Test
    @DisplayName("L7: so does each token with eager release")
    void eager() {
        with(ApplicationSettings.DEFAULT.withEagerRelease(true));
        AccessLog log = changed(granted(1));
        n.shop.conclude(log, LONG);
        assertThat(given()).containsExactly(Input.LastCommit.class);
        n.shop.leave(log);
    }

    @Test
    @DisplayName("not while others are inside, nor where more than this stay's changes may be left")
    void othersInside() {
        AccessLog log = changed(wandered());
        AccessLog other = n.shop.join(log);
        n.shop.conclude(log, LONG);
        assertThat(given()).containsExactly(Input.Commit.class);
        assertThat(state().inside()).isEqualTo(2);
        n.shop.leave(log);
        other.state().set("n", 9, other);
        n.shop.conclude(other, LONG);
        assertThat(given()).containsExactly(Input.Commit.class, Input.LastCommit.class);
        n.shop.leave(other);
    }

    @Test
    @DisplayName("not by complete, after which the stay may go on")
    void completing() {
        AccessLog log = changed(wandered());
        n.shop.complete(log);
        assertThat(given()).containsExactly(Input.Commit.class);
        assertThat(state().inside()).isEqualTo(1);
        n.shop.leave(log);
    }

    @Test
    @DisplayName("not with acknowledge=none, where nobody waits")
    void none() {
        with(ApplicationSettings.DEFAULT.withAcknowledge(Acknowledge.NONE));
        AccessLog log = changed(wandered());
        n.shop.conclude(log, LONG);
        assertThat(given()).containsExactly(Input.Commit.class);
        n.shop.leave(log);
    }

    @Test
    @DisplayName("not where the application is to hear of the move first")
    void handingOver() {
        AccessLog log = changed(wandered());
        n.handsOver = true;
        n.shop.conclude(log, LONG);
        assertThat(given()).containsExactly(Input.Commit.class);
        n.handsOver = false;
        n.shop.leave(log);
    }

    @Test
    @DisplayName("I11: a refused release fails the request that waits for it")
    void refused() {
        AccessLog log = changed(wandered());
        Application.Completed done = n.shop.conclude(log, LONG);
        n.happen(new Effect.TokenLost(n.key("id"), Denial.FENCED));
        assertThat(reason(() -> n.shop.awaitDurable(log, done.version(), LONG))).isEqualTo(Reason.TOKEN_LOST);
        n.shop.leave(log);
        assertThat(state().inside()).isZero();
        // Its copy is void.
        AccessLog next = granted(2);
        assertThat(next.state().get("n", next)).isEqualTo(0);
        n.shop.leave(next);
    }

    @Test
    @DisplayName("what is durable stays so, whatever becomes of the next token")
    void durable() {
        AccessLog log = changed(wandered());
        Application.Completed done = n.shop.conclude(log, LONG);
        n.happen(new Effect.Committed(n.key("id"), done.version()), new Effect.Returned(n.key("id")));
        AccessLog next = granted(1);
        n.happen(new Effect.TokenLost(n.key("id"), Denial.FENCED));
        n.shop.awaitDurable(log, done.version(), LONG);
        n.shop.leave(log);
        n.shop.leave(next);
    }

    @Test
    @DisplayName("who comes while the token is on its way asks for it again; the one who waits counts no more")
    void others() {
        AccessLog log = changed(wandered());
        n.shop.conclude(log, LONG);
        assertThat(n.shop.join(log)).isNull();
        n.happen(new Effect.Committed(n.key("id"), 2), new Effect.Returned(n.key("id")));
        AccessLog next = granted(1);
        assertThat(next.state().get("n", next)).isEqualTo(7);
        n.shop.leave(log);
        assertThat(state().inside()).isEqualTo(1);
        n.shop.leave(next);
        assertThat(state().inside()).isZero();
    }
}
