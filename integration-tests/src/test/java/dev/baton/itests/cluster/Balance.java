package dev.baton.itests.cluster;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How a load balancer chooses the node of a request. One instance belongs to one visitor; several threads may send the
 * visitor's requests.
 */
@FunctionalInterface
public interface Balance {
    /**
     * @param attempt 0 at first, then how many nodes refused the connection of this request
     * @return the node to ask
     */
    Node choose(int attempt);

    /** Each request at the next node. */
    static Balance roundRobin(List<Node> nodes) {
        AtomicInteger next = new AtomicInteger();
        return attempt -> nodes.get(Math.floorMod(next.getAndIncrement(), nodes.size()));
    }

    /** All requests at the same node while it accepts connections, then at the next one. */
    static Balance sticky(List<Node> nodes) {
        AtomicInteger current = new AtomicInteger();
        return attempt -> nodes.get(
                Math.floorMod(attempt == 0 ? current.get() : current.incrementAndGet(), nodes.size()));
    }
}
