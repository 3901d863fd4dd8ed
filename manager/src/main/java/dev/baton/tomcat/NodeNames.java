package dev.baton.tomcat;

import dev.baton.model.Location;
import dev.baton.model.NodeId;
import dev.baton.model.Settings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.apache.catalina.Engine;
import org.apache.catalina.connector.Connector;
import org.apache.coyote.ajp.AbstractAjpProtocol;

/** The name of this node where none was configured: the jvmRoute, else host and HTTP port. */
final class NodeNames {
    private NodeNames() {
    }

    static String of(Settings settings, Engine engine) {
        if (!settings.nodeName().isEmpty()) {
            return settings.nodeName();
        }
        String route = engine == null ? null : engine.getJvmRoute();
        String name = route != null && !route.isEmpty() ? route : host() + ":" + port(engine);
        return name.length() <= NodeId.MAX_NAME ? name : name.substring(name.length() - NodeId.MAX_NAME);
    }

    /**
     * Where this node stands, for spreading backups: system properties, since it belongs to the machine.
     *
     * @throws IllegalArgumentException with the property, its value and what is allowed
     */
    static Location location() {
        return Location.of(System::getProperty, host());
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    /**
     * Of the first connector that has one, of one that speaks HTTP if there is any; the process number where none has,
     * so that two nodes of a host differ.
     */
    private static long port(Engine engine) {
        int ajp = 0;
        if (engine != null && engine.getService() != null) {
            for (Connector connector : engine.getService().findConnectors()) {
                int port = connector.getPortWithOffset();
                if (port > 0 && !(connector.getProtocolHandler() instanceof AbstractAjpProtocol)) {
                    return port;
                } else if (port > 0 && ajp == 0) {
                    ajp = port;
                }
            }
        }
        return ajp > 0 ? ajp : ProcessHandle.current().pid();
    }
}
