package dev.baton.jgroups;

import dev.baton.model.NodeId;
import dev.baton.node.Transport;
import dev.baton.protocol.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Keeps what a transport tells, and waits for it, at most half a minute. */
class RecordingListener implements Transport.Listener {
    record Letter(NodeId from, Message message) {}

    private static final long LIMIT = TimeUnit.SECONDS.toNanos(30);

    private final List<Letter> letters = new ArrayList<>();
    private final List<List<NodeId>> views = new ArrayList<>();
    private final List<NodeId> dead = new ArrayList<>();

    @Override
    public synchronized void received(NodeId from, List<Message> envelope) {
        envelope.forEach(message -> letters.add(new Letter(from, message)));
        notifyAll();
    }

    @Override
    public synchronized void viewChanged(List<NodeId> members) {
        views.add(members);
        notifyAll();
    }

    @Override
    public synchronized void provenDead(NodeId node) {
        dead.add(node);
        notifyAll();
    }

    synchronized List<NodeId> view() {
        return views.isEmpty() ? List.of() : views.get(views.size() - 1);
    }

    synchronized List<NodeId> firstView() {
        return views.get(0);
    }

    synchronized List<Letter> letters() {
        return List.copyOf(letters);
    }

    synchronized List<NodeId> dead() {
        return List.copyOf(dead);
    }

    /** Returns once that is so; false after the limit. */
    synchronized boolean waitUntil(Predicate<RecordingListener> condition) {
        long end = System.nanoTime() + LIMIT;
        while (!condition.test(this)) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            try {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }

    boolean waitForView(int size) {
        return waitUntil(me -> me.view().size() == size);
    }

    boolean waitForLetters(int count) {
        return waitUntil(me -> me.letters.size() >= count);
    }
}
