package dev.baton.jgroups;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Logger;

/**
 * One after the other: of nodes that start at the same moment, none finds another one that is a member already, and two
 * of them may each found a cluster. Whoever listens on the port of this turn joins, the others wait; the operating
 * system ends a turn with its process. Where the port is never free the node goes on without.
 */
final class StartTurn implements AutoCloseable {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long ROUNDS = PATIENCE_NANOS / PAUSE_NANOS;

    private static final Logger LOG = JarContext.logger(StartTurn.class);

    /** Null where there is no turn to give back. */
    private final ServerSocket held;

    private StartTurn(ServerSocket held) {
        this.held = held;
    }

    /** Blocks, up to about 20 s. */
    static StartTurn take(int port) {
        for (long round = 0; round < ROUNDS && !Thread.currentThread().isInterrupted(); round++) {
            ServerSocket socket = bound(port);
            if (socket != null) {
                return new StartTurn(socket);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        LOG.warning("Port " + port + ", by which nodes of this machine start one after the other, is taken for long;"
                + " going on without");
        return none();
    }

    static StartTurn none() {
        return new StartTurn(null);
    }

    boolean isHeld() {
        return held != null;
    }

    /** Whether somebody listens on one of these ports of the loopback address. Asks nobody, so nobody notices. */
    static boolean anyInUse(int first, int count) {
        for (int port = first; port < first + count; port++) {
            ServerSocket socket = bound(port);
            if (socket == null) {
                return true;
            }
            close(socket);
        }
        return false;
    }

    /** Null where the port is taken. */
    private static ServerSocket bound(int port) {
        ServerSocket socket = null;
        try {
            socket = new ServerSocket();
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port), 1);
            return socket;
        } catch (IOException taken) {
            close(socket);
            return null;
        }
    }

    @Override
    public void close() {
        close(held);
    }

    private static void close(ServerSocket socket) {
        if (socket != null) {
            try {
                socket.close();
            } catch (IOException gone) {
                // as wanted
            }
        }
    }
}
