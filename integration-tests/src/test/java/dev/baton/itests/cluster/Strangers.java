package dev.baton.itests.cluster;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/** Programs that connect to a port of the cluster and do not speak its language. */
public final class Strangers {
    private static final long SEED = 2;
    private static final int MILLIS = 2_000;

    private Strangers() {}

    /**
     * Connects several times and sends what does not belong there.
     *
     * @return connections that were accepted
     */
    public static int pester(int port) {
        Random random = new Random(SEED);
        byte[] noise = new byte[100_000];
        random.nextBytes(noise);
        byte[] hugeLength = new byte[64];
        hugeLength[0] = 0x7f;
        hugeLength[1] = hugeLength[2] = hugeLength[3] = (byte) 0xff;
        byte[] negativeLength = new byte[64];
        negativeLength[0] = (byte) 0x80;
        int accepted = 0;
        byte[] http = "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        for (byte[] bytes : List.of(new byte[0], new byte[1], http, noise, hugeLength, negativeLength)) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), MILLIS);
                accepted++;
                OutputStream out = socket.getOutputStream();
                out.write(bytes);
                out.flush();
            } catch (IOException e) {
                // refused or cut off, as it should be
            }
        }
        return accepted;
    }
}
