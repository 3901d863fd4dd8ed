package dev.baton.jgroups;

import dev.baton.model.NodeId;
import dev.baton.node.Transport;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jgroups.protocols.DISCARD;
import org.jgroups.protocols.TP;
import org.jgroups.stack.ProtocolStack;

/**
 * Real channels on the loopback address whose cables can be pulled: what a node sends and receives is dropped, while its
 * sockets stay open. The built-in stack, with a failure detection that does not take its time.
 */
public final class Cables implements AutoCloseable {
    private final Path stack;
    private final Map<NodeId, JGroupsTransport> transports = new ConcurrentHashMap<>();

    public Cables() throws IOException {
        System.setProperty(ChannelFactory.LOCAL_PORT, FreePorts.localStack().substring("local:".length()));
        stack = Files.createTempFile("baton-cables", ".xml");
        try (InputStream builtIn = ChannelFactory.class.getResourceAsStream("local.xml")) {
            String text = new String(builtIn.readAllBytes(), StandardCharsets.UTF_8);
            String quick = text.replace("<FD_ALL3 timeout=\"10s\" interval=\"2s\"/>",
                    "<FD_ALL3 timeout=\"2s\" interval=\"400ms\"/>");
            if (quick.equals(text)) {
                throw new IllegalStateException("the built-in stack has another failure detection");
            }
            Files.writeString(stack, quick);
        }
    }

    public Transport transport(NodeId self) {
        JGroupsTransport transport = new JGroupsTransport(stack.toString(), "cables", self);
        transports.put(self, transport);
        return transport;
    }

    public void cut(NodeId node) {
        try {
            transports.get(node).channel().getProtocolStack().insertProtocol(new DISCARD().discardAll(true),
                    ProtocolStack.Position.ABOVE, TP.class);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    public void heal(NodeId node) {
        transports.get(node).channel().getProtocolStack().removeProtocol(DISCARD.class);
    }

    @Override
    public void close() throws IOException {
        System.clearProperty(ChannelFactory.LOCAL_PORT);
        Files.delete(stack);
    }
}
