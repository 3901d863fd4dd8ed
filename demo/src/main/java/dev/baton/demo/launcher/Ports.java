package dev.baton.demo.launcher;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/** The TCP ports of one run, all on 127.0.0.1: that of the one address first, then one for each node. */
final class Ports {
    private Ports() {}

    /**
     * @param first the first of {@code count} ports in a row, or 0 for any free ones
     * @throws DemoFailed naming a port that is in use
     */
    static List<Integer> choose(int first, int count) throws DemoFailed {
        List<ServerSocket> held = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                int port = first == 0 ? 0 : first + i;
                try {
                    ServerSocket socket = new ServerSocket();
                    held.add(socket);
                    socket.setReuseAddress(true);
                    socket.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port));
                } catch (IOException e) {
                    throw new DemoFailed("port " + port + " on 127.0.0.1 is in use; the demo needs " + first + " to "
                            + (first + count - 1) + ". Choose others with -Ddemo.port=PORT, or any free ones with "
                            + "-Ddemo.port=0", e);
                }
            }
            return held.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            for (ServerSocket socket : held) {
                try {
                    socket.close();
                } catch (IOException e) {
                    // It served only to see that the port is free.
                }
            }
        }
    }
}
