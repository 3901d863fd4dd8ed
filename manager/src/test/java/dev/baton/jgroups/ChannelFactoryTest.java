package dev.baton.jgroups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.model.NodeId;
import dev.baton.tomcat.LogLines;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jgroups.Address;
import org.jgroups.JChannel;
import org.jgroups.Message;
import org.jgroups.protocols.FD_SOCK2;
import org.jgroups.protocols.TCP;
import org.jgroups.protocols.TCPPING;
import org.jgroups.protocols.dns.DNSResolver;
import org.jgroups.protocols.dns.DNS_PING;
import org.jgroups.protocols.pbcast.GMS;
import org.jgroups.stack.Protocol;
import org.jgroups.stack.ProtocolStack;
import org.jgroups.util.ExtendedUUID;
import org.jgroups.util.UUID;
import org.jgroups.util.Util;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChannelFactoryTest {
    private static final String CARELESS = """
            <config xmlns="urn:org:jgroups">
                <TCP bind_addr="127.0.0.1" bind_port="19900" bundler_type="nb" diag.enabled="true"/>
                <TCPPING initial_hosts="127.0.0.1[19900]" port_range="0"/>
                <FD_SOCK2/>
                <pbcast.NAKACK2 use_mcast_xmit="false"/>
                <UNICAST3/>
                <pbcast.STABLE/>
                <pbcast.GMS/>
            </config>
            """;

    @TempDir
    Path directory;

    @AfterEach
    void clear() {
        System.clearProperty(ChannelFactory.LOCAL_PORT);
    }

    @Test
    void theBuiltInStackListensOnTheLoopbackAddressOnly() {
        try (JChannel channel = ChannelFactory.create("local")) {
            TCP tcp = channel.getProtocolStack().findProtocol(TCP.class);
            FD_SOCK2 sockets = channel.getProtocolStack().findProtocol(FD_SOCK2.class);
            assertThat(tcp.getBindAddress().isLoopbackAddress()).isTrue();
            assertThat(sockets.getBindAddress().isLoopbackAddress()).isTrue();
            assertThat(tcp.getBindPort()).isEqualTo(7800);
            assertThat(tcp.getPortRange()).isEqualTo(ChannelFactory.LOCAL_PORTS - 1);
            assertThat(sockets.getOffset()).as("outside the range in which nodes look for each other")
                    .isGreaterThanOrEqualTo(ChannelFactory.LOCAL_PORTS);
            assertThat(tcp.getDiagnosticsHandler().isEnabled()).isFalse();
            assertThat(tcp.tcpNodelay()).isTrue();
            assertThat(tcp.getMaxLength()).isEqualTo(1_000_000);
            assertThat(tcp.getBundler()).isInstanceOf(DirectBundler.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"match-address:203.0.113.7", "match-interface:baton9"})
    void anAddressThatTheMachineDoesNotHaveIsNotReplacedByAnother(String address) throws IOException {
        Path file = Files.writeString(directory.resolve("elsewhere.xml"), CARELESS.replace("bind_addr=\"127.0.0.1\"",
                "bind_addr=\"${baton.test.address:" + address + "}\""));
        assertThatThrownBy(() -> ChannelFactory.create(file.toString()).close())
                .isInstanceOf(IllegalStateException.class).hasMessageContaining(file.toString())
                .hasMessageContaining(address).hasMessageContaining("bind_addr");
    }

    @Test
    void itsFirstPortIsGivenBehindTheNameOrByASystemProperty() {
        System.setProperty(ChannelFactory.LOCAL_PORT, "18800");
        assertThat(firstPort("local")).isEqualTo(18_800);
        assertThat(firstPort("local:17800")).isEqualTo(17_800);
    }

    private static int firstPort(String stack) {
        try (JChannel channel = ChannelFactory.create(stack)) {
            TCP tcp = channel.getProtocolStack().findProtocol(TCP.class);
            TCPPING ping = channel.getProtocolStack().findProtocol(TCPPING.class);
            assertThat(ping.getInitialHosts()).hasSize(ChannelFactory.LOCAL_PORTS)
                    .anyMatch(host -> host.toString().endsWith(":" + tcp.getBindPort()));
            return tcp.getBindPort();
        }
    }

    @Test
    @Timeout(120)
    void aCoordinatorThatLeavesWhileItIsAskedIsNotAskedAgain() throws Exception {
        String stack = FreePorts.localStack();
        try (JChannel leaves = ChannelFactory.create(stack, new NodeId("n1", 100_001));
                JChannel joins = ChannelFactory.create(stack, new NodeId("n2", 100_002))) {
            CompletableFuture<Void> asked = new CompletableFuture<>();
            short membership = leaves.getProtocolStack().findProtocol(GMS.class).getId();
            leaves.getProtocolStack().insertProtocol(new Protocol() {
                @Override
                public Object up(Message message) {
                    if (message.getHeader(membership) instanceof GMS.GmsHeader h && h.getType() == GMS.GmsHeader.JOIN_REQ) {
                        asked.complete(null);
                        return null;
                    }
                    return up_prot.up(message);
                }
            }, ProtocolStack.Position.BELOW, GMS.class);
            leaves.connect("test");
            CompletableFuture<Void> left = asked.thenRunAsync(leaves::close);
            joins.connect("test");
            left.get(30, TimeUnit.SECONDS);
            assertThat(joins.view().getMembers()).containsExactly(joins.address());
            TCPPING ping = joins.getProtocolStack().findProtocol(TCPPING.class);
            assertThat(ping.getNumberOfDiscoveryRequestsSent()).as("requests").isLessThan(4 * ping.numDiscoveryRuns());
        }
    }

    @Test
    void whatAFileLeavesOpenIsClosed() throws IOException {
        Path file = Files.writeString(directory.resolve("careless.xml"), CARELESS);
        for (String stack : new String[] {file.toString(), file.toUri().toString()}) {
            try (JChannel channel = ChannelFactory.create(stack)) {
                TCP tcp = channel.getProtocolStack().findProtocol(TCP.class);
                FD_SOCK2 sockets = channel.getProtocolStack().findProtocol(FD_SOCK2.class);
                GMS membership = channel.getProtocolStack().findProtocol(GMS.class);
                assertThat(tcp.getDiagnosticsHandler().isEnabled()).isFalse();
                assertThat(tcp.getMaxLength()).isPositive();
                assertThat(tcp.getBundler()).isInstanceOf(DirectBundler.class);
                assertThat(sockets.getBindAddress()).isEqualTo(tcp.getBindAddress());
                assertThat(membership.printLocalAddress()).isFalse();
            }
        }
    }

    @Test
    void stacksAreFoundOnTheClassPathToo() {
        try (JChannel channel = ChannelFactory.create("dev/baton/jgroups/local.xml")) {
            assertThat((Object) channel.getProtocolStack().findProtocol(TCP.class)).isNotNull();
        }
    }

    @Test
    void aStackThatIsNoneIsRefusedWithItsNameAndWhatIsAllowed() throws IOException {
        refused("", "stack is empty", "local:PORT");
        refused(null, "stack is empty");
        refused("nowhere.xml", "nowhere.xml", "neither a file", directory.getRoot().toString(), "class path resource");
        refused("file:///nowhere/x.xml", "file:///nowhere/x.xml", "cannot be read");
        refused("nonsense://host/x.xml", "nonsense://host/x.xml");
        refused("local:80", "'80'", "1024 to 65000");
        refused("local:99999", "'99999'");
        System.setProperty(ChannelFactory.LOCAL_PORT, "many");
        refused("local", "'many'", ChannelFactory.LOCAL_PORT);
        Path huge = directory.resolve("huge.xml");
        Files.write(huge, new byte[(1 << 20) + 1]);
        refused(huge.toString(), "longer than");
    }

    private static void refused(String stack, String... why) {
        assertThatThrownBy(() -> ChannelFactory.checkStack(stack)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(why);
    }

    /** The start of a Tomcat waits for it. */
    @ParameterizedTest
    @ValueSource(strings = {"", "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n<config"})
    @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aUrlWhoseHostFallsSilentIsRefused(String said) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String stack = "http://127.0.0.1:" + server.getLocalPort() + "/stack.xml";
            CompletableFuture<Socket> asked = CompletableFuture.supplyAsync(() -> {
                try {
                    Socket connection = server.accept();
                    connection.getOutputStream().write(said.getBytes(StandardCharsets.US_ASCII));
                    return connection;
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            assertThatThrownBy(() -> ChannelFactory.read(stack, 500)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("stack '" + stack + "' cannot be read: nothing came from there within 500 ms");
            asked.get(20, TimeUnit.SECONDS).close();
        }
    }

    @Test
    void aFileThatJGroupsDoesNotUnderstandIsRefusedWithItsReason() throws IOException {
        unusable("not XML at all", "refused by JGroups");
        unusable(CARELESS.replace("<UNICAST3/>", "<UNICAST99/>"), "UNICAST99");
        unusable(CARELESS.replace("<UNICAST3/>", "<UNICAST3 speed=\"9\"/>"), "speed");
        unusable(CARELESS.replace("<pbcast.GMS/>", ""), "GMS");
    }

    @Test
    void aStackWithoutItsKeysIsRefused() throws IOException {
        String tls = CARELESS.replace("<TCP ", "<TCP tls.enabled=\"true\" ");
        unusable(tls, "no tls.keystore_path");
        unusable(tls.replace("<TCP ", "<TCP tls.keystore_path=\"/nothere.p12\" "),
                "tls.keystore_path '/nothere.p12': there is no such file");
        Path there = Files.write(directory.resolve("there.p12"), new byte[0]);
        String own = tls.replace("<TCP ", "<TCP tls.keystore_path=\"" + there + "\" ");
        unusable(own.replace("<TCP ", "<TCP tls.truststore_path=\"/nothere.p12\" "),
                "tls.truststore_path '/nothere.p12': there is no such file");
        Path file = Files.writeString(directory.resolve("usable.xml"), own);
        ChannelFactory.create(file.toString()).close();
    }

    @Test
    void aVariableThatHasNeitherAValueNorADefaultIsRefused() throws IOException {
        String xml = CARELESS.replace("127.0.0.1[19900]", "${baton.test.hosts}");
        unusable(xml, "TCPPING initial_hosts=\"${baton.test.hosts}\"");
        System.setProperty("baton.test.hosts", "127.0.0.1[19900]");
        try {
            Path file = Files.writeString(directory.resolve("usable.xml"), xml);
            ChannelFactory.create(file.toString()).close();
        } finally {
            System.clearProperty("baton.test.hosts");
        }
    }

    @Test
    void aNameThatTheDnsDoesNotKnowIsTold() throws IOException {
        Path file = Files.writeString(directory.resolve("dns.xml"), CARELESS.replaceAll("<TCPPING[^>]*>",
                "<dns.DNS_PING dns_query=\"shop.test\"/>"));
        try (JChannel channel = ChannelFactory.create(file.toString())) {
            DNS_PING ping = channel.getProtocolStack().findProtocol(DNS_PING.class);
            assertThat(ping.dnsResolver()).isInstanceOf(TellingResolver.class);
        }
        List<Address> known = new ArrayList<>();
        TellingResolver resolver = new TellingResolver((name, type) -> known);
        try (LogLines log = new LogLines(TellingResolver.class.getName())) {
            resolver.resolveIps("shop.test", DNSResolver.DNSRecordType.A);
            resolver.resolveIps("shop.test", DNSResolver.DNSRecordType.A);
            assertThat(log.lines()).singleElement().asString().contains("no addresses (A) for 'shop.test'");
            known.add(UUID.randomUUID());
            assertThat(resolver.resolveIps("shop.test", DNSResolver.DNSRecordType.A)).isEqualTo(known);
            assertThat(log.lines()).hasSize(2).last().asString().contains("has addresses for 'shop.test' now");
        }
    }

    private void unusable(String xml, String why) throws IOException {
        Path file = Files.writeString(directory.resolve("unusable.xml"), xml);
        assertThatThrownBy(() -> ChannelFactory.create(file.toString())).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("unusable.xml").hasMessageContaining(why);
    }

    @Test
    void theNameOfTheClusterIsBounded() {
        assertThat(ChannelFactory.checkCluster("shop")).isEqualTo("shop");
        for (String bad : new String[] {null, "", " ", "x".repeat(101)}) {
            assertThatThrownBy(() -> ChannelFactory.checkCluster(bad)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("1 to 100");
        }
    }

    @Test
    void jGroupsFilterIsSetAndTheSystemPropertyIsAsBefore() {
        JarContext.prepare();
        assertThat(System.getProperty("jgroups.deserialization.filter")).isNull();
        assertThatThrownBy(() -> Util.objectFromStream(new DataInputStream(
                new ByteArrayInputStream(serialized())))).hasMessageContaining("REJECTED");
    }

    /** As JGroups writes an object that is not its own: a type byte, then Java's serial form. */
    private static byte[] serialized() throws Exception {
        return Util.objectToByteBuffer(new BitSet());
    }

    @Test
    void addressesTellNameAndIncarnationAndNothingElseIsTakenForOne() {
        NodeId node = new NodeId("Kellergewölbe 1", 1_700_000_000_123L);
        assertThat(NodeAddress.nodeOf(NodeAddress.of(node))).isEqualTo(node);
        assertThat(NodeAddress.of(node)).hasToString(node.toString()).isNotEqualTo(NodeAddress.of(node));
        ExtendedUUID address = NodeAddress.of(node);
        assertThat(NodeAddress.bare(address)).isEqualTo(address).hasSameHashCodeAs(address)
                .matches(bare -> NodeAddress.nodeOf(bare) == null);
        assertThat(NodeAddress.nodeOf(UUID.randomUUID())).isNull();
        assertThat(NodeAddress.nodeOf(ExtendedUUID.randomUUID())).isNull();
        assertThatThrownBy(() -> NodeAddress.of(new NodeId("\u4e16".repeat(100), 1)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("300 bytes");
    }
}
