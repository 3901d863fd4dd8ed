package dev.baton.node;

import dev.baton.model.NodeId;
import dev.baton.protocol.Message;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Collects what a round of steps says to each peer, so that it leaves in one envelope. Counts by kind. */
final class Outbox {
    private final Transport transport;
    private final Map<NodeId, List<Message>> waiting = new LinkedHashMap<>();
    private final Map<Class<?>, LongAdder> sent = new ConcurrentHashMap<>();
    private final Map<Class<?>, LongAdder> received = new ConcurrentHashMap<>();

    Outbox(Transport transport) {
        this.transport = transport;
    }

    /** On the loop only, as {@link #flush}. */
    void add(NodeId to, Message message) {
        count(sent, message);
        waiting.computeIfAbsent(to, n -> new ArrayList<>()).add(message);
    }

    void flush() {
        if (waiting.isEmpty()) {
            return;
        }
        for (Map.Entry<NodeId, List<Message>> e : waiting.entrySet()) {
            transport.send(e.getKey(), e.getValue());
        }
        waiting.clear();
    }

    void received(Message message) {
        count(received, message);
    }

    private static void count(Map<Class<?>, LongAdder> counters, Message message) {
        LongAdder counter = counters.get(message.getClass());
        if (counter == null) {
            counter = counters.computeIfAbsent(message.getClass(), c -> new LongAdder());
        }
        counter.increment();
    }

    Map<String, Long> sentByKind() {
        return byKind(sent);
    }

    Map<String, Long> receivedByKind() {
        return byKind(received);
    }

    private static Map<String, Long> byKind(Map<Class<?>, LongAdder> counters) {
        TreeMap<String, Long> map = new TreeMap<>();
        counters.forEach((type, n) -> map.put(type.getSimpleName(), n.sum()));
        return map;
    }
}
