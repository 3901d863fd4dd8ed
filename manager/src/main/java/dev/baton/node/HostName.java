package dev.baton.node;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** The name of this machine. */
public final class HostName {
    private HostName() {
    }

    /** As the machine calls itself, also where nothing has an address for that name. May ask the DNS. */
    public static String local() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return unresolved(e.getMessage());
        }
    }

    /** The JDK begins its complaint with the name. */
    static String unresolved(String complaint) {
        int end = complaint == null ? -1 : complaint.indexOf(": ");
        return end > 0 ? complaint.substring(0, end) : "localhost";
    }
}
