package dev.baton.benchmarks;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * A keep-alive HTTP/1.1 connection that costs its process little: the request is bytes, of the answer only status,
 * content length, a session cookie and a number in the body are looked at. One thread.
 */
final class Connection implements Closeable {
    private static final int TIMEOUT_MILLIS = 20_000;
    private static final byte[] LENGTH = "\r\nContent-Length: ".getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] COOKIE = "\r\nSet-Cookie: ".getBytes(StandardCharsets.ISO_8859_1);

    private static final byte[] CLOSE = "\r\nConnection: close".getBytes(StandardCharsets.ISO_8859_1);

    private final int port;
    private Socket socket;
    private InputStream in;
    private OutputStream out;
    private final byte[] buffer = new byte[16 << 10];
    private int filled;
    private int headEnd;

    Connection(int port) throws IOException {
        this.port = port;
        connect();
    }

    private void connect() throws IOException {
        socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
        in = socket.getInputStream();
        out = socket.getOutputStream();
    }

    /**
     * Sends the request and reads the whole answer. Where the server says that it closes the connection, as after
     * errors, there is a new one afterwards.
     *
     * @return the number in the body of a 200; else the negative status
     */
    long exchange(byte[] request) throws IOException {
        out.write(request);
        filled = 0;
        headEnd = -1;
        while (headEnd < 0) {
            fill();
            headEnd = find(3, filled, "\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
        }
        int status = (int) number(9, 12);
        int at = find(0, headEnd, LENGTH);
        if (at < 0) {
            throw new IOException("answer without a length: " + head());
        }
        int lengthStart = at + LENGTH.length;
        int bodyStart = headEnd + 4;
        int end = bodyStart + (int) number(lengthStart, headEnd + 2);
        if (end > buffer.length) {
            throw new IOException("answer of " + end + " bytes: " + head());
        }
        while (filled < end) {
            fill();
        }
        long answer = status == 200 ? number(bodyStart, end) : -status;
        if (find(0, headEnd, CLOSE) >= 0) {
            reconnect();
        }
        return answer;
    }

    /** Takes a fresh connection, where the old one is broken. */
    void reconnect() throws IOException {
        socket.close();
        connect();
    }

    /** Name and value of the cookie that the last answer set, or null. */
    String cookie() {
        int at = find(0, headEnd, COOKIE);
        if (at < 0) {
            return null;
        }
        int from = at + COOKIE.length;
        int to = from;
        while (buffer[to] != ';' && buffer[to] != '\r') {
            to++;
        }
        return new String(buffer, from, to - from, StandardCharsets.ISO_8859_1);
    }

    /** Status line and headers of the last answer. */
    String head() {
        return new String(buffer, 0, Math.max(headEnd, 0), StandardCharsets.ISO_8859_1);
    }

    private void fill() throws IOException {
        int n = in.read(buffer, filled, buffer.length - filled);
        if (n <= 0) {
            throw new EOFException(n < 0 ? "connection closed by the server" : "headers too long");
        }
        filled += n;
    }

    private int find(int from, int to, byte[] what) {
        for (int i = from; i <= to - what.length; i++) {
            int k = 0;
            while (k < what.length && buffer[i + k] == what[k]) {
                k++;
            }
            if (k == what.length) {
                return i;
            }
        }
        return -1;
    }

    /** The digits that start here. */
    private long number(int from, int to) {
        long n = 0;
        for (int i = from; i < to && buffer[i] >= '0' && buffer[i] <= '9'; i++) {
            n = n * 10 + buffer[i] - '0';
        }
        return n;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
