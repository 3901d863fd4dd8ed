package dev.baton.node;

import static dev.baton.node.TestCluster.LONG;
import static dev.baton.node.TestCluster.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.access.AccessLog;
import dev.baton.access.ClientState;
import dev.baton.model.Fence;
import dev.baton.model.SessionKey;
import dev.baton.model.SessionMeta;
import dev.baton.node.SessionUnavailable.Reason;
import dev.baton.protocol.CoreSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real nodes, real cores, a network in memory. */
@Timeout(120)
class ClusterTest {
    @Test
    @DisplayName("S1, S2: a session is the same on every node")
    void aSessionIsTheSameOnEveryNode() {
        try (TestCluster cluster = TestCluster.of(3, 1, ApplicationSettings.DEFAULT)) {
            String id = cluster.node(0).create("greeting", "hello");

            assertThat(cluster.node(1).read(id, "greeting")).isEqualTo("hello");
            cluster.node(2).write(id, "greeting", "good bye");
            assertThat(cluster.node(0).read(id, "greeting")).isEqualTo("good bye");
        }
    }

    @Test
    @DisplayName("L5: a sticky request that reads sends nothing")
    void aStickyReadSendsNothing() {
        try (TestCluster cluster = TestCluster.of(2, 1, ApplicationSettings.DEFAULT)) {
            TestCluster.Node node = cluster.node(0);
            String id = node.create("name", "Ada");
            Map<String, Long> before = all(cluster);
            for (int i = 0; i < 100; i++) {
                assertThat(node.read(id, "name")).isEqualTo("Ada");
            }
            assertThat(all(cluster)).isEqualTo(before);
            assertThat(node.shop.counters().lookupsSent()).isZero();
        }
    }

    @Test
    @DisplayName("D4: a sticky write with one backup is one delta and one acknowledgement")
    void aStickyWriteIsOneDeltaAndOneAcknowledgement() {
        try (TestCluster cluster = TestCluster.of(2, 1, ApplicationSettings.DEFAULT)) {
            TestCluster.Node node = cluster.node(0);
            String id = node.create("count", 0);
            Map<String, Long> before = all(cluster);
            for (int i = 1; i <= 50; i++) {
                node.write(id, "count", i);
            }
            assertThat(difference(before, all(cluster))).isEqualTo(Map.of("Replicate", 50L, "Replicated", 50L));
        }
    }

    @Test
    @DisplayName("L6: a request at another node costs four token messages and two for the look-up, besides data")
    void aRequestAtAnotherNodeCostsAtMostSixMessages() {
        try (TestCluster cluster = TestCluster.of(3, 1, ApplicationSettings.DEFAULT)) {
            String id = cluster.node(0).create("count", 0);
            assertThat(cluster.node(1).read(id, "count")).isEqualTo(0);
            Map<String, Long> before = all(cluster);
            assertThat(cluster.node(2).read(id, "count")).isEqualTo(0);

            Map<String, Long> cost = difference(before, all(cluster));
            cost.keySet().removeAll(List.of("Replicate", "Replicated"));
            assertThat(cost.keySet()).isSubsetOf("Lookup", "Meta", "Acquire", "Revoke", "Release", "Released", "Grant");
            assertThat(cost.values()).allMatch(n -> n == 1);
        }
    }

    @Test
    @DisplayName("T5: a change in place reaches the store and the next node")
    void aChangeInPlaceReachesTheNextNode() {
        try (TestCluster cluster = TestCluster.of(2, 1, ApplicationSettings.DEFAULT)) {
            String id = cluster.node(0).create("cart", new ArrayList<>(List.of("pen")));
            cluster.node(0).request(id, (s, log) -> items(s.get("cart", log)).add("ink"));
            assertThat(cluster.node(1).read(id, "cart")).isEqualTo(List.of("pen", "ink"));
        }
    }

    @Test
    @DisplayName("S6: 24 clients on three nodes count in one session, one request at a time per process: the total is exact")
    void countingIsExact() {
        counting(ApplicationSettings.DEFAULT.withOneRequestAtATime(true), false);
    }

    @Test
    @DisplayName("S6: the same where the application itself synchronises on the session")
    void countingIsExactWithTheApplicationsOwnMonitor() {
        counting(ApplicationSettings.DEFAULT, true);
    }

    @Test
    @DisplayName("L7: the same with eager release")
    void countingIsExactWithEagerRelease() {
        counting(ApplicationSettings.DEFAULT.withEagerRelease(true).withOneRequestAtATime(true), false);
    }

    private void counting(ApplicationSettings settings, boolean ownMonitor) {
        int clients = 24;
        int rounds = 10;
        try (TestCluster cluster = TestCluster.of(3, 1, settings)) {
            String id = cluster.node(0).create("counter", new int[] {0});
            List<CompletableFuture<Void>> all = new ArrayList<>();
            for (int c = 0; c < clients; c++) {
                int client = c;
                all.add(CompletableFuture.runAsync(() -> {
                    for (int i = 0; i < rounds; i++) {
                        cluster.node((client + i) % 3).request(id, (s, log) -> {
                            Object lock = ownMonitor ? s.companion(Object.class, Object::new) : new Object();
                            synchronized (lock) {
                                int[] counter = (int[]) s.get("counter", log);
                                int seen = counter[0];
                                Thread.yield();
                                counter[0] = seen + 1;
                            }
                            return null;
                        });
                    }
                }, r -> new Thread(r, "client-" + client).start()));
            }
            CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).orTimeout(90, TimeUnit.SECONDS).join();
            assertThat(((int[]) cluster.node(1).read(id, "counter"))[0]).isEqualTo(clients * rounds);
        }
    }

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
    @DisplayName("L9: who waits too long for the lock hears so, with the holder's name; afterwards all is well")
    void theWaitForTheLockIsLimited() {
        try (TestCluster cluster = TestCluster.of(2, 1, ApplicationSettings.DEFAULT)) {
            String id = cluster.node(0).create("n", 1);
            ClientState state = cluster.node(0).shop.state(id);
            AccessLog inside = cluster.node(0).shop.enter(state, LONG);
            inside.state().set("n", 2, inside);

            assertThatThrownBy(() -> cluster.node(1).shop.enter(cluster.node(1).shop.state(id), SECOND / 10))
                    .isInstanceOfSatisfying(SessionUnavailable.class,
                            e -> assertThat(e.reason()).isEqualTo(Reason.LOCKED));

            cluster.node(0).shop.finish(inside, LONG);
            assertThat(cluster.node(1).read(id, "n")).isEqualTo(2);
        }
    }

    @Test
    @DisplayName("L3: an asynchronous entry needs no thread while it waits, and gets its turn")
    void anAsynchronousEntryGetsItsTurn() throws Exception {
        try (TestCluster cluster = TestCluster.of(2, 1, ApplicationSettings.DEFAULT)) {
            String id = cluster.node(0).create("n", 1);
            AccessLog inside = cluster.node(0).shop.enter(cluster.node(0).shop.state(id), LONG);
            Application there = cluster.node(1).shop;
            CompletableFuture<AccessLog> entry =
                    there.enterAsync(there.state(id), LONG).toCompletableFuture();
            assertThat(entry).isNotDone();
            inside.state().set("n", 7, inside);
            cluster.node(0).shop.finish(inside, LONG);

            AccessLog log = entry.get(20, TimeUnit.SECONDS);
            assertThat(log.state().get("n", log)).isEqualTo(7);
            log.state().set("n", 8, log);
            Application.Completed done = there.complete(log);
            there.awaitDurableAsync(log, done.version(), LONG).toCompletableFuture().get(20, TimeUnit.SECONDS);
            there.leave(log);
            assertThat(cluster.node(0).read(id, "n")).isEqualTo(8);
        }
    }

    @Test
    @DisplayName("Logout is seen everywhere at once, and nobody gets the session back")
    void aDestroyedSessionIsGoneEverywhere() {
        try (TestCluster cluster = TestCluster.of(3, 1, ApplicationSettings.DEFAULT)) {
            String id = cluster.node(0).create("n", 1);
            cluster.node(1).read(id, "n");
            Application shop = cluster.node(2).shop;
            AccessLog log = shop.enter(shop.state(id), LONG);
            shop.destroy(log, LONG);
            assertThat(shop.finish(log, LONG).gone()).isTrue();
            for (TestCluster.Node node : cluster.nodes.values()) {
                assertThat(node.shop.lookup(id, LONG)).isNull();
                assertThat(node.shop.enter(node.shop.state(id), LONG)).isNull();
            }
        }
    }

    @Test
    @DisplayName("A session goes on under a new id, as the same object; the old id is unknown")
    void aRenamedSessionGoesOn() {
        try (TestCluster cluster = TestCluster.of(3, 1, ApplicationSettings.DEFAULT)) {
            String id = cluster.node(0).create("n", 1);
            Application shop = cluster.node(1).shop;
            ClientState state = shop.state(id);
            AccessLog log = shop.enter(state, LONG);
            state.set("n", 2, log);
            String newId = shop.rename(log, TestCluster::randomId, LONG);
            state.set("n", 3, log);
            shop.finish(log, LONG);

            assertThat(newId).isNotEqualTo(id);
            assertThat(new SessionKey(shop.hash(), newId).segment())
                    .isEqualTo(new SessionKey(shop.hash(), id).segment());
            assertThat(shop.state(newId)).isSameAs(state);
            assertThat(state.fence()).isNotEqualTo(Fence.NONE);
            assertThat(cluster.node(2).read(newId, "n")).isEqualTo(3);
            for (TestCluster.Node node : cluster.nodes.values()) {
                assertThat(node.shop.lookup(id, LONG)).isNull();
            }
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
        CoreSettings quick = new CoreSettings(1, false, false, SECOND / 2, SECOND / 10, SECOND / 5, -1, 10 * SECOND,
                300 * SECOND, 5 * SECOND, 1_000, 32 << 20, 16 << 10, 256 << 10);
        try (TestCluster cluster = new TestCluster(quick, ApplicationSettings.DEFAULT)) {
            for (int i = 0; i < 3; i++) {
                cluster.start("n" + i);
            }
            cluster.awaitBackups();
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
        CoreSettings quick = new CoreSettings(1, false, false, 5 * SECOND, SECOND, SECOND, -1, 10 * SECOND,
                300 * SECOND, SECOND / 5, 1_000, 32 << 20, 16 << 10, 256 << 10);
        try (TestCluster cluster = new TestCluster(quick, ApplicationSettings.DEFAULT)) {
            cluster.start("n0");
            cluster.start("n1");
            cluster.awaitBackups();
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
    @DisplayName("a whole cluster that stops at once does not wait for somebody to hand its segments to")
    void allNodesLeaveTogether() throws Exception {
        try (TestCluster cluster = TestCluster.of(3, 1, ApplicationSettings.DEFAULT)) {
            cluster.node(0).create("greeting", "hello");
            List<TestCluster.Node> nodes = List.copyOf(cluster.nodes.values());
            CompletableFuture<?>[] stops = nodes.stream()
                    .map(n -> CompletableFuture.runAsync(() -> n.node.stop(10 * LONG), task -> new Thread(task).start()))
                    .toArray(CompletableFuture[]::new);
            CompletableFuture.allOf(stops).get(LONG, TimeUnit.NANOSECONDS);
            assertThat(nodes).allSatisfy(n -> assertThat(n.notes).noneMatch(t -> t.contains("handed over everything")));
        }
    }

    private static boolean found(TestCluster.Node node, String id) {
        try {
            return node.shop.lookup(id, LONG) != null;
        } catch (SessionUnavailable notYet) {
            return false;
        }
    }

    @SuppressWarnings("unchecked")
    private static List<Object> items(Object list) {
        return (List<Object>) list;
    }

    private static Map<String, Long> all(TestCluster cluster) {
        Map<String, Long> sum = new TreeMap<>();
        cluster.nodes.values().forEach(n -> n.sentForSessions().forEach((k, v) -> sum.merge(k, v, Long::sum)));
        return sum;
    }

    private static Map<String, Long> difference(Map<String, Long> before, Map<String, Long> after) {
        Map<String, Long> difference = new TreeMap<>();
        after.forEach((kind, n) -> {
            long more = n - before.getOrDefault(kind, 0L);
            if (more != 0) {
                difference.put(kind, more);
            }
        });
        return difference;
    }
}
