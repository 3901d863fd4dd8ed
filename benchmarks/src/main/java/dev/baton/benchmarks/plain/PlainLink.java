package dev.baton.benchmarks.plain;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * Bare sockets over loopback: bytes go to the other node, which keeps the last of them and acknowledges. One batch is
 * under way at a time and what comes meanwhile travels with the next one, the cheapest way known
 * (jgroups-cost.md, "bare socket, GC1"). Nothing survives anything: this is a measure, no replication.
 */
final class PlainLink implements AutoCloseable {
    private static final int MOST = 64;

    private final ServerSocket server;
    private final int peer;
    private final Queue<Exchange> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean underWay = new AtomicBoolean();
    private volatile Socket socket;
    /** Of the batch under way; whoever has won {@link #underWay} owns it. */
    private List<Exchange> batch = List.of();
    private volatile byte[] kept;

    private static final class Exchange {
        final byte[] bytes;
        final Thread thread = Thread.currentThread();
        volatile boolean done;

        Exchange(byte[] bytes) {
            this.bytes = bytes;
        }
    }

    /**
     * @param own  port to listen on, 0 for any
     * @param peer port of the other node, which need not listen before the first exchange
     */
    PlainLink(int own, int peer) throws IOException {
        this.server = new ServerSocket(own, 50, InetAddress.getLoopbackAddress());
        this.peer = peer;
        start("plain accept", () -> {
            while (true) {
                Socket accepted = server.accept();
                start("plain receive", () -> receive(accepted));
            }
        });
    }

    int port() {
        return server.getLocalPort();
    }

    /** What came last, or null. */
    byte[] kept() {
        return kept;
    }

    /** Returns when the other node has the bytes. */
    void exchange(byte[] bytes) throws IOException {
        connect();
        Exchange exchange = new Exchange(bytes);
        waiting.add(exchange);
        pump();
        while (!exchange.done) {
            LockSupport.park(this);
            if (server.isClosed()) {
                throw new IOException("closed");
            }
        }
    }

    private void connect() throws IOException {
        if (socket != null) {
            return;
        }
        synchronized (this) {
            if (socket == null) {
                Socket made = new Socket(InetAddress.getLoopbackAddress(), peer);
                made.setTcpNoDelay(true);
                start("plain acknowledged", () -> acknowledged(made));
                socket = made;
            }
        }
    }

    private void pump() throws IOException {
        while (!waiting.isEmpty() && underWay.compareAndSet(false, true)) {
            List<Exchange> next = new ArrayList<>();
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            DataOutputStream out = new DataOutputStream(bytes);
            for (Exchange each; next.size() < MOST && (each = waiting.poll()) != null;) {
                next.add(each);
                out.writeInt(each.bytes.length);
                out.write(each.bytes);
            }
            if (next.isEmpty()) {
                underWay.set(false);
                continue;
            }
            out.writeInt(-1);
            batch = next;
            bytes.writeTo(socket.getOutputStream());
        }
    }

    private void acknowledged(Socket from) throws IOException {
        while (from.getInputStream().read() >= 0) {
            List<Exchange> done = batch;
            underWay.set(false);
            pump();
            for (Exchange each : done) {
                each.done = true;
                LockSupport.unpark(each.thread);
            }
        }
    }

    private void receive(Socket from) throws IOException {
        from.setTcpNoDelay(true);
        DataInputStream in = new DataInputStream(new BufferedInputStream(from.getInputStream()));
        while (true) {
            for (int length = in.readInt(); length >= 0; length = in.readInt()) {
                kept = in.readNBytes(length);
            }
            from.getOutputStream().write(1);
        }
    }

    private interface Loop {
        void run() throws IOException;
    }

    private static void start(String name, Loop loop) {
        Thread thread = new Thread(() -> {
            try {
                loop.run();
            } catch (IOException endOfMeasurement) {
                // one of the two nodes has stopped
            }
        }, name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        server.close();
        if (socket != null) {
            socket.close();
        }
    }
}
