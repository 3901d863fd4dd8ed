package dev.baton.benchmarks;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.TimeUnit;

/**
 * How fast the machine is right now: one thread sends 100 bytes over a bare loopback socket, another answers 19. Cost
 * of waking threads up, which dominates replication, can double from one minute to the next on shared machines.
 */
final class LoopbackProbe {
    private static final int EXCHANGES = 20_000;
    private static final int QUESTION = 100;
    private static final int ANSWER = 19;

    private LoopbackProbe() {
    }

    /** Microseconds of one exchange. */
    static double exchangeMicros() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket client = new Socket(server.getInetAddress(), server.getLocalPort());
                Socket accepted = server.accept()) {
            client.setTcpNoDelay(true);
            accepted.setTcpNoDelay(true);
            client.setSoTimeout((int) TimeUnit.SECONDS.toMillis(20));
            Thread answering = new Thread(() -> answer(accepted), "loopback probe");
            answering.setDaemon(true);
            answering.start();
            byte[] question = new byte[QUESTION];
            byte[] answer = new byte[ANSWER];
            DataInputStream in = new DataInputStream(client.getInputStream());
            long start = 0;
            for (int i = -EXCHANGES / 4; i < EXCHANGES; i++) {
                if (i == 0) {
                    start = System.nanoTime();
                }
                client.getOutputStream().write(question);
                in.readFully(answer);
            }
            return (System.nanoTime() - start) / 1e3 / EXCHANGES;
        }
    }

    private static void answer(Socket socket) {
        try {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] question = new byte[QUESTION];
            byte[] answer = new byte[ANSWER];
            while (true) {
                in.readFully(question);
                socket.getOutputStream().write(answer);
            }
        } catch (IOException endOfProbe) {
            // the asking side has closed
        }
    }
}
