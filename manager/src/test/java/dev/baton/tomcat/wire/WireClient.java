package dev.baton.tomcat.wire;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;

/** One connection with one request at a time. Not for several threads. */
public abstract class WireClient implements AutoCloseable {
    static final int LIMIT_MILLIS = 30_000;

    private final Socket socket;
    private ByteArrayOutputStream received = new ByteArrayOutputStream();
    private boolean ended;
    private boolean broken;

    WireClient(Socket socket) {
        this.socket = socket;
    }

    /** Sends a request. With a cookie for the session, where there is one. */
    public abstract void send(String method, String path, String session, String... headers) throws IOException;

    /** What the bytes mean that have come for the answer to the last request. */
    abstract Seen read(byte[] received, boolean ended, boolean broken);

    /** Forgets what was received for requests before this one. */
    void begin() {
        received = new ByteArrayOutputStream();
    }

    void write(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    /** What has come so far; waits until nothing has come for that long, or the answer has ended. */
    public Seen look(int millis) throws IOException {
        for (;;) {
            Seen seen = read(received.toByteArray(), ended, broken);
            if (seen.state() != Seen.State.PENDING || !receive(millis)) {
                return seen;
            }
        }
    }

    /** Reads until nothing has come for that long, whatever has ended meanwhile. */
    public void drain(int millis) throws IOException {
        while (receive(millis)) {
            Thread.onSpinWait();
        }
        read(received.toByteArray(), ended, broken);
    }

    /** The answer in its last state. */
    public Seen await() throws IOException {
        Seen seen = look(LIMIT_MILLIS);
        if (seen.state() == Seen.State.PENDING) {
            throw new AssertionError("nothing came for " + LIMIT_MILLIS + " ms after " + seen);
        }
        return seen;
    }

    private boolean receive(int millis) throws IOException {
        if (ended || broken) {
            return false;
        }
        socket.setSoTimeout(millis);
        byte[] part = new byte[16_384];
        try {
            int n = socket.getInputStream().read(part);
            if (n < 0) {
                ended = true;
            } else {
                received.write(part, 0, n);
            }
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            broken = true;
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
