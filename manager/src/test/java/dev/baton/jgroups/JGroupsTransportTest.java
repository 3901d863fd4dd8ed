package dev.baton.jgroups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.model.Epoch;
import dev.baton.model.Location;
import dev.baton.model.NodeId;
import dev.baton.model.TableNumber;
import dev.baton.protocol.Message;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jgroups.BytesMessage;
import org.jgroups.JChannel;
import org.jgroups.ObjectMessage;
import org.jgroups.Version;
import org.jgroups.View;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real channels on the loopback address, several in this JVM. */
@Timeout(120)
class JGroupsTransportTest {
    private static final TableNumber TABLE = new TableNumber(new Epoch(1, new NodeId("n1", 1)), 1);

    private final String stack = FreePorts.localStack();
    private final List<JGroupsTransport> open = new ArrayList<>();
    private final List<RecordingListener> listeners = new ArrayList<>();

    @AfterEach
    void closeAll() {
        open.forEach(JGroupsTransport::close);
    }

    @Test
    void nodesFindEachOtherAndSeeTheSameViewOldestFirst() {
        startNodes(3);
        List<NodeId> all = open.stream().map(JGroupsTransport::self).toList();
        for (RecordingListener listener : listeners) {
            assertThat(listener.waitUntil(l -> l.view().equals(all))).as("view %s", listener.view()).isTrue();
        }
    }

    @Test
    void nodesThatStartAtTheSameMomentFoundOneCluster() throws InterruptedException {
        List<Thread> starts = new ArrayList<>();
        for (int i = 1; i <= 4; i++) {
            JGroupsTransport transport = new JGroupsTransport(stack, "test", new NodeId("n" + i, 100_000 + i));
            RecordingListener listener = new RecordingListener();
            open.add(transport);
            listeners.add(listener);
            starts.add(new Thread(() -> transport.start(listener)));
        }
        starts.forEach(Thread::start);
        for (Thread start : starts) {
            start.join();
        }
        for (RecordingListener listener : listeners) {
            assertThat(listener.waitForView(4)).isTrue();
        }
        assertThat(listeners).as("founders: first views of one node").filteredOn(l -> l.firstView().size() == 1)
                .hasSize(1);
    }

    @Test
    void envelopesOfManyThreadsArriveWholeAndEachThreadsInOrder() throws InterruptedException {
        startNodes(2);
        NodeId to = open.get(1).self();
        int each = 5_000;
        List<Thread> threads = IntStream.range(0, 4).mapToObj(t -> new Thread(() -> {
            for (int i = 0; i < each; i += 2) {
                open.get(0).send(to, List.of(beat(t, i), beat(t, i + 1)));
            }
        })).toList();
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        RecordingListener there = listeners.get(1);
        assertThat(there.waitForLetters(4 * each)).as("%s letters", there.letters().size()).isTrue();
        for (int t = 0; t < 4; t++) {
            long thread = t;
            assertThat(there.letters().stream().map(letter -> ((Message.Beat) letter.message()).echo())
                    .filter(echo -> echo / 1_000_000 == thread).mapToLong(echo -> echo % 1_000_000).toArray())
                    .isEqualTo(LongStream.range(0, each).toArray());
        }
        assertThat(there.letters()).allMatch(letter -> letter.from().equals(open.get(0).self()));
        assertThat(open.get(0).traffic().envelopesSent()).isEqualTo(open.get(1).traffic().envelopesReceived());
        assertThat(open.get(0).traffic().dropped()).isZero();
    }

    @Test
    void longEnvelopesAreCutAndPutTogetherInBothDirections() {
        startNodes(2);
        List<Message> large = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            large.add(new Message.Hello(Location.UNKNOWN, true, "x".repeat(7_000) + i, List.of()));
        }
        open.get(0).send(open.get(1).self(), large);
        open.get(1).send(open.get(0).self(), large);
        open.get(0).send(open.get(1).self(), List.of(beat(0, 7)));
        assertThat(listeners.get(1).waitForLetters(301)).isTrue();
        assertThat(listeners.get(0).waitForLetters(300)).isTrue();
        assertThat(listeners.get(1).letters().subList(0, 300)).extracting(RecordingListener.Letter::message)
                .isEqualTo(large);
        assertThat(listeners.get(0).letters()).extracting(RecordingListener.Letter::message).isEqualTo(large);
    }

    @Test
    void aKilledProcessLeavesTheViewAndItsPortProvesItsDeath() throws Exception {
        startNodes(2);
        NodeId victim = new NodeId("victim", 300_000);
        try (NodeProcess process = new NodeProcess(stack, "test", victim)) {
            for (RecordingListener listener : listeners) {
                assertThat(listener.waitForView(3)).isTrue();
            }
            open.get(0).send(victim, List.of(beat(0, 1)));
            assertThat(listeners.get(0).waitForLetters(1)).isTrue();
            process.kill();
        }
        for (RecordingListener listener : listeners) {
            assertThat(listener.waitUntil(l -> l.view().size() == 2 && !l.view().contains(victim))).isTrue();
        }
        open.get(0).probe(victim);
        assertThat(listeners.get(0).waitUntil(l -> l.dead().contains(victim))).isTrue();
        // what is said to it is lost and disturbs nobody
        open.get(0).send(victim, List.of(beat(0, 1)));
        open.get(0).send(open.get(1).self(), List.of(beat(0, 2)));
        assertThat(listeners.get(1).waitForLetters(1)).isTrue();
    }

    @Test
    void whatWasSaidBeforeTheEndArrives() {
        startNodes(2);
        for (int i = 0; i < 2_000; i++) {
            open.get(1).send(open.get(0).self(), List.of(beat(0, i)));
        }
        open.get(1).close();
        assertThat(listeners.get(0).waitForLetters(2_000)).as("%s", listeners.get(0).letters().size()).isTrue();
    }

    @Test
    void aNodeThatLeavesIsGoneAtOnceAndTheNextComes() {
        startNodes(2);
        open.get(1).close();
        assertThat(listeners.get(0).waitForView(1)).isTrue();
        startNode(new NodeId("n2", 900_000));
        assertThat(listeners.get(0).waitForView(2)).isTrue();
        assertThat(listeners.get(0).view()).containsExactly(open.get(0).self(), new NodeId("n2", 900_000));
    }

    @Test
    void aLivingPortProvesNothingUntilItsProcessIsGone() throws Exception {
        startNodes(1);
        RecordingListener here = listeners.get(0);
        NodeId victim = new NodeId("victim", 300_000);
        try (NodeProcess process = new NodeProcess(stack, "test", victim)) {
            assertThat(here.waitForView(2)).isTrue();
            open.get(0).probe(victim);
            open.get(0).probe(new NodeId("never seen", 1));
            assertThat(eventually(() -> open.get(0).idle())).isTrue();
            assertThat(here.dead()).isEmpty();
            process.kill();
        }
        assertThat(here.waitForView(1)).isTrue();
        open.get(0).probe(victim);
        assertThat(here.waitUntil(l -> l.dead().equals(List.of(victim)))).isTrue();
    }

    @Test
    void nodesOfOneMachineFindEachOtherWhereOneOfThemPrefersIpv6() throws Exception {
        startNodes(1);
        NodeId other = new NodeId("prefers6", 300_000);
        try (NodeProcess process = new NodeProcess(stack, "test", other, "-Djava.net.preferIPv6Addresses=true")) {
            assertThat(listeners.get(0).waitForView(2)).as("found by its loopback address").isTrue();
        }
    }

    @Test
    void aPortThatALaterProcessTookOverProvesTheDeathOfTheFormer() throws Exception {
        startNodes(1);
        NodeId victim = new NodeId("victim", 300_000);
        try (NodeProcess process = new NodeProcess(stack, "test", victim)) {
            assertThat(listeners.get(0).waitForView(2)).isTrue();
            process.kill();
        }
        assertThat(listeners.get(0).waitForView(1)).isTrue();
        JGroupsTransport heir = startNode(new NodeId("another", 999_999));
        assertThat(listeners.get(0).waitForView(2)).isTrue();
        assertThat(heir.listensOn().getPort()).as("the port after ours")
                .isEqualTo(open.get(0).listensOn().getPort() + 1);
        open.get(0).probe(victim);
        assertThat(listeners.get(0).waitUntil(l -> l.dead().contains(victim))).isTrue();
    }

    @Test
    void whereRefusalsProveNothingNobodyIsDeclaredDead() throws Exception {
        JGroupsTransport careful = new JGroupsTransport(stack, "test", new NodeId("careful", 700_000), false);
        RecordingListener listener = new RecordingListener();
        open.add(careful);
        careful.start(listener);
        NodeId victim = new NodeId("victim", 300_000);
        try (NodeProcess process = new NodeProcess(stack, "test", victim)) {
            assertThat(listener.waitForView(2)).isTrue();
            process.kill();
        }
        assertThat(listener.waitForView(1)).isTrue();
        careful.probe(victim);
        assertThat(careful.idle()).as("nobody is asked").isTrue();
        assertThat(listener.dead()).isEmpty();
    }

    @Test
    void foreignBytesOnThePortDoNoHarm() throws IOException {
        startNodes(2);
        Random random = new Random(42);
        byte[] noise = new byte[20_000];
        random.nextBytes(noise);
        List<byte[]> visits = List.of(noise, new byte[0], new byte[] {0},
                "GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII),
                // JGroups' greeting and then: nothing, a length and nothing, a huge length, a negative one
                "bela".getBytes(StandardCharsets.US_ASCII), greeting(), greeting(0, 0, 0, 100),
                greeting(0x7F, 0xFF, 0xFF, 0xFF), greeting(0xFF, 0xFF, 0xFF, 0xF0),
                // well-formed length, senseless content
                greeting(0, 0, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8));
        for (byte[] visit : visits) {
            for (JGroupsTransport node : open) {
                try (Socket socket = new Socket(node.listensOn().getAddress(), node.listensOn().getPort())) {
                    OutputStream out = socket.getOutputStream();
                    out.write(visit);
                    out.flush();
                } catch (SocketException closedByTheOtherSide) {
                    // its good right
                }
            }
        }
        open.get(0).send(open.get(1).self(), List.of(beat(0, 1)));
        open.get(1).send(open.get(0).self(), List.of(beat(0, 2)));
        assertThat(listeners.get(0).waitForLetters(1)).isTrue();
        assertThat(listeners.get(1).waitForLetters(1)).isTrue();
        assertThat(listeners.get(0).view()).hasSize(2);
        // the door is still open for a newcomer
        startNode(new NodeId("newcomer", 800_000));
        assertThat(listeners.get(0).waitForView(3)).isTrue();
    }

    @Test
    void membersThatAreNoneOfOursAndTheirMessagesAreIgnored() throws Exception {
        startNodes(1);
        try (JChannel stranger = ChannelFactory.create(stack)) {
            stranger.connect("test");
            org.jgroups.Address node = stranger.getView().getMembersRaw()[0];
            stranger.send(new ObjectMessage(node, new Bomb()).setFlag(org.jgroups.Message.Flag.NO_RELIABILITY));
            stranger.send(new BytesMessage(node, new byte[] {0x13, 1, 0, 1}));
            stranger.send(new BytesMessage(null, new byte[] {0x13, 1, 0, 1}));
            assertThat(eventually(() -> open.get(0).traffic().unreadable() >= 2)).isTrue();
        }
        assertThat(Bomb.exploded).isFalse();
        assertThat(listeners.get(0).letters()).isEmpty();
        assertThat(listeners.get(0).view()).containsExactly(open.get(0).self());
    }

    @Test
    void unreadableEnvelopesOfAMemberAreCountedAndTheNextIsRead() throws Exception {
        startNodes(2);
        JChannel channel = open.get(1).channel();
        org.jgroups.Address node = channel.getView().getMembersRaw()[0];
        Random random = new Random(7);
        for (int i = 0; i < 1_000; i++) {
            byte[] bytes = new byte[random.nextInt(60)];
            random.nextBytes(bytes);
            channel.send(new BytesMessage(node, bytes));
        }
        open.get(1).send(open.get(0).self(), List.of(beat(0, 1)));
        assertThat(listeners.get(0).waitUntil(l -> l.letters().stream()
                .anyMatch(letter -> letter.message().equals(beat(0, 1))))).isTrue();
        assertThat(open.get(0).traffic().unreadable()).isPositive();
    }

    @Test
    void threadsKeepNothingOfTheCallersClassLoader() {
        ClassLoader webapp = new ClassLoader(getClass().getClassLoader()) {};
        Thread.currentThread().setContextClassLoader(webapp);
        try {
            startNodes(2);
            open.get(0).send(open.get(1).self(), List.of(beat(0, 1)));
            open.get(1).probe(open.get(0).self());
            assertThat(listeners.get(1).waitForLetters(1)).isTrue();
        } finally {
            Thread.currentThread().setContextClassLoader(getClass().getClassLoader());
        }
        assertThat(Thread.getAllStackTraces().keySet()).allMatch(thread -> thread.getContextClassLoader() != webapp);
    }

    @Test
    void aListenerThatFailsAtAViewHearsTheMembersAllTheSame() {
        JGroupsTransport first = new JGroupsTransport(stack, "test", new NodeId("n1", 100_001));
        RecordingListener hears = new RecordingListener() {
            @Override
            public synchronized void viewChanged(List<NodeId> members) {
                throw new InternalError("as planned");
            }
        };
        open.add(first);
        first.start(hears);
        JGroupsTransport second = startNode(new NodeId("n2", 100_002));
        assertThat(listeners.get(0).waitForView(2)).isTrue();
        second.send(first.self(), List.of(beat(0, 1)));
        assertThat(hears.waitForLetters(1)).isTrue();
    }

    @Test
    void aViewWhoseAcceptanceEndedInAnErrorIsAcceptedWithTheNextTick() {
        startNodes(1);
        org.jgroups.Address here = open.get(0).channel().getAddress();
        NodeId comes = new NodeId("comes", 200_000);
        AtomicInteger failures = new AtomicInteger(1);
        open.get(0).channel().getReceiver().viewAccepted(new View(here, 1_000, List.of(here, NodeAddress.of(comes))) {
            @Override
            public org.jgroups.Address[] getMembersRaw() {
                if (failures.getAndDecrement() > 0) {
                    throw new OutOfMemoryError("as planned");
                }
                return super.getMembersRaw();
            }
        });
        assertThat(listeners.get(0).waitUntil(l -> l.view().equals(List.of(open.get(0).self(), comes)))).isTrue();
    }

    @Test
    void theFailureOfOneLinkHoldsUpNoOther() {
        List<Peer> peers = List.of(new Peer(new NodeId("n1", 1), null, null, null),
                new Peer(new NodeId("n2", 1), null, null, null));
        List<Peer> visited = new ArrayList<>();
        JGroupsTransport.each(peers, peer -> {
            visited.add(peer);
            throw new InternalError("as planned");
        });
        assertThat(visited).isEqualTo(peers);
    }

    @Test
    void norDoesItWhereNotEvenTheLogHasMemory() {
        List<Peer> peers = List.of(new Peer(new NodeId("n1", 1), null, null, null),
                new Peer(new NodeId("n2", 1), null, null, null));
        List<Peer> visited = new ArrayList<>();
        Logger log = Logger.getLogger(JGroupsTransport.class.getName());
        log.setFilter(record -> {
            throw new OutOfMemoryError("as planned");
        });
        try {
            JGroupsTransport.each(peers, peer -> {
                visited.add(peer);
                throw new OutOfMemoryError("as planned");
            });
        } finally {
            log.setFilter(null);
        }
        assertThat(visited).isEqualTo(peers);
    }

    @Test
    void cannotBeStartedTwiceAndMayBeClosedTwice() {
        startNodes(1);
        JGroupsTransport node = open.get(0);
        assertThatThrownBy(() -> node.start(new RecordingListener())).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(node.self().toString());
        node.close();
        node.close();
        node.send(new NodeId("n9", 9), List.of(beat(0, 1)));
        node.probe(new NodeId("n9", 9));
        assertThatThrownBy(() -> node.start(new RecordingListener())).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void whoIsClosedWhileItJoinsDoesNotWaitForThatAndLeavesAfterwards(@TempDir Path directory) throws Exception {
        Path held = directory.resolve("held.xml");
        try (InputStream builtIn = ChannelFactory.class.getResourceAsStream("local.xml")) {
            Files.writeString(held, new String(builtIn.readAllBytes(), StandardCharsets.UTF_8)
                    .replace("</config>", "<" + HeldJoin.class.getName() + "/></config>"));
        }
        System.setProperty(ChannelFactory.LOCAL_PORT, stack.substring("local:".length()));
        JGroupsTransport node = new JGroupsTransport(held.toString(), "test", new NodeId("n1", 100_001));
        List<Throwable> thrown = new CopyOnWriteArrayList<>();
        Thread start = new Thread(() -> node.start(new RecordingListener()));
        start.setUncaughtExceptionHandler((thread, e) -> thrown.add(e));
        Thread close = new Thread(node::close);
        try {
            start.start();
            assertThat(HeldJoin.begun.await(30, TimeUnit.SECONDS)).isTrue();
            close.start();
            close.join(30_000);
            assertThat(close.isAlive()).as("still closing").isFalse();
        } finally {
            System.clearProperty(ChannelFactory.LOCAL_PORT);
            HeldJoin.mayGoOn.countDown();
        }
        start.join(30_000);
        assertThat(thrown).singleElement().satisfies(e -> assertThat(e).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("n1#100001").hasMessageContaining("stopped while it joined"));
        assertThat(HeldJoin.channel.isClosed()).isTrue();
        assertThat(node.channel()).isNull();
    }

    @Test
    void whenAllPortsAreTakenTheReasonIsSaid() {
        startNodes(1);
        String full = stack;
        List<JGroupsTransport> crowd = new ArrayList<>();
        for (int i = 1; i < ChannelFactory.LOCAL_PORTS; i++) {
            crowd.add(startNode(new NodeId("crowd" + i, 500_000 + i)));
        }
        JGroupsTransport late = new JGroupsTransport(full, "test", new NodeId("late", 600_000));
        assertThatThrownBy(() -> late.start(new RecordingListener())).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("late#600000").hasMessageContaining("test").hasMessageContaining(full);
    }

    private void startNodes(int count) {
        for (int i = 1; i <= count; i++) {
            startNode(new NodeId("n" + i, 100_000 + i));
        }
        for (RecordingListener listener : listeners) {
            assertThat(listener.waitForView(count)).isTrue();
        }
    }

    private JGroupsTransport startNode(NodeId node) {
        JGroupsTransport transport = new JGroupsTransport(stack, "test", node);
        RecordingListener listener = new RecordingListener();
        open.add(transport);
        listeners.add(listener);
        transport.start(listener);
        return transport;
    }

    private static boolean eventually(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                return false;
            }
            LockSupport.parkNanos(5_000_000);
        }
        return true;
    }

    private static Message beat(int thread, long number) {
        return new Message.Beat(thread * 1_000_000L + number, TABLE);
    }

    private static byte[] greeting(int... more) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes("bela".getBytes(StandardCharsets.US_ASCII));
        short version = Version.version;
        out.write(version >> 8);
        out.write(version);
        byte[] address = {4, 127, 0, 0, 1, 0x30, 0x39};
        out.write(0);
        out.write(address.length);
        out.writeBytes(address);
        for (int octet : more) {
            out.write(octet);
        }
        return out.toByteArray();
    }

    /** Says so when it is deserialised. */
    private static final class Bomb implements Serializable {
        private static final long serialVersionUID = 1L;
        static volatile boolean exploded;

        private void readObject(ObjectInputStream in) {
            exploded = true;
        }
    }
}
