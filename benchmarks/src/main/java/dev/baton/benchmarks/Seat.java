package dev.baton.benchmarks;

import java.util.List;

/**
 * A node's place in its cluster.
 *
 * @param cluster   name that no other cluster of this machine has
 * @param number    of the node, from 0
 * @param receivers port between the nodes of each, for managers that must be told
 * @param localPort first port between the nodes of Baton's built-in stack
 */
record Seat(String cluster, int number, List<Integer> receivers, int localPort) {
    String name() {
        return "n" + (number + 1);
    }

    int receiver() {
        return receivers.get(number);
    }

    /** Of the node after this one, round and round. */
    int nextReceiver() {
        return receivers.get((number + 1) % receivers.size());
    }
}
