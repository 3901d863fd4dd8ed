package dev.baton.tomcat;

import dev.baton.model.Location;
import dev.baton.model.NodeId;
import dev.baton.model.Settings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.apache.catalina.Engine;
import org.apache.catalina.connector.Connector;

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

    /** Of the first connector that has one; the process number where none has, so that two nodes of a host differ. */
    private static long port(Engine engine) {
        if (engine != null && engine.getService() != null) {
            for (Connector connector : engine.getService().findConnectors()) {
                if (connector.getPortWithOffset() > 0) {
                    return connector.getPortWithOffset();
                }
            }
        }
        return ProcessHandle.current().pid();
    }
}
