package dev.baton.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.model.Location;
import dev.baton.model.Member;
import dev.baton.model.NodeId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A node that keeps no segments is the first of the view, and there is no other one, or one that does. */
@DisplayName("S3: a node without a store")
class NoStoreTest {
    private static final NodeId USER = new NodeId("user", 1);
    private static final NodeId OTHER = new NodeId("other", 1);
    private static final NodeId KEEPER = new NodeId("keeper", 1);
    private static final NodeId AGAIN = new NodeId("keeper", 2);
    private static final CoreSettings SETTINGS = CoreSettings.defaults(1);
    private static final String WAITING = "waiting for a node that stores sessions: there is none in sight of ";

    private record Sent(NodeId from, Effect.Send what) {}

    private final Map<NodeId, NodeCore> cores = new LinkedHashMap<>();
    private final ArrayDeque<Sent> network = new ArrayDeque<>();
    private final List<Effect> atUser = new ArrayList<>();
    private final List<NodeId> left = new ArrayList<>();
    private long now;

    @BeforeEach
    void theUserIsThere() {
        cores.put(USER, withoutStore(USER));
    }

    /** What follows of it, at all nodes, until nothing is under way. */
    private void step(NodeId node, Input input) {
        take(node, input);
        while (!network.isEmpty()) {
            Sent next = network.poll();
            take(next.what().to(), new Input.Received(next.from(), next.what().message()));
        }
    }

    private void take(NodeId node, Input input) {
        NodeCore core = cores.get(node);
        for (Effect effect : core == null ? List.<Effect>of() : core.step(input, now)) {
            if (effect instanceof Effect.Send send) {
                network.add(new Sent(node, send));
            } else if (effect instanceof Effect.Left) {
                left.add(node);
            } else if (node.equals(USER)) {
                atUser.add(effect);
            }
        }
    }

    private void view(NodeId... members) {
        for (NodeId each : members) {
            step(each, new Input.ViewChanged(List.of(members)));
        }
        seconds(3); // what was said before the other one had its view is said again
    }

    private void seconds(int seconds) {
        for (int i = 0; i < 8 * seconds; i++) {
            now += TimeUnit.MILLISECONDS.toNanos(125);
            cores.keySet().forEach(node -> step(node, new Input.Tick()));
        }
    }

    private static NodeCore withoutStore(NodeId life) {
        return CoreWindow.start(life, Location.UNKNOWN, false, List.of(), SETTINGS, null);
    }

    private void keeper(NodeId life) {
        cores.put(life, CoreWindow.start(life, Location.UNKNOWN, List.of(), SETTINGS, null));
    }

    private List<String> waiting() {
        return atUser.stream().filter(Effect.Note.class::isInstance).map(e -> ((Effect.Note) e).text())
                .filter(text -> text.startsWith(WAITING)).toList();
    }

    private void servedBy(NodeId keeper) {
        assertThat(cores.values()).allSatisfy(core -> {
            assertThat(core.frozen()).isFalse();
            assertThat(core.effective().seats()).containsExactly(keeper);
            assertThat(core.effective().members()).extracting(Member::node).containsExactlyInAnyOrderElementsOf(
                    cores.keySet());
            assertThat(core.effective().segments()).allMatch(e -> e.primary().equals(keeper));
        });
    }

    @Test
    @DisplayName("alone it founds no cluster and says what it waits for; with the first one that stores it does")
    void foundsWhereSomebodyStores() {
        view(USER);
        seconds(60);
        assertThat(cores.get(USER).effective()).isNull();
        assertThat(waiting()).containsExactly(WAITING + "[" + USER + "], and no session is served without");
        assertThat(atUser).filteredOn(Effect.TopologyChanged.class::isInstance)
                .containsExactly(new Effect.TopologyChanged(null, true));

        cores.put(OTHER, withoutStore(OTHER));
        view(USER, OTHER);
        seconds(60);
        assertThat(cores.get(OTHER).effective()).isNull();
        assertThat(waiting()).as("said once").hasSize(1);

        keeper(KEEPER);
        view(USER, OTHER, KEEPER);
        servedBy(KEEPER);
    }

    @Test
    @DisplayName("it outlives all that store: nothing is decided until one is there again, which may be another life")
    void goesOnWithTheNextThatStores() {
        keeper(KEEPER);
        view(KEEPER, USER);
        servedBy(KEEPER);
        cores.remove(KEEPER);
        view(USER);
        step(USER, new Input.ProvenDead(KEEPER));
        seconds(60);
        assertThat(cores.get(USER).frozen()).isTrue();
        assertThat(waiting()).hasSize(1);

        keeper(AGAIN);
        view(USER, AGAIN);
        seconds(15);
        servedBy(AGAIN);
        assertThat(atUser).anyMatch(e -> e instanceof Effect.Note note
                && note.text().contains("all 256 segments lost every copy"));
    }

    @Test
    @DisplayName("when all that store leave, the last one has nobody to hand over to and goes at once; the others then, too")
    void theStoreStops() {
        keeper(KEEPER);
        NodeId second = new NodeId("keeper2", 1);
        keeper(second);
        cores.put(OTHER, withoutStore(OTHER));
        view(KEEPER, USER, OTHER, second);
        step(KEEPER, new Input.Leave());
        seconds(3);
        assertThat(left).as("it handed over").containsExactly(KEEPER);
        assertThat(cores.get(USER).effective().segments()).allMatch(e -> e.primary().equals(second));
        cores.remove(KEEPER);
        view(USER, OTHER, second);

        step(second, new Input.Leave());
        assertThat(left).containsExactly(KEEPER, second);
        cores.remove(second);
        view(USER, OTHER);
        step(OTHER, new Input.Leave());
        assertThat(left).containsExactly(KEEPER, second, OTHER);
    }

    @Test
    @DisplayName("it need not wait for one that died: whoever stops then goes at once")
    void stopsWhenTheStoreHasDied() {
        keeper(KEEPER);
        cores.put(OTHER, withoutStore(OTHER));
        view(KEEPER, USER, OTHER);
        cores.remove(KEEPER);
        view(USER, OTHER);
        step(OTHER, new Input.Leave());
        assertThat(left).containsExactly(OTHER);
    }

    @Test
    @DisplayName("one that stores but has other settings is no node to go on with, and does no harm")
    void anotherClustersStoreIsNone() {
        keeper(KEEPER);
        view(KEEPER, USER);
        cores.remove(KEEPER);
        cores.put(AGAIN, CoreWindow.start(AGAIN, Location.UNKNOWN, List.of(), CoreSettings.defaults(2), null));
        view(USER, AGAIN);
        seconds(60);
        assertThat(cores.get(USER).effective().member(AGAIN)).isNull();

        cores.remove(AGAIN);
        NodeId third = new NodeId("keeper", 3);
        keeper(third);
        view(USER, third);
        seconds(15);
        servedBy(third);
    }
}
