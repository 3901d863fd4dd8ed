package dev.baton.jgroups;

import dev.baton.model.NodeId;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jgroups.Global;
import org.jgroups.JChannel;
import org.jgroups.conf.ConfiguratorFactory;
import org.jgroups.conf.ProtocolConfiguration;
import org.jgroups.conf.ProtocolStackConfigurator;
import org.jgroups.protocols.BasicTCP;
import org.jgroups.protocols.FD_SOCK2;
import org.jgroups.protocols.NoBundler;
import org.jgroups.protocols.TCP;
import org.jgroups.protocols.TP;
import org.jgroups.protocols.dns.DNS_PING;
import org.jgroups.protocols.pbcast.GMS;
import org.jgroups.stack.ProtocolStack;
import org.jgroups.util.Util;

/**
 * Makes channels from the user's choice of a stack, and mends in every stack what must not be left to a file:
 * diagnostics (an unauthenticated door) are off, failure detection listens only where the transport does, frames have
 * a limit, and JGroups' "no bundler" is replaced by one that does not hold up all targets for one.
 */
final class ChannelFactory {
    /** JGroups puts the name of the group into every message. */
    static final int MAX_CLUSTER = 100;
    /** Names the first of the ten ports of the stack {@code local}. */
    static final String LOCAL_PORT = "baton.local.port";
    static final int LOCAL_PORTS = 10;

    /** Of the port by which starting nodes take turns, from the first of the stack {@code local}. */
    private static final int TURN_OFFSET = 50;
    /** How long a node waits for a coordinator where one should be, and where none can be. */
    private static final long JOIN_MILLIS = 5_000;
    private static final long FOUND_MILLIS = 100;

    private static final String ALLOWED = "allowed are local, local:PORT, or file, URL or class path resource of a"
            + " JGroups XML";
    private static final Pattern LOCAL = Pattern.compile("local(?::(\\d{1,5}))?");
    private static final Pattern URL_LIKE = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:.*");
    private static final int MAX_FILE = 1 << 20;
    private static final int MAX_FRAME = 1 << 20;
    private static final int URL_MILLIS = 10_000;

    private static final Logger LOG = JarContext.logger(ChannelFactory.class);

    private ChannelFactory() {
    }

    static String checkCluster(String cluster) {
        if (cluster == null || cluster.isBlank() || cluster.length() > MAX_CLUSTER) {
            throw new IllegalArgumentException("cluster is '" + cluster + "', must have 1 to " + MAX_CLUSTER
                    + " characters");
        }
        return cluster;
    }

    /** @throws IllegalArgumentException where there is no such stack */
    static String checkStack(String stack) {
        read(stack);
        return stack;
    }

    /**
     * A channel, not connected, that is known to others as that node.
     *
     * @throws IllegalStateException where JGroups does not accept the stack; the text has its reasons
     */
    static JChannel create(String stack, NodeId self) {
        return create(stack).setName(self.name()).addAddressGenerator(() -> NodeAddress.of(self));
    }

    /** A channel without an identity of ours. */
    static JChannel create(String stack) {
        JarContext.prepare();
        byte[] xml = read(stack);
        JChannel channel;
        String fault;
        try {
            ProtocolStackConfigurator configuration = ConfiguratorFactory.getStackConfigurator(
                    new ByteArrayInputStream(xml));
            fault = fault(configuration.getProtocolStack());
            channel = fault == null ? new JChannel(configuration) : null;
        } catch (Exception e) {
            throw new IllegalStateException("stack '" + stack + "' is refused by JGroups: " + reasons(e), e);
        }
        if (channel == null) {
            throw new IllegalStateException("stack '" + stack + "' " + fault);
        }
        try {
            mend(stack, channel.getProtocolStack());
        } catch (RuntimeException e) {
            channel.close();
            throw e;
        }
        return channel;
    }

    /** What JGroups would accept, and must not be; null where there is nothing. */
    private static String fault(List<ProtocolConfiguration> protocols) throws Exception {
        String address = bindAddress(protocols);
        if (nowhere(address)) {
            return "has bind_addr '" + address + "', and this machine has no such address, or only of the other kind:"
                    + " IPv4 where the JVM prefers IPv6 (java.net.preferIPv6Addresses), or the reverse";
        }
        String unset = unset(protocols);
        return unset.isEmpty() ? null : "names system properties that are not set and have no default: " + unset;
    }

    /**
     * JGroups leaves out an attribute whose variable has no value: a cluster without a key, or without a list of its
     * nodes, would start and find nobody.
     */
    private static String unset(List<ProtocolConfiguration> protocols) {
        List<String> unset = new ArrayList<>();
        for (ProtocolConfiguration protocol : protocols) {
            protocol.getProperties().forEach((attribute, value) -> {
                if (value.contains("${") && Util.substituteVariable(value) == null) {
                    unset.add(protocol.getProtocolName() + " " + attribute + "=\"" + value + "\"");
                }
            });
        }
        return String.join(", ", unset);
    }

    /** What the transport is told to listen on; null where that is left to JGroups. */
    private static String bindAddress(List<ProtocolConfiguration> protocols) {
        String value = protocols.isEmpty() ? null : protocols.get(0).getProperties().get("bind_addr");
        return value == null ? System.getProperty(Global.BIND_ADDR) : Util.substituteVariable(value);
    }

    /**
     * Where JGroups finds no address by that, it takes any other that is not the loopback address: a node would listen
     * in a network that nobody named. Scopes, such as {@code site_local}, leave the choice to it; of several values one
     * must do, it sees to that itself.
     */
    private static boolean nowhere(String address) throws Exception {
        return address != null && !address.contains(",")
                && Stream.of(Util.AddressScope.values()).noneMatch(scope -> scope.name().equalsIgnoreCase(address))
                && Util.getAddress(address, Util.getIpStackType()) == null;
    }

    private static void mend(String stack, ProtocolStack protocols) {
        TP transport = protocols.getTransport();
        GMS membership = protocols.findProtocol(GMS.class);
        if (transport == null || membership == null) {
            throw new IllegalStateException("stack '" + stack + "' has no " + (transport == null ? "transport (TCP)"
                    : "pbcast.GMS") + ": its nodes would not find each other");
        }
        membership.printLocalAddress(false);
        protocols.insertProtocolInStack(new FreshDiscovery(), membership, ProtocolStack.Position.BELOW);
        if (transport.getDiagnosticsHandler() != null && transport.getDiagnosticsHandler().isEnabled()) {
            LOG.warning("stack '" + stack + "' leaves diagnostics on, a door without a lock; they are switched off."
                    + " Say diag.enabled=\"false\" in the transport");
            transport.getDiagnosticsHandler().setEnabled(false);
        }
        FD_SOCK2 sockets = protocols.findProtocol(FD_SOCK2.class);
        if (sockets != null && sockets.getBindAddress() == null) {
            sockets.setBindAddress(transport.getBindAddress());
        }
        if (transport instanceof BasicTCP tcp) {
            if (tcp.getMaxLength() == 0) {
                tcp.setMaxLength(MAX_FRAME);
            }
            if (!tcp.tcpNodelay()) {
                LOG.warning("stack '" + stack + "' has tcp_nodelay=\"false\": some answers will take 40 ms");
            }
        }
        if (transport instanceof TCP tcp && tcp.tls().enabled()) {
            if (tcp.tls().getKeystorePath() == null) {
                throw new IllegalStateException("stack '" + stack + "' has tls.enabled, and no tls.keystore_path");
            }
            checkKeys(stack, "tls.keystore_path", tcp.tls().getKeystorePath());
            checkKeys(stack, "tls.truststore_path", tcp.tls().getTruststorePath());
        }
        DNS_PING names = protocols.findProtocol(DNS_PING.class);
        if (names != null) {
            names.setDNSResolver(new TellingResolver(names.dnsResolver()));
        }
        if (transport.getBundler() instanceof NoBundler) {
            transport.setBundler(new DirectBundler());
        }
    }

    /** JGroups takes a file that is not there for an empty one: it would listen, and refuse everybody. */
    private static void checkKeys(String stack, String attribute, String path) {
        if (path != null && !path.startsWith("classpath:") && !new File(path).exists()
                && ChannelFactory.class.getClassLoader().getResource(path) == null) {
            throw new IllegalStateException("stack '" + stack + "' has " + attribute + " '" + path
                    + "': there is no such file (" + new File(path).getAbsolutePath() + ")");
        }
    }

    private static byte[] read(String stack) {
        return read(stack, URL_MILLIS);
    }

    /** @param limitMillis how long a URL's host may take to accept the connection, and each time until it says more */
    static byte[] read(String stack, int limitMillis) {
        if (stack == null || stack.isBlank()) {
            throw new IllegalArgumentException("stack is empty; " + ALLOWED);
        }
        Matcher local = LOCAL.matcher(stack);
        if (local.matches()) {
            return local(stack, local.group(1));
        }
        try (InputStream in = open(stack, limitMillis)) {
            byte[] xml = in.readNBytes(MAX_FILE + 1);
            if (xml.length > MAX_FILE) {
                throw new IllegalArgumentException("stack '" + stack + "' is longer than " + MAX_FILE
                        + " bytes: not a JGroups XML");
            }
            return xml;
        } catch (SocketTimeoutException e) {
            throw new IllegalArgumentException("stack '" + stack + "' cannot be read: nothing came from there within "
                    + limitMillis + " ms", e);
        } catch (IOException e) {
            throw new IllegalArgumentException("stack '" + stack + "' cannot be read: " + e, e);
        }
    }

    private static byte[] local(String stack, String port) {
        int first = firstPort(stack, port);
        try (InputStream in = ChannelFactory.class.getResourceAsStream("local.xml")) {
            String xml = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return xml.replaceAll("\\$\\{" + Pattern.quote(LOCAL_PORT) + "[^}]*}", String.valueOf(first))
                    .getBytes(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("the built-in stack cannot be read from the jar", e);
        }
    }

    private static int firstPort(String stack, String port) {
        String chosen = port != null ? port : System.getProperty(LOCAL_PORT, "7800");
        int first;
        try {
            first = Integer.parseInt(chosen);
        } catch (NumberFormatException e) {
            first = -1;
        }
        if (first < 1024 || first > 65_000) {
            throw new IllegalArgumentException("stack '" + stack + "' starts at port '" + chosen
                    + "', must be a number from 1024 to 65000" + (port == null ? " (system property " + LOCAL_PORT + ")"
                    : ""));
        }
        return first;
    }

    /**
     * To be held while a node joins. With the stack {@code local} one node of this machine joins at a time, so that it
     * knows before whether there is anybody: alone it founds the cluster at once, else it waits as long as it takes,
     * since a busy machine may be slow to answer. Blocks.
     */
    static StartTurn turn(String stack, JChannel channel) {
        Matcher local = LOCAL.matcher(stack);
        if (!local.matches()) {
            return StartTurn.none();
        }
        int first = firstPort(stack, local.group(1));
        StartTurn turn = StartTurn.take(first + TURN_OFFSET);
        if (turn.isHeld()) {
            GMS membership = channel.getProtocolStack().findProtocol(GMS.class);
            membership.setJoinTimeout(StartTurn.anyInUse(first, LOCAL_PORTS) ? JOIN_MILLIS : FOUND_MILLIS);
        }
        return turn;
    }

    private static InputStream open(String stack, int limitMillis) throws IOException {
        Path file = null;
        try {
            file = Path.of(stack);
            if (Files.isRegularFile(file)) {
                return Files.newInputStream(file);
            }
        } catch (InvalidPathException notAFile) {
            // a URL, perhaps
        }
        if (URL_LIKE.matcher(stack).matches()) {
            try {
                URLConnection connection = new URI(stack).toURL().openConnection();
                connection.setConnectTimeout(limitMillis);
                connection.setReadTimeout(limitMillis);
                return connection.getInputStream();
            } catch (URISyntaxException | IllegalArgumentException e) {
                throw new IOException(e.getMessage(), e);
            }
        }
        URL resource = ChannelFactory.class.getClassLoader().getResource(stack);
        if (resource == null) {
            throw new IllegalArgumentException("stack '" + stack + "' is neither a file ("
                    + (file == null ? stack : file.toAbsolutePath()) + ") nor a class path resource; " + ALLOWED);
        }
        return resource.openStream();
    }

    /** The messages of an exception and its causes, each once: JGroups tends to hide the interesting one. */
    static String reasons(Throwable thrown) {
        StringBuilder text = new StringBuilder();
        int depth = 0;
        for (Throwable t = thrown; t != null && depth++ < 10; t = t.getCause()) {
            String message = t.getMessage() == null ? t.toString() : t.getMessage();
            if (text.indexOf(message) < 0) {
                text.append(text.isEmpty() ? "" : ": ").append(message);
            }
        }
        return text.toString();
    }
}
