package dev.baton.jgroups;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.model.NodeId;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A stack of the user's with another transport than TCP. */
@Timeout(60)
class UdpStackTest {
    @TempDir
    private Path directory;

    @Test
    @DisplayName("B6: over UDP, where every TCP port refuses, a living node is not taken for dead")
    void overUdpNobodyIsProvenDead() throws Exception {
        int first = freePort();
        int second = freePort();
        RecordingListener here = new RecordingListener();
        try (JGroupsTransport a = node(first, second, "a"); JGroupsTransport b = node(second, first, "b")) {
            a.start(here);
            b.start(new RecordingListener());
            assertThat(here.waitForView(2)).isTrue();
            a.probe(b.self());
            assertThat(a.idle()).as("nobody is asked").isTrue();
            assertThat(here.dead()).isEmpty();
        }
    }

    private JGroupsTransport node(int port, int other, String name) throws IOException {
        Path file = directory.resolve(name + ".xml");
        Files.writeString(file, """
                <config xmlns="urn:org:jgroups">
                    <UDP ip_mcast="false" bind_addr="127.0.0.1" bind_port="%d" port_range="0" diag.enabled="false"/>
                    <TCPPING initial_hosts="127.0.0.1[%d],127.0.0.1[%d]" port_range="0"/>
                    <pbcast.NAKACK2 use_mcast_xmit="false"/>
                    <UNICAST3/>
                    <pbcast.STABLE/>
                    <pbcast.GMS join_timeout="1s"/>
                    <FRAG4 frag_size="30K"/>
                </config>
                """.formatted(port, port, other));
        return new JGroupsTransport(file.toString(), "udp", new NodeId(name, 1));
    }

    private static int freePort() throws IOException {
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
