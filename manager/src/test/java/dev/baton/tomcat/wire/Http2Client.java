package dev.baton.tomcat.wire;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** HTTP/2 without TLS and without negotiation, with as many streams as one likes. */
public final class Http2Client extends WireClient {
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int GOAWAY = 7;
    private static final int WINDOW_UPDATE = 8;
    private static final int ACK = 1;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;
    private static final int WINDOW = 1 << 24;

    private static final class Answer {
        int status;
        boolean complete;
        boolean reset;
        final ByteArrayOutputStream body = new ByteArrayOutputStream();
    }

    private final Map<Integer, Answer> answers = new HashMap<>();
    private int stream = -1;
    private int read;
    private boolean over;

    public Http2Client(Socket socket) throws IOException {
        super(socket);
        write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
        // No table, so that each head can be read by itself; a wide window for each stream, and for the connection.
        frame(SETTINGS, 0, 0, ByteBuffer.allocate(12).putShort((short) 1).putInt(0).putShort((short) 4).putInt(WINDOW)
                .array());
        frame(WINDOW_UPDATE, 0, 0, ByteBuffer.allocate(4).putInt(WINDOW).array());
    }

    @Override
    public void send(String method, String path, String session, String... headers) throws IOException {
        stream += 2;
        answers.put(stream, new Answer());
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        // The names that begin with a colon stand in the static table, and Tomcat takes them from nowhere else.
        named(block, 2, method);
        named(block, 6, "http");
        named(block, 4, path);
        named(block, 1, "localhost");
        if (session != null) {
            literal(block, "cookie", "JSESSIONID=" + session);
        }
        for (String header : headers) {
            int colon = header.indexOf(": ");
            literal(block, header.substring(0, colon).toLowerCase(Locale.ROOT), header.substring(colon + 2));
        }
        frame(HEADERS, END_STREAM | END_HEADERS, stream, block.toByteArray());
    }

    /** The stream of the last request. */
    public int stream() {
        return stream;
    }

    /** What has come of the answer on that stream: as of the last look. */
    public Seen seen(int id) {
        Answer a = answers.get(id);
        Seen.State state = a.complete ? Seen.State.COMPLETE : a.reset || over ? Seen.State.BROKEN : Seen.State.PENDING;
        return new Seen(state, a.status, a.body.toByteArray());
    }

    private static void named(ByteArrayOutputStream block, int name, String value) {
        block.write(name);
        string(block, value);
    }

    private static void literal(ByteArrayOutputStream block, String name, String value) {
        block.write(0);
        string(block, name);
        string(block, value);
    }

    private static void string(ByteArrayOutputStream block, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        if (bytes.length < 127) {
            block.write(bytes.length);
        } else {
            block.write(127);
            int rest = bytes.length - 127;
            for (; rest >= 128; rest >>= 7) {
                block.write(rest & 127 | 128);
            }
            block.write(rest);
        }
        block.writeBytes(bytes);
    }

    private void frame(int type, int flags, int id, byte[] payload) throws IOException {
        write(ByteBuffer.allocate(9 + payload.length).put((byte) 0).putShort((short) payload.length).put((byte) type)
                .put((byte) flags).putInt(id).put(payload).array());
    }

    private void reply(int type, byte[] payload) {
        try {
            frame(type, ACK, 0, payload);
        } catch (IOException e) {
            over = true;
        }
    }

    @Override
    Seen read(byte[] received, boolean ended, boolean broken) {
        while (received.length >= read + 9) {
            int length = ByteBuffer.wrap(received, read, 4).getInt() >>> 8;
            if (received.length < read + 9 + length) {
                break;
            }
            int id = ByteBuffer.wrap(received, read + 5, 4).getInt();
            byte[] payload = Arrays.copyOfRange(received, read + 9, read + 9 + length);
            take(received[read + 3], received[read + 4], id, payload);
            read += 9 + length;
        }
        over |= ended || broken;
        return seen(stream);
    }

    private void take(int type, int flags, int id, byte[] payload) {
        if (type == SETTINGS && (flags & ACK) == 0) {
            reply(SETTINGS, new byte[0]);
        } else if (type == PING && (flags & ACK) == 0) {
            reply(PING, payload);
        } else if (type == GOAWAY) {
            over = true;
        }
        Answer answer = answers.get(id);
        if (answer == null) {
            return;
        }
        if (type == HEADERS) {
            if (answer.status == 0) {
                answer.status = status(payload);
            }
            answer.complete |= (flags & END_STREAM) != 0;
        } else if (type == DATA) {
            answer.body.writeBytes(payload);
            answer.complete |= (flags & END_STREAM) != 0;
        } else if (type == RST_STREAM && !answer.complete) {
            answer.reset = true;
        }
    }

    /** The first field of an answer's head: an entry of the static table, or a literal whose name is there. */
    private static int status(byte[] block) {
        int at = 0;
        // Changes of the table's size may stand in front: an integer of five bits and, where they are all ones, more.
        while ((block[at] & 0xe0) == 0x20) {
            boolean more = (block[at++] & 0x1f) == 0x1f;
            while (more) {
                more = block[at++] < 0;
            }
        }
        int first = block[at] & 0xff;
        int[] known = {200, 204, 206, 304, 400, 404, 500};
        if (first >= 0x88 && first <= 0x8e) {
            return known[first - 0x88];
        }
        boolean literal = first == 0x48 || first == 0x18 || first == 0x08;
        if (literal && block[at + 1] == 3) {
            return Integer.parseInt(new String(block, at + 2, 3, StandardCharsets.ISO_8859_1));
        }
        if (literal && block[at + 1] == (byte) 0x82) {
            return huffmanDigits(block[at + 2], block[at + 3]);
        }
        throw new AssertionError("a head without a status in front: " + Arrays.toString(block));
    }

    /** Three digits: '0', '1' and '2' have five bits each, the others six. */
    private static int huffmanDigits(byte high, byte low) {
        int bits = (high & 0xff) << 8 | low & 0xff;
        int at = 16;
        int number = 0;
        for (int i = 0; i < 3; i++) {
            int five = bits >> at - 5 & 31;
            if (five <= 2) {
                number = number * 10 + five;
                at -= 5;
            } else {
                number = number * 10 + (bits >> at - 6 & 63) - 0x19 + 3;
                at -= 6;
            }
        }
        return number;
    }
}
