package dev.baton.benchmarks;

import java.io.IOException;
import java.util.BitSet;
import java.util.List;

/**
 * A client that sets one bit after the other in a session that others write too, and remembers which ones it was told
 * are set. When its node dies it goes on with the next one, as with a balancer.
 */
final class Writer extends Thread {
    private static final int PAUSE_MILLIS = 10;

    private final List<Integer> ports;
    private final String cookie;
    private final boolean sticky;
    private final boolean synchronised;
    private final int first;
    private final int count;
    private final BitSet acknowledged = new BitSet();
    private Connection connection;
    private int at;
    private int connectedTo = -1;
    private int refused;
    private int unknown;
    private volatile boolean stop;
    private volatile RuntimeException failure;

    /**
     * @param synchronised whether the application lets one request at a time write a session
     * @param first        number of the first bit; it stops when it has set {@code count}
     */
    Writer(List<Integer> ports, String cookie, boolean sticky, boolean synchronised, int first, int count) {
        super("writer of the bits from " + first);
        setDaemon(true);
        this.ports = ports;
        this.cookie = cookie;
        this.sticky = sticky;
        this.synchronised = synchronised;
        this.first = first;
        this.count = count;
        this.at = sticky ? 0 : first / count;
    }

    @Override
    public void run() {
        try {
            for (int n = first; n < first + count && !stop; n++) {
                write(n);
                at += sticky ? 0 : 1;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            failure = e;
        } finally {
            disconnect();
        }
    }

    private void write(int number) throws InterruptedException {
        try {
            connect();
        } catch (IOException nobodyThere) {
            // Not sent, so nothing is known to be lost; the next bit goes to the next node.
            at += sticky ? 1 : 0;
            Thread.sleep(PAUSE_MILLIS);
            return;
        }
        try {
            long answer = connection.exchange(Visitor.request("/mark?i=" + number + "&sync=" + synchronised, cookie));
            if (answer == number) {
                acknowledged.set(number);
            } else {
                refused++;
                Thread.sleep(PAUSE_MILLIS);
            }
        } catch (IOException broken) {
            unknown++;
            disconnect();
        }
    }

    private void connect() throws IOException {
        int node = at % ports.size();
        if (connectedTo != node) {
            disconnect();
            connection = new Connection(ports.get(node));
            connectedTo = node;
        }
    }

    private void disconnect() {
        connectedTo = -1;
        if (connection != null) {
            try {
                connection.close();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    /** Ends it after the request under way. */
    void finish(long millis) throws InterruptedException, IOException {
        stop = true;
        join(millis);
        if (isAlive() || failure != null) {
            throw new IOException(getName() + (isAlive() ? " still waits" : " failed: " + failure), failure);
        }
    }

    /** The bits that it was told are set; after {@link #finish}. */
    BitSet acknowledged() {
        return acknowledged;
    }

    int refused() {
        return refused;
    }

    int unknown() {
        return unknown;
    }
}
