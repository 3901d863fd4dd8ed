package dev.baton.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.model.AttributeChange;
import dev.baton.model.Location;
import dev.baton.model.NodeId;
import dev.baton.model.SessionDelta;
import dev.baton.model.SessionImage;
import dev.baton.model.SessionKey;
import dev.baton.model.SessionMeta;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Two cores, whose messages arrive at once unless they are held. */
class TombstonesTest {
    private static final NodeId N1 = new NodeId("n1", 1);
    private static final NodeId N2 = new NodeId("n2", 1);
    private static final Message.App SHOP = new Message.App(SessionKey.applicationHash("shop"), "shop");
    private static final SessionKey GONE = new SessionKey(SHOP.hash(), "gone");
    private static final SessionKey BUSY = besideGone("busy");
    private static final SessionKey LATE = besideGone("late");
    private static final SessionImage IMAGE = SessionImage.of(new SessionMeta(1, 0, null, null, null),
            new TreeMap<>(Map.of("count", new byte[8])));
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long STEP_NANOS = SECOND / 2;

    private record Envelope(NodeId from, NodeId to, Message message) {}

    private final CoreSettings settings = CoreSettings.defaults(1).withTombstoneNanos(30 * SECOND);
    private final Map<NodeId, NodeCore> cores = new LinkedHashMap<>();
    private final ArrayDeque<Envelope> network = new ArrayDeque<>();
    private final ArrayDeque<Envelope> held = new ArrayDeque<>();
    private Predicate<Message> holds = m -> false;
    private long version = 1;
    private long now;

    @BeforeEach
    void aSessionThatEnded() {
        for (NodeId node : List.of(N1, N2)) {
            cores.put(node, CoreWindow.start(node, new Location("", "", ""), List.of(SHOP), settings, null));
            cores.keySet().forEach(each -> step(each, new Input.ViewChanged(new ArrayList<>(cores.keySet()))));
            pass(15 * SECOND);
        }
        step(primary(), new Input.Create(GONE, IMAGE, 0));
        step(primary(), new Input.Create(BUSY, IMAGE, 0));
        step(primary(), new Input.Destroy(GONE));
        assertThat(cores.values()).allSatisfy(core -> assertThat(CoreWindow.stored(core, GONE).tombstone()).isTrue());
    }

    /** In the same segment. */
    private static SessionKey besideGone(String name) {
        return IntStream.range(0, 100_000).mapToObj(i -> new SessionKey(SHOP.hash(), name + i))
                .filter(k -> k.segment() == GONE.segment()).findFirst().orElseThrow();
    }

    private NodeId primary() {
        return cores.keySet().stream().filter(n -> CoreWindow.leads(cores.get(n), GONE.segment()) >= 0).findFirst()
                .orElseThrow();
    }

    private List<Effect> step(NodeId node, Input input) {
        List<Effect> effects = send(node, cores.get(node).step(input, now));
        while (!network.isEmpty()) {
            Envelope e = network.poll();
            send(e.to(), cores.get(e.to()).step(new Input.Received(e.from(), e.message()), now));
        }
        return effects;
    }

    private List<Effect> send(NodeId from, List<Effect> effects) {
        for (Effect effect : effects) {
            if (effect instanceof Effect.Send s && cores.containsKey(s.to())) {
                (holds.test(s.message()) ? held : network).add(new Envelope(from, s.to(), s.message()));
            }
        }
        return effects;
    }

    private void pass(long nanos) {
        for (long end = now + nanos; now < end; now += STEP_NANOS) {
            cores.keySet().forEach(node -> step(node, new Input.Tick()));
        }
    }

    /** One change after the other, each of which is acknowledged only when the next one has been made. */
    private void busy(long nanos) {
        holds = m -> m instanceof Message.Replicated;
        for (long end = now + nanos; now < end; now += STEP_NANOS) {
            List<Envelope> before = new ArrayList<>(held);
            held.clear();
            step(primary(), new Input.Commit(BUSY, new SessionDelta(version,
                    List.of(new AttributeChange.Put("count", new byte[] {(byte) version})), null, 0), false));
            version++;
            network.addAll(before);
            cores.keySet().forEach(node -> step(node, new Input.Tick()));
        }
        holds = m -> false;
        network.addAll(held);
        held.clear();
        pass(STEP_NANOS);
        assertThat(CoreWindow.stored(cores.get(N2), BUSY).image()).isEqualTo(CoreWindow.stored(cores.get(N1), BUSY).image());
        assertThat(CoreWindow.stored(cores.get(N1), BUSY).version()).isEqualTo(version);
    }

    @Test
    @DisplayName("protocol 7: a tombstone is forgotten in time, also where some change is always under way")
    void aBusySegmentForgetsToo() {
        busy(settings.tombstoneNanos() / 2);
        assertThat(cores.values()).allSatisfy(core -> assertThat(CoreWindow.stored(core, GONE)).isNotNull());
        busy(settings.tombstoneNanos());
        assertThat(cores.values()).allSatisfy(core -> assertThat(CoreWindow.stored(core, GONE)).isNull());
    }

    @Test
    @DisplayName("protocol 7: not while the other copy may not have heard of the end")
    void nothingIsForgottenBeforeTheCopyHasAnswered() {
        step(primary(), new Input.Create(LATE, IMAGE, 0));
        holds = m -> m instanceof Message.Replicate || m instanceof Message.Attach;
        step(primary(), new Input.Destroy(LATE));
        pass(2 * settings.tombstoneNanos());
        assertThat(CoreWindow.stored(cores.get(primary()), LATE)).isNotNull();
        network.addAll(held);
        holds = m -> false;
        pass(2 * settings.sweepNanos() + STEP_NANOS);
        assertThat(cores.values()).allSatisfy(core -> assertThat(CoreWindow.stored(core, LATE)).isNull());
    }
}
