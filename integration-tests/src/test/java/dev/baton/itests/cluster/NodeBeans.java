package dev.baton.itests.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import javax.management.JMException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** What a node tells over JMX. Not to be asked while the process is paused: it would not answer. */
public final class NodeBeans {
    private static final String NODE = "dev.baton:type=Node,*";

    private final int port;
    private JMXConnector connector;

    NodeBeans(int port) {
        this.port = port;
    }

    /** An attribute of {@code dev.baton:type=Node}. */
    public Object ofNode(String attribute) {
        return read(NODE, attribute);
    }

    /** An attribute of Tomcat's bean for the manager of the application at {@code context}. */
    public Object ofManager(String context, String attribute) {
        return read("Catalina:type=Manager,host=localhost,context=" + context, attribute);
    }

    /** The operation of {@code dev.baton:type=Node} by which an administrator gives up a member. */
    public String forget(String member) {
        try {
            return (String) server().invoke(named(NODE).iterator().next(), "forget", new Object[] {member},
                    new String[] {String.class.getName()});
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (JMException e) {
            throw new IllegalStateException("forget " + member, e);
        }
    }

    /** Messages that the node sent to others since its start, by kind. */
    public Map<String, Long> sent() {
        return counts((String) ofNode("MessagesSent"));
    }

    /** Whether the node serves in a cluster of that many, and no segment lacks a backup that it could have. */
    boolean settledWith(int members) {
        try {
            return named(NODE).size() == 1
                    && ((String[]) ofNode("Members")).length == members
                    && (Boolean) ofNode("Serving")
                    && (Integer) ofNode("SegmentsStarting") == 0
                    && (members == 1 || (Integer) ofNode("SegmentsUnderReplicated") == 0);
        } catch (UncheckedIOException e) {
            return false; // it does not answer yet
        }
    }

    /** All that Baton's beans tell, and a stack trace of each thread: for a test that failed. */
    String picture() {
        StringBuilder text = new StringBuilder();
        try {
            for (ObjectName name : new TreeSet<>(named("dev.baton:*"))) {
                text.append(name).append('\n');
                for (MBeanAttributeInfo info : server().getMBeanInfo(name).getAttributes()) {
                    Object value = server().getAttribute(name, info.getName());
                    text.append("  ").append(info.getName()).append(" = ")
                            .append(value instanceof Object[] array ? List.of(array) : value).append('\n');
                }
            }
            return text.append(server().invoke(new ObjectName("com.sun.management:type=DiagnosticCommand"),
                    "threadPrint", new Object[] {new String[0]}, new String[] {String[].class.getName()})).toString();
        } catch (IOException | UncheckedIOException | JMException e) {
            return text.append(e).append('\n').toString();
        }
    }

    /** Reads {@code {Acquire=3, Grant=2}}. */
    private static Map<String, Long> counts(String text) {
        Map<String, Long> counts = new TreeMap<>();
        for (String pair : text.substring(1, text.length() - 1).split(", ")) {
            int sign = pair.indexOf('=');
            if (sign > 0) {
                counts.put(pair.substring(0, sign), Long.parseLong(pair.substring(sign + 1)));
            }
        }
        return counts;
    }

    private Object read(String pattern, String attribute) {
        try {
            Set<ObjectName> names = named(pattern);
            if (names.size() != 1) {
                throw new IllegalStateException(names.size() + " beans " + pattern + ": " + names);
            }
            return server().getAttribute(names.iterator().next(), attribute);
        } catch (IOException e) {
            forget();
            throw new UncheckedIOException(e);
        } catch (JMException e) {
            throw new IllegalStateException(pattern + " " + attribute, e);
        }
    }

    private Set<ObjectName> named(String pattern) {
        try {
            return server().queryNames(new ObjectName(pattern), null);
        } catch (IOException e) {
            forget();
            throw new UncheckedIOException(e);
        } catch (JMException e) {
            throw new IllegalStateException(pattern, e);
        }
    }

    private MBeanServerConnection server() throws IOException {
        if (connector == null) {
            connector = JMXConnectorFactory.connect(
                    new JMXServiceURL("service:jmx:rmi:///jndi/rmi://127.0.0.1:" + port + "/jmxrmi"));
        }
        return connector.getMBeanServerConnection();
    }

    /** Drops the connection: the process ends. */
    void forget() {
        if (connector != null) {
            try {
                connector.close();
            } catch (IOException e) {
                // it is being dropped
            }
            connector = null;
        }
    }
}
