package dev.baton.jgroups;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Ports for a cluster of its own, so that tests may run beside each other and beside a cluster of the developer's. */
final class FreePorts {
    private FreePorts() {
    }

    /** A stack {@code local} whose ports nobody uses now. */
    static String localStack() {
        for (int attempt = 0; attempt < 100; attempt++) {
            int base = 10_000 + 200 * ThreadLocalRandom.current().nextInt(100);
            if (free(base) && free(base + 100)) {
                return "local:" + base;
            }
        }
        throw new IllegalStateException("no free ports from 10000 to 30000");
    }

    private static boolean free(int base) {
        for (int port = base; port < base + ChannelFactory.LOCAL_PORTS; port++) {
            try (ServerSocket socket = new ServerSocket()) {
                socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            } catch (IOException taken) {
                return false;
            }
        }
        return true;
    }
}
