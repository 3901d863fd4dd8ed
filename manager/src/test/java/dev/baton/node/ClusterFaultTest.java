package dev.baton.node;

import static dev.baton.node.TestCluster.LONG;
import static dev.baton.node.TestCluster.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.access.AccessLog;
import dev.baton.model.SessionMeta;
import dev.baton.node.SessionUnavailable.Reason;
import dev.baton.protocol.Change;
import dev.baton.protocol.CoreSettings;
import dev.baton.protocol.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Nodes that come, go, die, are cut off; real cores, a network in memory. */
@Timeout(120)
class ClusterFaultTest {
    /** Leases and beats ten times as quick as usual. */
    private static final CoreSettings QUICK = new CoreSettings(1, false, SECOND / 2, SECOND / 10, SECOND / 5, -1,
            10 * SECOND, 300 * SECOND, 5 * SECOND, 1_000, 64 << 10, 16 << 10, 256 << 10, 0);

    @Test
    @DisplayName("B6: the holder's process is killed; everything confirmed is there")
    void nothingConfirmedIsLostWhenTheHolderDies() {
        try (TestCluster cluster = TestCluster.of(3, 1, ApplicationSettings.DEFAULT)) {
            List<String> ids = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                String id = cluster.node(0).create("n", i);
                cluster.node(0).write(id, "n", i + 1000);
                ids.add(id);
            }
            cluster.kill("n0");
            for (int i = 0; i < ids.size(); i++) {
                assertThat(cluster.node(1 + i % 2).read(ids.get(i), "n")).isEqualTo(i + 1000);
            }
        }
    }

    @Test
    @DisplayName("B6: a node of any kind says how many segments it takes over, and when it serves again")
    void whoTakesOverSaysSo() {
        try (TestCluster cluster = TestCluster.of(2, 1, ApplicationSettings.DEFAULT)) {
            TestCluster.Node left = cluster.node(1);
            long led = left.node.effective().segments().stream()
                    .filter(s -> s.primary().equals(cluster.node(0).node.self())).count();
            assertThat(led).isBetween(1L, 255L);
            cluster.network.cut(left.node.self());
            TestCluster.await("it says that nothing is served", () -> left.notes.stream()
                    .anyMatch(line -> line.startsWith("WARNING no majority of")));
            cluster.network.heal(left.node.self());
            TestCluster.await("it says so", () -> left.notes.contains("INFO sessions are served again"));
            assertThat(left.notes).noneMatch(line -> line.contains("takes over"));
            cluster.kill("n0");
            TestCluster.await("it says so", () -> left.notes.contains("INFO this node takes over " + led
                    + " segments of n0"));
        }
    }

    @Test
    @DisplayName("B6: the primary's process is killed while another holds the token; that one goes on")
    void theHolderGoesOnWhenThePrimaryDies() {
        try (TestCluster cluster = TestCluster.of(3, 1, ApplicationSettings.DEFAULT)) {
            String id = cluster.node(0).create("n", 1);
            cluster.node(1).write(id, "n", 2);
            assertThat(cluster.node(1).shop.state(id).open()).isTrue();
            cluster.kill("n0");
            cluster.node(1).write(id, "n", 3);
            assertThat(cluster.node(2).read(id, "n")).isEqualTo(3);
        }
    }

    @Test
    @DisplayName("A node stops: its sessions are on the others, held by nobody")
    void aNodeLeavesWithoutLoss() {
        try (TestCluster cluster = TestCluster.of(3, 1, ApplicationSettings.DEFAULT)) {
            List<String> ids = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                ids.add(cluster.node(0).create("n", i));
            }
            cluster.nodes.remove("n0").node.stop(LONG);
            AtomicInteger i = new AtomicInteger();
            ids.forEach(id -> assertThat(cluster.node(1 + i.get() % 2).read(id, "n")).isEqualTo(i.getAndIncrement()));
        }
    }

    @Test
    @DisplayName("I4, I11: unacknowledged is never answered with success")
    void aCommitThatIsNotAcknowledgedIsNoSuccess() {
        try (TestCluster cluster = TestCluster.of(2, 1, ApplicationSettings.DEFAULT)) {
            TestCluster.Node node = cluster.node(0);
            String id = node.create("n", 1);
            AccessLog log = node.shop.enter(node.shop.state(id), LONG);
            cluster.network.lose((to, m) -> m.getClass().getSimpleName().startsWith("Replicate"));
            log.state().set("n", 2, log);
            Application.Completed done = node.shop.complete(log);
            assertThatThrownBy(() -> node.shop.awaitDurable(log, done.version(), SECOND / 5))
                    .isInstanceOfSatisfying(SessionUnavailable.class,
                            e -> assertThat(e.reason()).isEqualTo(Reason.OUTCOME_UNKNOWN));
            cluster.network.lose((to, m) -> false);
            node.shop.awaitDurable(log, done.version(), LONG);
            node.shop.leave(log);
            assertThat(cluster.node(1).read(id, "n")).isEqualTo(2);
        }
    }

    @Test
    @DisplayName("L2, protocol section 8: a holder that is cut off neither answers nor saves; the others go on")
    void aHolderThatIsCutOffDoesNoHarm() {
        try (TestCluster cluster = TestCluster.of(3, QUICK, ApplicationSettings.DEFAULT)) {
            TestCluster.Node zombie = cluster.node(0);
            String id = zombie.create("n", 1);
            AccessLog inside = zombie.shop.enter(zombie.shop.state(id), LONG);
            assertThat(inside.state().get("n", inside)).isEqualTo(1);
            inside.state().set("n", 666, inside);

            cluster.network.cut(zombie.node.self());
            cluster.node(1).write(id, "n", 2);

            assertThatThrownBy(() -> zombie.shop.finish(inside, SECOND)).isInstanceOf(SessionUnavailable.class);
            assertThatThrownBy(() -> zombie.shop.enter(zombie.shop.state(id), SECOND / 10))
                    .isInstanceOf(SessionUnavailable.class);
            assertThat(cluster.node(2).read(id, "n")).isEqualTo(2);

            cluster.network.heal(zombie.node.self());
            TestCluster.await("the node is back", () -> found(zombie, id));
            assertThat(zombie.read(id, "n")).isEqualTo(2);
        }
    }

    @Test
    @DisplayName("S3: a node without a store of its own serves sessions of the others' store")
    void aNodeWithoutAStoreServesSessions() {
        try (TestCluster cluster = TestCluster.of(2, 1, ApplicationSettings.DEFAULT)) {
            TestCluster.Node user = cluster.start("user");
            String id = user.create("n", 1);
            user.write(id, "n", 2);
            assertThat(user.node.report().primaries()).isZero();
            assertThat(cluster.node(1).read(id, "n")).isEqualTo(2);
        }
    }

    @Test
    @DisplayName("B5: a node that joins gets copies, and sessions survive when the two old ones are killed after that")
    void aJoinerTakesOver() {
        try (TestCluster cluster = TestCluster.of(2, 1, ApplicationSettings.DEFAULT)) {
            List<String> ids = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                ids.add(cluster.node(i % 2).create("n", i));
            }
            cluster.start("n2");
            cluster.awaitBackups();
            cluster.kill("n0");
            cluster.awaitBackups();
            cluster.kill("n1");
            for (int i = 0; i < ids.size(); i++) {
                assertThat(cluster.node(2).read(ids.get(i), "n")).isEqualTo(i);
            }
        }
    }

    @Test
    @DisplayName("An application that is undeployed and deployed again finds its sessions")
    void aRedeployedApplicationFindsItsSessions() {
        try (TestCluster cluster = TestCluster.of(2, 1, ApplicationSettings.DEFAULT)) {
            TestCluster.Node node = cluster.node(0);
            String id = node.create("n", 1);
            AccessLog forgotten = node.shop.enter(node.shop.state(id), LONG);
            node.node.undeploy(node.shop, SECOND / 10);
            Application again = node.node.deploy("localhost/shop", new JavaSerializer(), node,
                    ApplicationSettings.DEFAULT);
            assertThat(forgotten.lost()).isTrue();
            AccessLog log = again.enter(again.state(id), LONG);
            assertThat(log.state().get("n", log)).isEqualTo(1);
            again.finish(log, LONG);
        }
    }

    @Test
    @DisplayName("Protocol section 9: a session that nobody uses expires once in the cluster, one in use does not")
    void anIdleSessionExpiresOnce() {
        CoreSettings quick = new CoreSettings(1, false, 5 * SECOND, SECOND, SECOND, -1, 10 * SECOND,
                300 * SECOND, SECOND / 5, 1_000, 64 << 10, 16 << 10, 256 << 10, 0);
        try (TestCluster cluster = TestCluster.of(2, quick, ApplicationSettings.DEFAULT)) {
            TestCluster.Node node = cluster.node(0);
            String idle = node.shop.drawId(TestCluster::randomId);
            AccessLog log = node.shop.create(idle, new SessionMeta(1, 1, null, null, null));
            log.state().set("idle", "x", log);
            node.shop.finish(log, LONG);
            String used = node.create("used", "y");

            List<String> expired = new ArrayList<>();
            TestCluster.await("the session has expired", () -> {
                node.shop.accessed(node.shop.state(used));
                expired.clear();
                cluster.nodes.values().forEach(n -> expired.addAll(n.expired));
                return !expired.isEmpty() && node.shop.lookup(idle, LONG) == null;
            });
            assertThat(expired).containsExactly("[idle]");
            assertThat(cluster.node(1).shop.lookup(idle, LONG)).isNull();
            assertThat(cluster.node(1).read(used, "used")).isEqualTo("y");
        }
    }

    @Test
    @DisplayName("minInSync: the last backup goes while a session is made: it is refused as such, and not made at all")
    void theLastBackupGoesDuringACreation() throws Exception {
        try (TestCluster cluster = new TestCluster(CoreSettings.defaults(1).withMinInSync(1), ApplicationSettings.DEFAULT)) {
            TestCluster.Node node = cluster.start("n0");
            cluster.start("n1");
            cluster.awaitBackups();
            CountDownLatch underWay = new CountDownLatch(1);
            cluster.network.lose((to, m) -> {
                boolean creation = m instanceof Message.Replicate r
                        && r.changes().stream().anyMatch(Change.Created.class::isInstance);
                if (creation) {
                    underWay.countDown();
                }
                return creation;
            });
            String id = node.shop.drawId(TestCluster::randomId);
            AccessLog log = node.shop.create(id, TestCluster.META);
            log.state().set("n", 1, log);
            CompletableFuture<Reason> reason = CompletableFuture.supplyAsync(
                    () -> ScriptedNode.reason(() -> node.shop.finish(log, LONG)));
            assertThat(underWay.await(30, TimeUnit.SECONDS)).isTrue();
            cluster.kill("n1");
            assertThat(reason.get(30, TimeUnit.SECONDS)).isEqualTo(Reason.TOO_FEW_COPIES);
            cluster.network.lose((to, m) -> false);
            assertThat(node.shop.lookup(id, LONG)).isNull();
            cluster.start("n2");
            cluster.awaitBackups();
            assertThat(cluster.node(2).shop.lookup(id, LONG)).isNull();
            assertThat(node.read(node.create("n", 2), "n")).isEqualTo(2);
        }
    }

    @Test
    @DisplayName("Protocol 8: a node that is cut off lets nobody wait for a majority that is not there")
    void nobodyWaitsForAMajorityThatIsNotThere() {
        try (TestCluster cluster = TestCluster.of(3, QUICK, ApplicationSettings.DEFAULT)) {
            TestCluster.Node alone = cluster.node(0);
            String id = alone.create("n", 1);
            AccessLog inside = alone.shop.enter(alone.shop.state(id), LONG);
            cluster.network.cut(alone.node.self());
            assertThatThrownBy(() -> {
                while (true) {
                    // At first the lease goes on.
                    alone.shop.leave(alone.shop.enter(alone.shop.state(id), 3_600 * SECOND));
                }
            }).isInstanceOf(SessionUnavailable.class).hasMessageContaining("no majority");
            assertThatThrownBy(() -> alone.shop.awaitDurable(inside, inside.version(), 3_600 * SECOND))
                    .isInstanceOf(SessionUnavailable.class).hasMessageContaining("no majority");
            alone.shop.leave(inside);
        }
    }

    private static boolean found(TestCluster.Node node, String id) {
        try {
            return node.shop.lookup(id, LONG) != null;
        } catch (SessionUnavailable notYet) {
            return false;
        }
    }

    @Test
    @DisplayName("minInSync: with too few backups changes are refused as such, reading goes on; with enough all goes on")
    void tooFewCopiesRefuseChanges() {
        try (TestCluster cluster = new TestCluster(CoreSettings.defaults(1).withMinInSync(1), ApplicationSettings.DEFAULT)) {
            cluster.start("n0");
            TestCluster.Node node = cluster.node(0);
            assertThat(ScriptedNode.reason(() -> node.create("n", 1))).isEqualTo(Reason.TOO_FEW_COPIES);
            cluster.start("n1");
            cluster.awaitBackups();
            String id = node.create("n", 1);
            cluster.kill("n1");
            TestCluster.await("the backup is out", () -> node.node.effective().members().size() == 1);
            assertThat(ScriptedNode.reason(() -> node.write(id, "n", 2))).isEqualTo(SessionUnavailable.Reason.TOO_FEW_COPIES);
            assertThat(node.read(id, "n")).isEqualTo(1);
            cluster.start("n2");
            cluster.awaitBackups();
            node.write(id, "n", 3);
            assertThat(node.read(id, "n")).isEqualTo(3);
        }
    }
}
