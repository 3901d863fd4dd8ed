package dev.baton.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A client that changes sessions of its own, one request at a time, and remembers what it was told. Where its node does
 * not answer it goes on with another one, as with a balancer.
 */
final class SoakClient extends Thread {
    private static final int NO_NODE_MILLIS = 50;
    private static final int READ_ATTEMPTS = 100;
    /** What the application answers where it finds no session. */
    private static final int NO_SESSION = -500;

    private final List<Integer> ports;
    private final List<Shopper> shoppers = new ArrayList<>();
    private final boolean sticky;
    private final Random random;
    private final Connection[] connections;
    private long acknowledged;
    private long lost;
    private long lostSessions;
    private long twice;
    private long refused;
    private long unknown;
    private volatile boolean stop;
    private volatile RuntimeException failure;

    /** One session: how often each of its parts was changed, as far as is known. */
    private static final class Shopper {
        final String cookie;
        int node;
        final long[] changes = new long[Workload.ONE_OF_50.items];
        /** Requests since then whose outcome is not known. */
        final int[] open = new int[changes.length];

        Shopper(String cookie, int node) {
            this.cookie = cookie;
            this.node = node;
        }
    }

    SoakClient(List<Integer> ports, List<String> cookies, boolean sticky, long seed) {
        super("soak client");
        setDaemon(true);
        this.ports = ports;
        this.sticky = sticky;
        this.random = new Random(seed);
        this.connections = new Connection[ports.size()];
        for (String cookie : cookies) {
            shoppers.add(new Shopper(cookie, random.nextInt(ports.size())));
        }
    }

    @Override
    public void run() {
        try {
            while (!stop && !shoppers.isEmpty()) {
                change(shoppers.get(random.nextInt(shoppers.size())), random.nextInt(Workload.ONE_OF_50.items));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            failure = e;
        }
    }

    private void change(Shopper shopper, int part) throws InterruptedException {
        Long answer = ask(shopper, "/part?i=" + part + "&set=false");
        if (answer == null) {
            shopper.open[part]++;
            unknown++;
        } else if (answer == NO_SESSION) {
            lostSessions++;
            shoppers.remove(shopper);
        } else if (answer < 0) {
            // The answer may say that the outcome is not known; or nothing was done.
            shopper.open[part]++;
            refused++;
        } else {
            acknowledged++;
            found(shopper, part, answer - 1);
            shopper.changes[part] = answer;
        }
    }

    /** @param count of changes that the part had before */
    private void found(Shopper shopper, int part, long count) {
        lost += Math.max(0, shopper.changes[part] - count);
        twice += Math.max(0, count - shopper.changes[part] - shopper.open[part]);
        shopper.changes[part] = count;
        shopper.open[part] = 0;
    }

    /** Null where nothing was answered: another node is next. */
    private Long ask(Shopper shopper, String path) throws InterruptedException {
        if (!sticky) {
            shopper.node = random.nextInt(ports.size());
        }
        while (!connected(shopper.node)) {
            shopper.node = (shopper.node + 1) % ports.size();
            Thread.sleep(NO_NODE_MILLIS);
        }
        int node = shopper.node;
        try {
            return connections[node].exchange(Visitor.request(path, shopper.cookie));
        } catch (IOException broken) {
            close(node);
            shopper.node = (node + 1) % ports.size();
            return null;
        }
    }

    private boolean connected(int node) {
        try {
            if (connections[node] == null) {
                connections[node] = new Connection(ports.get(node));
            }
            return true;
        } catch (IOException nobodyThere) {
            return false;
        }
    }

    private void close(int node) {
        try {
            if (connections[node] != null) {
                connections[node].close();
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        connections[node] = null;
    }

    /** Ends it after the request under way. */
    void finish(long millis) throws InterruptedException, IOException {
        stop = true;
        join(millis);
        if (isAlive() || failure != null) {
            throw new IOException(getName() + (isAlive() ? " still waits" : " failed: " + failure), failure);
        }
    }

    /** After {@link #finish}: changes each part once more, since the answers tell how often that was done before. */
    void readAll() throws InterruptedException, IOException {
        for (Shopper shopper : List.copyOf(shoppers)) {
            for (int part = 0; part < shopper.changes.length && shoppers.contains(shopper); part++) {
                long before = acknowledged;
                for (int i = 0; acknowledged == before && shoppers.contains(shopper); i++) {
                    if (i == READ_ATTEMPTS) {
                        throw new IOException("part " + part + " of " + shopper.cookie + " cannot be read");
                    }
                    change(shopper, part);
                }
            }
        }
        for (int node = 0; node < connections.length; node++) {
            close(node);
        }
    }

    long acknowledged() {
        return acknowledged;
    }

    /** Acknowledged changes that later answers did not have. */
    long lost() {
        return lost;
    }

    long lostSessions() {
        return lostSessions;
    }

    /** Changes that nobody asked for. */
    long twice() {
        return twice;
    }

    long refused() {
        return refused;
    }

    /** Requests without an answer. */
    long unknown() {
        return unknown;
    }
}
