package dev.baton.node;

import dev.baton.codec.MalformedMessage;
import dev.baton.codec.MessageCodec;
import dev.baton.model.NodeId;
import dev.baton.protocol.Message;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiPredicate;

/** A network in this JVM: every envelope goes through the codec, each node has one thread that delivers to it. */
public final class MemoryNetwork {
    private final Map<NodeId, Port> ports = new LinkedHashMap<>();
    private final Set<NodeId> dead = ConcurrentHashMap.newKeySet();
    private final Set<NodeId> cut = ConcurrentHashMap.newKeySet();
    private final Set<NodeId> silent = ConcurrentHashMap.newKeySet();
    private volatile BiPredicate<NodeId, Message> lost = (to, message) -> false;
    /** Guards {@link #held} too: what is found to be held must not come after the last delivery. */
    private final List<Runnable> holding = new ArrayList<>();
    private BiPredicate<NodeId, Message> held = (to, message) -> false;

    public synchronized Port port(String name, long incarnation) {
        return new Port(new NodeId(name, incarnation));
    }

    /** Messages that never arrive. */
    public void lose(BiPredicate<NodeId, Message> which) {
        lost = which;
    }

    /** Messages that are kept back until {@link #deliverHeld}. */
    public void hold(BiPredicate<NodeId, Message> which) {
        synchronized (holding) {
            held = which;
        }
    }

    /** Delivers what was kept back, and keeps back nothing more. */
    public void deliverHeld() {
        List<Runnable> deliveries;
        synchronized (holding) {
            held = (to, message) -> false;
            deliveries = List.copyOf(holding);
            holding.clear();
        }
        deliveries.forEach(Runnable::run);
    }

    /** The process is gone, and nobody has noticed: nothing of it is heard any more, until {@link #kill} tells. */
    public void silence(NodeId node) {
        silent.add(node);
    }

    /** The process is gone: nothing of it is heard any more, and its port refuses connections. */
    public void kill(NodeId node) {
        Port port;
        synchronized (this) {
            port = ports.remove(node);
            dead.add(node);
        }
        port.cut();
        views();
    }

    /** The node and the others do not hear each other any more; each side sees that. Nobody is proven dead. */
    public void cut(NodeId node) {
        cut.add(node);
        views();
    }

    public void heal(NodeId node) {
        cut.remove(node);
        views();
    }

    private synchronized void views() {
        for (Port p : ports.values()) {
            List<NodeId> members = ports.keySet().stream().filter(n -> together(n, p.self)).toList();
            p.deliver(l -> l.viewChanged(members));
        }
    }

    private boolean hear(NodeId a, NodeId b) {
        return together(a, b) && !silent.contains(a) && !silent.contains(b);
    }

    private boolean together(NodeId a, NodeId b) {
        return a.equals(b) || !cut.contains(a) && !cut.contains(b);
    }

    private synchronized Port find(NodeId node) {
        return ports.get(node);
    }

    private interface Delivery {
        void to(Transport.Listener listener);
    }

    public final class Port implements Transport {
        private final NodeId self;
        private final ExecutorService thread;
        private final LongAdder sent = new LongAdder();
        private final LongAdder bytes = new LongAdder();
        private volatile Listener listener;

        Port(NodeId self) {
            this.self = self;
            this.thread = Executors.newSingleThreadExecutor(r -> {
                Thread t = new Thread(r, "network-" + self.name());
                t.setDaemon(true);
                return t;
            });
        }

        @Override
        public NodeId self() {
            return self;
        }

        @Override
        public void start(Listener theListener) {
            listener = theListener;
            synchronized (MemoryNetwork.this) {
                ports.put(self, this);
            }
            views();
        }

        @Override
        public void send(NodeId to, List<Message> envelope) {
            Port target = find(to);
            List<Message> kept = new ArrayList<>();
            for (Message message : envelope) {
                if (!holds(to, message) && !lost.test(to, message)) {
                    kept.add(message);
                }
            }
            if (listener == null || target == null || kept.isEmpty() || !hear(self, to)) {
                return;
            }
            byte[] encoded = new MessageCodec().encode(kept);
            sent.increment();
            bytes.add(encoded.length);
            target.deliver(l -> l.received(self, decode(encoded)));
        }

        private boolean holds(NodeId to, Message message) {
            synchronized (holding) {
                return held.test(to, message) && holding.add(() -> send(to, List.of(message)));
            }
        }

        private static List<Message> decode(byte[] encoded) {
            try {
                return new MessageCodec().decode(encoded, 0, encoded.length);
            } catch (MalformedMessage e) {
                throw new AssertionError(e);
            }
        }

        private void deliver(Delivery delivery) {
            try {
                thread.execute(() -> {
                    Listener l = listener;
                    if (l != null) {
                        delivery.to(l);
                    }
                });
            } catch (RejectedExecutionException closed) {
                // Sent to a node that has left meanwhile.
                return;
            }
        }

        @Override
        public void probe(NodeId node) {
            if (dead.contains(node)) {
                deliver(l -> l.provenDead(node));
            }
        }

        private void cut() {
            listener = null;
            thread.shutdown();
        }

        @Override
        public void close() {
            synchronized (MemoryNetwork.this) {
                ports.remove(self);
            }
            dead.add(self);
            cut();
            views();
        }

        @Override
        public Traffic traffic() {
            return new Traffic(sent.sum(), bytes.sum(), 0, 0, 0, 0);
        }
    }
}
