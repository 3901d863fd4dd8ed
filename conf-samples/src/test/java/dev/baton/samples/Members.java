package dev.baton.samples;

import dev.baton.model.NodeId;
import dev.baton.node.Transport;
import dev.baton.protocol.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** What a transport tells of views and messages, with a limit on every wait. */
final class Members implements Transport.Listener {
    private static final long LIMIT = TimeUnit.SECONDS.toNanos(30);

    private List<NodeId> view = List.of();
    private final List<Message> received = new ArrayList<>();

    @Override
    public synchronized void received(NodeId from, List<Message> envelope) {
        received.addAll(envelope);
        notifyAll();
    }

    @Override
    public synchronized void viewChanged(List<NodeId> members) {
        view = members;
        notifyAll();
    }

    @Override
    public void provenDead(NodeId node) {
    }

    synchronized List<NodeId> view() {
        return view;
    }

    synchronized List<Message> received() {
        return List.copyOf(received);
    }

    synchronized boolean waitUntil(Predicate<Members> condition) throws InterruptedException {
        long end = System.nanoTime() + LIMIT;
        while (!condition.test(this)) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return true;
    }
}
