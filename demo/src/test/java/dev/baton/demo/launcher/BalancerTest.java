package dev.baton.demo.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class BalancerTest {
    private static final List<String> ALL = List.of("node1", "node2", "node3");
    private final Balancer sticky = new Balancer(DemoOptions.Balance.STICKY);
    private final Balancer roundRobin = new Balancer(DemoOptions.Balance.ROUNDROBIN);

    @Test
    void stickyFollowsTheRouteAndKeepsTheOthersInReserve() {
        assertThat(sticky.order("node2", null, ALL)).containsExactly("node2", "node1", "node3");
        assertThat(sticky.order("node2", null, List.of("node1", "node3"))).containsExactlyInAnyOrder("node1", "node3");
    }

    @Test
    void withoutRouteTheTurnGoesRound() {
        assertThat(List.of(sticky.order(null, null, ALL).get(0), sticky.order(null, null, ALL).get(0),
                sticky.order("node9", null, ALL).get(0), sticky.order(null, null, ALL).get(0)))
                .containsExactly("node1", "node2", "node3", "node1");
    }

    @Test
    void roundRobinHeedsNoRoute() {
        assertThat(List.of(roundRobin.order("node1", null, ALL).get(0), roundRobin.order("node1", null, ALL).get(0),
                roundRobin.order("node1", null, ALL).get(0))).containsExactly("node1", "node2", "node3");
    }

    @Test
    void theVisitorsChoiceComesFirstWhileThatNodeRuns() {
        assertThat(sticky.order("node1", "node3", ALL)).containsExactly("node3", "node1", "node2");
        assertThat(roundRobin.order("node1", "node3", ALL)).startsWith("node3").hasSize(3);
        assertThat(sticky.order("node1", "node3", List.of("node1", "node2"))).containsExactly("node1", "node2");
    }

    @Test
    void nobodyRunning() {
        assertThat(roundRobin.order("node1", "node2", List.of())).isEmpty();
    }
}
