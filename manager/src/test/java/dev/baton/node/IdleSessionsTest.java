package dev.baton.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.access.AccessLog;
import dev.baton.access.ClientState;
import dev.baton.model.Fence;
import dev.baton.protocol.Effect;
import dev.baton.protocol.Input;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sessions that nobody uses go out of the process, and come back as they were. */
@Timeout(60)
class IdleSessionsTest {
    private static final long LONG = TimeUnit.SECONDS.toNanos(20);

    private final ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT);

    @AfterEach
    void close() {
        Told.whenRead = () -> { };
        n.close();
    }

    /** Says when it is read from its bytes. */
    private static final class Told implements Serializable {
        private static final long serialVersionUID = 1L;
        private static Runnable whenRead = () -> { };
        private int count;

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            whenRead.run();
        }
    }

    /** Can be written, and not be read. */
    private static final class OneWay implements Serializable {
        private static final long serialVersionUID = 1L;

        private void readObject(ObjectInputStream in) throws IOException {
            throw new InvalidObjectException("never");
        }
    }

    private void idle(long seconds) {
        n.nanos.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
        round();
    }

    private void round() {
        round(n.shop);
    }

    private static void round(Application shop) {
        ((DeployedApplication) shop).idleSessions().round();
    }

    private List<ClientState> kept() {
        return ((DeployedApplication) n.shop).registry().all();
    }

    /** Sets one attribute, in a request that ends. */
    private ClientState used(String name, Object value) {
        AccessLog log = n.enter("id");
        log.state().set(name, value, log);
        n.shop.finish(log, LONG);
        n.shop.accessed(log.state());
        return log.state();
    }

    private Object read(String name) {
        AccessLog log = n.enter("id");
        Object value = log.state().get(name, log);
        n.shop.finish(log, LONG);
        return value;
    }

    private int givenBack() {
        return n.core.given(Input.Idle.class).size();
    }

    @Test
    @DisplayName("A session that nobody used for a minute goes back to the store and out of the process")
    void goes() {
        n.grantEverything(Map.of());
        ClientState state = used("list", new ArrayList<>(List.of(1)));
        idle(59);
        assertThat(givenBack()).isZero();
        assertThat(kept()).containsExactly(state);
        idle(1);
        assertThat(n.core.given(Input.Idle.class)).singleElement()
                .satisfies(in -> assertThat(in.ageNanos()).isEqualTo(TimeUnit.SECONDS.toNanos(60)));
        assertThat(kept()).isEmpty();
        idle(5);
        assertThat(givenBack()).isEqualTo(1);
        assertThat(state.fence()).isEqualTo(Fence.NONE);
    }

    @Test
    @DisplayName("Whoever still has the session's object keeps it the one of its id, also after the session went")
    void oneObjectPerId() {
        n.grantEverything(Map.of());
        ClientState state = used("n", 1);
        idle(60);
        assertThat(kept()).isEmpty();
        AccessLog log = n.enter("id");
        assertThat(log.state()).isSameAs(state);
        assertThat(kept()).containsExactly(state);
        n.shop.finish(log, LONG);
    }

    @Test
    void whoUsedItMeanwhileKeepsIt() {
        n.grantEverything(Map.of());
        used("told", new Told());
        List<Object> values = new ArrayList<>();
        Told.whenRead = () -> {
            Told.whenRead = () -> { };
            values.add(read("told"));
        };
        idle(60);
        assertThat(values).hasSize(1);
        assertThat(givenBack()).isZero();
        assertThat(read("told")).isSameAs(values.get(0));
        round();
        assertThat(givenBack()).isEqualTo(1);
    }

    @Test
    void whoIsInsideWhileItIsLookedAtKeepsIt() {
        n.grantEverything(Map.of());
        used("told", new Told());
        List<AccessLog> inside = new ArrayList<>();
        Told.whenRead = () -> {
            Told.whenRead = () -> { };
            inside.add(n.enter("id"));
        };
        idle(60);
        assertThat(givenBack()).isZero();
        AccessLog log = inside.get(0);
        Told told = (Told) log.state().get("told", log);
        told.count = 7;
        round();
        n.shop.finish(log, LONG);
        assertThat(givenBack()).isZero();
        assertThat(((Told) read("told")).count).isEqualTo(7);
    }

    @Test
    void whoComesWhileTheTokenIsOnItsWayGetsItAgainWithItsObjects() {
        n.grantEverything(Map.of());
        ClientState state = used("list", new ArrayList<>(List.of(1)));
        Object list = read("list");
        n.core.answer(in -> List.of());
        idle(60);
        assertThat(givenBack()).isEqualTo(1);
        assertThat(kept()).containsExactly(state);
        var entry = n.shop.enterAsync(state, LONG).toCompletableFuture();
        TestCluster.await("it waits", () -> n.core.given(Input.Acquire.class).size() == 2);
        round();
        n.happen(new Effect.Returned(n.key("id")));
        round();
        assertThat(kept()).containsExactly(state);
        n.happen(new Effect.OpenGate(n.key("id"), new Fence(1, 9), state.stamp(), new dev.baton.protocol.Content.Same(), 0,
                false));
        AccessLog log = entry.join();
        assertThat(state.get("list", log)).isSameAs(list);
        n.shop.leave(log);
    }

    @Test
    void whatCannotBeReadBackStaysWithItsSession() {
        n.grantEverything(Map.of());
        OneWay value = new OneWay();
        used("odd", value);
        idle(60);
        round();
        assertThat(givenBack()).isZero();
        assertThat(read("odd")).isSameAs(value);
    }

    @Test
    void whatCannotBeWrittenStaysWithItsSession() {
        n.grantEverything(Map.of());
        Object value = new Object();
        used("odd", value);
        idle(60);
        assertThat(givenBack()).isZero();
        assertThat(read("odd")).isSameAs(value);
    }

    @Test
    void whatWasChangedWithoutARequestStaysUntilOneHasSentIt() {
        n.grantEverything(Map.of());
        List<Integer> list = new ArrayList<>(List.of(1));
        used("list", list);
        list.add(2);
        idle(60);
        assertThat(givenBack()).isZero();
        assertThat(read("list")).isSameAs(list);
        assertThat(n.core.given(Input.Commit.class)).hasSize(2);
        idle(60);
        assertThat(givenBack()).isEqualTo(1);
    }

    @Test
    void whatAnApplicationDoesNotLetGoOfStays() {
        n.grantEverything(Map.of());
        ClientState state = used("n", 1);
        n.keeps = true;
        idle(60);
        assertThat(givenBack()).isZero();
        n.keeps = false;
        round();
        assertThat(givenBack()).isEqualTo(1);
        assertThat(kept()).doesNotContain(state);
    }

    @Test
    @DisplayName("With releaseIdle=0 the token stays until it is asked for (L5)")
    void never() {
        try (ScriptedNode other = new ScriptedNode(ApplicationSettings.DEFAULT.withReleaseIdleNanos(0))) {
            other.grantEverything(Map.of());
            AccessLog log = other.enter("id");
            other.shop.finish(log, LONG);
            other.shop.accessed(log.state());
            other.pass(1, TimeUnit.HOURS);
            // The same with the default: what the timers begin goes on in a thread of its own.
            n.grantEverything(Map.of());
            ClientState state = used("n", 1);
            n.pass(1, TimeUnit.HOURS);
            TestCluster.await("it goes", () -> state.token().away());
            assertThat(other.core.given(Input.Idle.class)).isEmpty();
        }
    }

    @Test
    @DisplayName("With eager release the token is back already: the copy goes")
    void eager() {
        try (ScriptedNode other = new ScriptedNode(ApplicationSettings.DEFAULT.withEagerRelease(true))) {
            other.grantEverything(Map.of("n", 1));
            AccessLog log = other.enter("id");
            other.shop.finish(log, LONG);
            other.shop.accessed(log.state());
            other.nanos.addAndGet(TimeUnit.SECONDS.toNanos(60));
            round(other.shop);
            assertThat(other.core.given(Input.Idle.class)).hasSize(1);
            assertThat(((DeployedApplication) other.shop).registry().all()).isEmpty();
        }
    }

    @Test
    void whatComesBackIsWhatWent() {
        ApplicationSettings atOnce = ApplicationSettings.DEFAULT.withReleaseIdleNanos(1);
        try (TestCluster cluster = TestCluster.of(2, 1, atOnce)) {
            TestCluster.Node node = cluster.node(0);
            Map<String, Object> ordered = new LinkedHashMap<>();
            for (String key : List.of("z", "a", "m")) {
                ordered.put(key, new ArrayList<>(List.of(key)));
            }
            String id = node.create("ordered", ordered);
            node.write(id, "text", "immutable");
            node.shop.accessed(node.shop.state(id));
            TestCluster.await("the session is out of the process", () -> {
                round(node.shop);
                System.gc();
                return ((DeployedApplication) node.shop).registry().existing(id) == null;
            });
            assertThat(node.node.report().tokens()).isZero();
            assertThat(node.shop.stored(node.shop.state(id)).names()).containsExactly("ordered", "text");
            node.request(id, (state, log) -> {
                assertThat(state.names(log)).containsExactly("ordered", "text");
                assertThat(state.get("text", log)).isEqualTo("immutable");
                @SuppressWarnings("unchecked")
                Map<String, List<String>> back = (Map<String, List<String>>) state.get("ordered", log);
                assertThat(back).isNotSameAs(ordered).isEqualTo(ordered);
                assertThat(back.keySet()).containsExactly("z", "a", "m");
                return back.get("a").add("changed in place");
            });
            assertThat(cluster.node(1).read(id, "ordered").toString()).contains("changed in place");
        }
    }
}
