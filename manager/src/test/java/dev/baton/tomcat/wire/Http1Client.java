package dev.baton.tomcat.wire;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** HTTP/1.1, or HTTP/1.0 where the end of the connection may end the answer; over TLS where the socket has it. */
public final class Http1Client extends WireClient {
    private final String version;
    private String method;

    /** @param version {@code HTTP/1.1} or {@code HTTP/1.0} */
    public Http1Client(Socket socket, String version) {
        super(socket);
        this.version = version;
    }

    @Override
    public void send(String method, String path, String session, String... headers) throws IOException {
        this.method = method;
        begin();
        StringBuilder text = new StringBuilder().append(method).append(' ').append(path).append(' ').append(version)
                .append("\r\nHost: localhost\r\n");
        if (session != null) {
            text.append("Cookie: JSESSIONID=").append(session).append("\r\n");
        }
        for (String header : headers) {
            text.append(header).append("\r\n");
        }
        write(text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
    }

    @Override
    Seen read(byte[] received, boolean ended, boolean broken) {
        String text = new String(received, StandardCharsets.ISO_8859_1);
        int end = text.indexOf("\r\n\r\n");
        Seen.State open = ended || broken ? Seen.State.BROKEN : Seen.State.PENDING;
        if (end < 0) {
            return new Seen(open, 0, new byte[0]);
        }
        String head = text.substring(0, end).toLowerCase(Locale.ROOT);
        int status = Integer.parseInt(head.substring(9, 12));
        String rest = text.substring(end + 4);
        if (method.equals("HEAD") || status == 101 || status == 204 || status == 304) {
            return seen(Seen.State.COMPLETE, status, "");
        }
        if (head.contains("transfer-encoding: chunked")) {
            return chunked(rest, status, open);
        }
        int length = head.indexOf("content-length: ");
        if (length >= 0) {
            int expected = Integer.parseInt(head.substring(length + 16).split("\r\n")[0]);
            return seen(rest.length() >= expected ? Seen.State.COMPLETE : open, status, rest);
        }
        return seen(ended ? Seen.State.COMPLETE : open, status, rest);
    }

    private static Seen chunked(String rest, int status, Seen.State open) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        int at = 0;
        for (;;) {
            int line = rest.indexOf("\r\n", at);
            if (line < 0) {
                return new Seen(open, status, body.toByteArray());
            }
            int size = Integer.parseInt(rest.substring(at, line), 16);
            at = line + 2;
            if (size == 0) {
                // Trailers end with an empty line, as does an end without any.
                boolean complete = rest.startsWith("\r\n", at) || rest.indexOf("\r\n\r\n", at) >= 0;
                return new Seen(complete ? Seen.State.COMPLETE : open, status, body.toByteArray());
            }
            int available = Math.min(size, rest.length() - at);
            body.writeBytes(rest.substring(at, at + available).getBytes(StandardCharsets.ISO_8859_1));
            if (rest.length() < at + size + 2) {
                return new Seen(open, status, body.toByteArray());
            }
            at += size + 2;
        }
    }

    private static Seen seen(Seen.State state, int status, String body) {
        return new Seen(state, status, body.getBytes(StandardCharsets.ISO_8859_1));
    }
}
