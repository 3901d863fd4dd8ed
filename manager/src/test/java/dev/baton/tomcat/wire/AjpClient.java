package dev.baton.tomcat.wire;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * AJP/1.3, as a web server in front speaks it. An answer is taken as complete as soon as such a server could pass it on
 * as a whole: where its head is all of it, and where its length is reached, even before the end is said.
 */
public final class AjpClient extends WireClient {
    private static final List<String> METHODS = List.of("OPTIONS", "GET", "HEAD", "POST");
    private static final int CONTENT_LENGTH = 0xA003;
    /** As a part of a request's body: there is no more of it. */
    private static final byte[] NO_BODY = {0x12, 0x34, 0, 0};

    private String method;
    private String sslSession;
    /** How often Tomcat was told that there is no body. */
    private int refused;
    private boolean toTheEnd;

    public AjpClient(Socket socket) {
        super(socket);
    }

    /** What a web server in front says of the client's TLS session, from now on. */
    public void sslSession(String id) {
        sslSession = id;
    }

    @Override
    public void send(String method, String path, String session, String... headers) throws IOException {
        if (this.method != null) {
            // The end of the answer before may still be on its way.
            toTheEnd = true;
            look(LIMIT_MILLIS);
            toTheEnd = false;
        }
        this.method = method;
        refused = 0;
        begin();
        int query = path.indexOf('?');
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(2);
        out.write(METHODS.indexOf(method) + 1);
        string(out, "HTTP/1.1");
        string(out, query < 0 ? path : path.substring(0, query));
        string(out, "127.0.0.1");
        string(out, "localhost");
        string(out, "localhost");
        number(out, 80);
        out.write(0);
        number(out, 1 + (session == null ? 0 : 1) + headers.length);
        number(out, 0xA00B);
        string(out, "localhost");
        if (session != null) {
            number(out, 0xA009);
            string(out, "JSESSIONID=" + session);
        }
        for (String header : headers) {
            int colon = header.indexOf(": ");
            string(out, header.substring(0, colon));
            string(out, header.substring(colon + 2));
        }
        if (sslSession != null) {
            out.write(9);
            string(out, sslSession);
        }
        if (query >= 0) {
            out.write(5);
            string(out, path.substring(query + 1));
        }
        out.write(0xff);
        byte[] payload = out.toByteArray();
        write(ByteBuffer.allocate(4 + payload.length).putShort((short) 0x1234).putShort((short) payload.length)
                .put(payload).array());
    }

    private static void number(ByteArrayOutputStream out, int n) {
        out.write(n >> 8);
        out.write(n);
    }

    private static void string(ByteArrayOutputStream out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        number(out, bytes.length);
        out.writeBytes(bytes);
        out.write(0);
    }

    @Override
    Seen read(byte[] received, boolean ended, boolean broken) {
        int status = 0;
        int length = -1;
        int asked = 0;
        boolean complete = false;
        boolean over = false;
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        ByteBuffer in = ByteBuffer.wrap(received);
        while (in.remaining() >= 4 && in.remaining() - 4 >= (in.getShort(in.position() + 2) & 0xffff)) {
            in.getShort();
            byte[] packet = new byte[in.getShort() & 0xffff];
            in.get(packet);
            ByteBuffer content = ByteBuffer.wrap(packet);
            switch (content.get()) {
                case 4 -> {
                    status = content.getShort();
                    length = length(content);
                    complete |= method.equals("HEAD") || status == 204 || status == 304;
                }
                case 3 -> body.write(packet, 3, content.getShort() & 0xffff);
                case 5 -> over = true;
                case 6 -> asked++;
                default -> throw new AssertionError("unexpected packet " + Arrays.toString(packet));
            }
        }
        for (; refused < asked; refused++) {
            refuseBody();
        }
        complete = over || !toTheEnd && (complete || length >= 0 && body.size() >= length);
        Seen.State state = complete ? Seen.State.COMPLETE : ended || broken ? Seen.State.BROKEN : Seen.State.PENDING;
        return new Seen(state, status, body.toByteArray());
    }

    private void refuseBody() {
        try {
            write(NO_BODY);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int length(ByteBuffer head) {
        skip(head, head.getShort() & 0xffff);
        int length = -1;
        for (int n = head.getShort(); n > 0; n--) {
            int name = head.getShort() & 0xffff;
            if (name < 0xA000) {
                skip(head, name);
            }
            byte[] value = new byte[head.getShort() & 0xffff];
            head.get(value).get();
            if (name == CONTENT_LENGTH) {
                length = Integer.parseInt(new String(value, StandardCharsets.ISO_8859_1));
            }
        }
        return length;
    }

    private static void skip(ByteBuffer head, int stringLength) {
        head.position(head.position() + stringLength + 1);
    }
}
