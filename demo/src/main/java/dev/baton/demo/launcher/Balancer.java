package dev.baton.demo.launcher;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Decides which node a request is offered to first, and which after that. May be used from any thread. */
final class Balancer {
    private final DemoOptions.Balance balance;
    private final AtomicInteger turn = new AtomicInteger();

    Balancer(DemoOptions.Balance balance) {
        this.balance = balance;
    }

    /**
     * @param route  route suffix of the session's id, or null
     * @param chosen node that the visitor chose, or null
     * @param up     running nodes
     * @return the running nodes in the order in which they are to be tried
     */
    List<String> order(String route, String chosen, List<String> up) {
        List<String> order = new ArrayList<>(up);
        if (order.isEmpty()) {
            return order;
        }
        boolean sticks = balance == DemoOptions.Balance.STICKY && order.contains(route);
        boolean chooses = order.contains(chosen);
        if (!sticks && !chooses) {
            Collections.rotate(order, -Math.floorMod(turn.getAndIncrement(), order.size()));
        }
        if (sticks) {
            first(order, route);
        }
        if (chooses) {
            first(order, chosen);
        }
        return order;
    }

    private static void first(List<String> order, String name) {
        order.remove(name);
        order.add(0, name);
    }
}
