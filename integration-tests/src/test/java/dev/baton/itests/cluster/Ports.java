package dev.baton.itests.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/** Where the nodes of a test listen, from the build's properties. */
final class Ports {
    /** Width of the range in which the nodes of a cluster listen to each other, failure detection included. */
    static final int CLUSTER_RANGE = 200;

    private Ports() {}

    static String http(int node) {
        return property("itests.http") + node;
    }

    static String jmx(int node) {
        return property("itests.jmx") + node;
    }

    /** First port of the cluster itself. */
    static int cluster() {
        return Integer.parseInt(property("itests.cluster"));
    }

    /** Whether something accepts connections at that port of this machine. */
    static boolean listened(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static String property(String name) {
        String value = System.getProperty(name);
        if (value == null) {
            throw new IllegalStateException("system property " + name + " is missing: run the tests through Maven");
        }
        return value;
    }
}
