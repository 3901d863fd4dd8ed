package dev.baton.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.baton.jgroups.JGroupsTransport;
import dev.baton.model.NodeId;
import dev.baton.model.Settings;
import dev.baton.model.TableNumber;
import dev.baton.node.Transport;
import dev.baton.protocol.Message;
import dev.baton.tomcat.BatonManager;
import dev.baton.tomcat.BatonSingleSignOn;
import dev.baton.valve.BatonValve;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.catalina.Engine;
import org.apache.catalina.LifecycleState;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.startup.Catalina;
import org.apache.catalina.startup.ContextConfig;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.digester.Digester;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.NamedNodeMap;

/** Every sample is loaded as a user's copy would be. */
@Timeout(120)
class SamplesTest {
    private static final Path SAMPLES = Path.of("").toAbsolutePath();

    @AfterEach
    void clear() {
        List.of("jgroups.bind_addr", "jgroups.bind_port", "jgroups.tcpping.initial_hosts", "baton.local.port",
                        "baton.tls.keystore", "baton.tls.password", "baton.dns.query", "baton.dns.address",
                        "jgroups.mping.mcast_port")
                .forEach(System::clearProperty);
    }

    @Test
    void noFileIsForgotten() throws IOException {
        try (Stream<Path> files = Files.list(SAMPLES)) {
            assertThat(files.filter(Files::isRegularFile).map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("pom.xml", "context.xml", "context-all-settings.xml", "jgroups-tcp.xml",
                            "jgroups-tcp-tls.xml", "jgroups-kubernetes.xml", "jgroups-multicast.xml",
                            "server-single-sign-on.xml");
        }
    }

    @Test
    void twoNodesOfTheStaticListFormACluster() throws Exception {
        Members here = new Members();
        Members there = new Members();
        int port = freePorts();
        list(port);
        try (Transport a = node("jgroups-tcp.xml", "a"); Transport b = node("jgroups-tcp.xml", "b")) {
            start(a, port, here);
            start(b, port + 1, there);
            meet(a, here, b, there);
        }
    }

    @Test
    void twoNodesWithTheSameKeyFormAClusterAndOneWithAnotherStaysOut(@TempDir Path keys) throws Exception {
        Members here = new Members();
        Members there = new Members();
        Members outside = new Members();
        int port = freePorts();
        list(port);
        try (Transport a = node("jgroups-tcp-tls.xml", "a"); Transport b = node("jgroups-tcp-tls.xml", "b")) {
            useKey(keys.resolve("ours.p12"));
            start(a, port, here);
            start(b, port + 1, there);
            meet(a, here, b, there);
            b.close();
            assertThat(here.waitUntil(m -> m.view().size() == 1)).isTrue();
            try (Transport c = node("jgroups-tcp-tls.xml", "c")) {
                useKey(keys.resolve("theirs.p12"));
                start(c, port + 1, outside);
                assertThat(outside.view()).as("a cluster of its own").containsExactly(c.self());
                assertThat(here.view()).containsExactly(a.self());
            }
        }
    }

    @Test
    void whatIsForgottenIsSaidInsteadOfFoundingAClusterAlone(@TempDir Path keys) {
        refused("jgroups-tcp.xml", "${jgroups.tcpping.initial_hosts}");
        refused("jgroups-kubernetes.xml", "${baton.dns.query}");
        refused("jgroups-tcp-tls.xml", "${baton.tls.keystore}", "${baton.tls.password}");
        list(7_800);
        System.setProperty("baton.tls.keystore", keys.resolve("nothere.p12").toString());
        System.setProperty("baton.tls.password", "a secret");
        refused("jgroups-tcp-tls.xml", "tls.keystore_path", "nothere.p12': there is no such file");
    }

    private static void refused(String sample, String... why) {
        try (Transport node = node(sample, "a")) {
            assertThatThrownBy(() -> node.start(new Members())).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(sample).hasMessageContainingAll(why);
        }
    }

    @Test
    void twoNodesFindEachOtherByTheirNameInTheDns() throws Exception {
        Members here = new Members();
        Members there = new Members();
        int port = freePorts();
        try (NameServer names = new NameServer("127.0.0.1", "127.0.0.2");
                Transport a = node("jgroups-kubernetes.xml", "a"); Transport b = node("jgroups-kubernetes.xml", "b")) {
            System.setProperty("baton.dns.query", "shop-sessions.test");
            System.setProperty("baton.dns.address", "127.0.0.1:" + names.port());
            System.setProperty("jgroups.bind_addr", "127.0.0.1");
            start(a, port, here);
            System.setProperty("jgroups.bind_addr", "127.0.0.2");
            start(b, port, there);
            meet(a, here, b, there);
        }
    }

    @Test
    void twoNodesFindEachOtherByMulticast() throws Exception {
        assumeTrue(multicastWorks(), "the loopback interface of this machine lets no multicast through:"
                + " 'ip link set lo multicast on' and 'ip route add 239.0.0.0/8 dev lo' would");
        Members here = new Members();
        Members there = new Members();
        int port = freePorts();
        System.setProperty("jgroups.bind_addr", "127.0.0.1");
        System.setProperty("jgroups.mping.mcast_port", String.valueOf(port + 50));
        try (Transport a = node("jgroups-multicast.xml", "a"); Transport b = node("jgroups-multicast.xml", "b")) {
            start(a, port, here);
            start(b, port + 1, there);
            meet(a, here, b, there);
        }
    }

    @Test
    void aNodeThatFindsNobodyByMulticastIsACluster() throws Exception {
        Members here = new Members();
        int port = freePorts();
        System.setProperty("jgroups.bind_addr", "127.0.0.1");
        System.setProperty("jgroups.mping.mcast_port", String.valueOf(port + 50));
        try (Transport a = node("jgroups-multicast.xml", "a")) {
            start(a, port, here);
            assertThat(here.view()).containsExactly(a.self());
        }
    }

    private static boolean multicastWorks() throws IOException {
        InetSocketAddress group = new InetSocketAddress("239.7.8.10", 7_556);
        NetworkInterface loopback = NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress());
        try (MulticastSocket socket = new MulticastSocket(7_556)) {
            socket.setNetworkInterface(loopback);
            socket.joinGroup(group, loopback);
            socket.setSoTimeout(1_000);
            socket.send(new DatagramPacket(new byte[] {1}, 1, group));
            socket.receive(new DatagramPacket(new byte[1], 1));
            return true;
        } catch (IOException no) {
            return false;
        }
    }

    private static Transport node(String sample, String name) {
        return new JGroupsTransport(SAMPLES.resolve(sample).toString(), "samples", new NodeId(name, 1));
    }

    private static void list(int port) {
        System.setProperty("jgroups.bind_addr", "127.0.0.1");
        System.setProperty("jgroups.tcpping.initial_hosts", "127.0.0.1[" + port + "],127.0.0.1[" + (port + 1) + "]");
    }

    private static void start(Transport node, int port, Members members) {
        System.setProperty("jgroups.bind_port", String.valueOf(port));
        node.start(members);
    }

    private static void meet(Transport a, Members here, Transport b, Members there) throws InterruptedException {
        List<NodeId> both = List.of(a.self(), b.self());
        assertThat(here.waitUntil(m -> m.view().equals(both))).as("view %s", here.view()).isTrue();
        assertThat(there.waitUntil(m -> m.view().equals(both))).as("view %s", there.view()).isTrue();

        Message hail = new Message.Beat(42, TableNumber.NONE);
        a.send(b.self(), List.of(hail));
        assertThat(there.waitUntil(m -> m.received().equals(List.of(hail)))).isTrue();
    }

    private static void useKey(Path file) throws IOException, InterruptedException {
        Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair", "-alias", "baton", "-keyalg", "EC", "-validity", "30", "-dname", "CN=baton", "-storetype",
                "PKCS12", "-storepass", "a secret", "-keystore", file.toString())
                .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(keytool.exitValue()).isZero();
        System.setProperty("baton.tls.keystore", file.toString());
        System.setProperty("baton.tls.password", "a secret");
    }

    @Test
    void tomcatStartsWithTheContext(@TempDir Path base) throws Exception {
        startWith("context.xml", base, manager -> {
            assertThat(manager.getCluster()).isEqualTo("shop");
            assertThat(manager.getContext().getPipeline().getValves())
                    .filteredOn(valve -> valve instanceof BatonValve).hasSize(1);
        });
    }

    @Test
    void tomcatStartsWithAllSettingsAtTheirDefaults(@TempDir Path base) throws Exception {
        Map<String, String> written = attributesOfTheManager("context-all-settings.xml");
        written.remove("className");
        assertThat(written).containsExactlyInAnyOrderEntriesOf(Settings.DEFAULT.texts());
        startWith("context-all-settings.xml", base, manager -> assertThat(manager.getCluster()).isEqualTo("baton"));
    }

    /** Reads the file as the real server does. */
    private static final class Reading extends Catalina {
        Engine read(Path file) throws Exception {
            Digester digester = createStartDigester();
            digester.push(this);
            digester.parse(file.toFile());
            return (Engine) getServer().findService("Catalina").getContainer();
        }
    }

    @Test
    void tomcatReadsTheServerWithTheSingleSignOn() throws Exception {
        Engine engine = new Reading().read(SAMPLES.resolve("server-single-sign-on.xml"));
        assertThat(engine.getJvmRoute()).isEqualTo("node1");
        assertThat(engine.getService().findConnectors()[0].getPort()).isEqualTo(8080);
        assertThat(engine.findChild("localhost").getPipeline().getValves())
                .filteredOn(valve -> valve instanceof BatonSingleSignOn).hasSize(1);
    }

    private interface Check {
        void see(BatonManager manager);
    }

    private static void startWith(String sample, Path base, Check check) throws Exception {
        System.setProperty("baton.local.port", String.valueOf(freePorts()));
        Tomcat tomcat = new Tomcat();
        try {
            tomcat.setBaseDir(base.toString());
            tomcat.setPort(0);
            tomcat.getEngine().setJvmRoute("n1");
            tomcat.getConnector().setProperty("address", "127.0.0.1");
            Path application = Files.createDirectories(base.resolve("shop"));
            StandardContext context = new StandardContext();
            context.setPath("/shop");
            context.setName("/shop");
            context.setDocBase(application.toString());
            context.addLifecycleListener(configuring());
            context.setConfigFile(SAMPLES.resolve(sample).toUri().toURL());
            tomcat.getHost().addChild(context);
            tomcat.start();
            assertThat(context.getState()).isEqualTo(LifecycleState.STARTED);
            assertThat(context.getManager()).isInstanceOf(BatonManager.class);
            check.see((BatonManager) context.getManager());
        } finally {
            tomcat.stop();
            tomcat.destroy();
        }
    }

    /** Reads the context's file as the real server does; without the default web.xml, which needs Jasper. */
    private static ContextConfig configuring() {
        ContextConfig config = new ContextConfig();
        config.setDefaultWebXml("org/apache/catalina/startup/NO_DEFAULT_XML");
        return config;
    }

    private static Map<String, String> attributesOfTheManager(String sample) throws Exception {
        NamedNodeMap attributes = DocumentBuilderFactory.newInstance().newDocumentBuilder()
                .parse(SAMPLES.resolve(sample).toFile()).getElementsByTagName("Manager").item(0).getAttributes();
        Map<String, String> found = new LinkedHashMap<>();
        for (int i = 0; i < attributes.getLength(); i++) {
            found.put(attributes.item(i).getNodeName(), attributes.item(i).getNodeValue());
        }
        return found;
    }

    /** The first of two neighbours that are free now, as are those 100 above. */
    private static int freePorts() throws IOException {
        for (int attempt = 0; attempt < 100; attempt++) {
            int first = 20_000 + 200 * ThreadLocalRandom.current().nextInt(50);
            List<ServerSocket> held = new ArrayList<>();
            try {
                for (int port : new int[] {first, first + 1, first + 100, first + 101}) {
                    ServerSocket socket = new ServerSocket();
                    held.add(socket);
                    socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                }
                return first;
            } catch (IOException taken) {
                // try others
            } finally {
                for (ServerSocket socket : held) {
                    socket.close();
                }
            }
        }
        throw new IllegalStateException("no free ports from 20000 to 30000");
    }
}
