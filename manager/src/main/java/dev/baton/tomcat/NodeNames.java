package dev.baton.tomcat;

import dev.baton.model.Location;
import dev.baton.model.NodeId;
import dev.baton.model.Settings;
import dev.baton.node.HostName;
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
        String name = route != null && !route.isEmpty() ? route : HostName.local() + ":" + port(engine);
        return NodeId.fitting(name);
    }

    /**
     * Where this node stands, for spreading backups: system properties, since it belongs to the machine.
     *
     * @throws IllegalArgumentException with the property, its value and what is allowed
     */
    static Location location() {
        return Location.of(System::getProperty, HostName.local());
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
