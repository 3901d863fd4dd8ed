package dev.baton.node;

import static dev.baton.node.TestCluster.LONG;
import static dev.baton.node.TestCluster.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.access.AccessLog;
import dev.baton.access.ClientState;
import dev.baton.model.Fence;
import dev.baton.model.SessionKey;
import dev.baton.model.Settings.Acknowledge;
import dev.baton.node.SessionUnavailable.Reason;
import dev.baton.protocol.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
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
    @DisplayName("B6: applications of one process wait as each is configured")
    void eachApplicationWaitsAsItIsConfigured() {
        try (TestCluster cluster = TestCluster.of(2, 1, ApplicationSettings.DEFAULT)) {
            TestCluster.Node node = cluster.node(0);
            Application early = node.node.deploy("localhost/early", new JavaSerializer(), node,
                    ApplicationSettings.DEFAULT.withAcknowledge(Acknowledge.PRIMARY));
            AccessLog atBackups = enterNew(node.shop);
            AccessLog atPrimary = enterNew(early);
            cluster.network.hold((to, m) -> m instanceof Message.Replicated || m instanceof Message.Attached);
            long version = change(node.shop, atBackups);
            early.awaitDurable(atPrimary, change(early, atPrimary), LONG);
            assertThat(node.shop.isDurable(atBackups, version)).isFalse();
            cluster.network.deliverHeld();
            node.shop.awaitDurable(atBackups, version, LONG);
            node.shop.leave(atBackups);
            early.leave(atPrimary);
        }
    }

    private static AccessLog enterNew(Application application) {
        AccessLog created = application.create(application.drawId(TestCluster::randomId), TestCluster.META);
        application.finish(created, LONG);
        return application.enter(created.state(), LONG);
    }

    private static long change(Application application, AccessLog log) {
        log.state().set("n", 1, log);
        return application.complete(log).version();
    }

    @Test
    @DisplayName("L7: a session whose creation is answered when its request has left is used, everywhere, and goes back")
    void aCreationThatIsAnsweredLate() {
        ApplicationSettings settings = ApplicationSettings.DEFAULT.withEagerRelease(true).withAcknowledge(Acknowledge.NONE);
        try (TestCluster cluster = TestCluster.of(2, 1, settings)) {
            TestCluster.Node node = cluster.node(0);
            cluster.network.hold((to, message) -> message instanceof Message.Replicated);
            String id = node.create("count", 0);
            cluster.network.deliverHeld();
            count(node, id);
            count(cluster.node(1), id);
            assertThat(node.read(id, "count")).isEqualTo(2);
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
            assertThat(cost.keySet()).isSubsetOf("Lookup", "Meta", "Acquire", "Revoke", "Release", "Relayed", "Grant",
                    "Released");
            assertThat(cost.getOrDefault("Relayed", 0L) + cost.getOrDefault("Grant", 0L)
                    + cost.getOrDefault("Released", 0L)).isLessThanOrEqualTo(2);
            cost.remove("Relayed");
            assertThat(cost.values()).allMatch(n -> n == 1);
        }
    }

    @Test
    @DisplayName("L6: a session that goes from node to node with each request")
    void aWanderingSession() {
        try (TestCluster cluster = TestCluster.of(3, 1, ApplicationSettings.DEFAULT)) {
            String id = cluster.node(0).create("count", 0);
            for (int i = 0; i < 9; i++) {
                count(cluster.node(i % 3), id);
            }
            Map<String, Long> before = all(cluster);
            for (int i = 0; i < 30; i++) {
                count(cluster.node(i % 3), id);
            }
            // Ten of the thirty at the primary, whose own questions are calls; ten at the backup, which hears the
            // answers with the changes; ten at the third, to which the backup gives them. Acknowledgements that nobody
            // waits for are no messages of their own: they go with what the backup says anyway.
            Map<String, Long> cost = difference(before, all(cluster));
            assertThat(cost.remove("Replicated")).isBetween(20L, 60L);
            assertThat(cost).isEqualTo(Map.of("Acquire", 20L, "Release", 20L, "Relayed", 20L, "Replicate", 60L));

            // The first request after one at the same node pays for a token once more, and keeps it.
            count(cluster.node(2), id);
            assertThat(cluster.node(2).shop.state(id).open()).isTrue();
            before = all(cluster);
            count(cluster.node(2), id);
            cost = difference(before, all(cluster));
            cost.keySet().removeAll(List.of("Replicated", "Relayed")); // by whether it is the backup
            assertThat(cost).isEqualTo(Map.of("Commit", 1L, "Replicate", 1L));
            assertThat(cluster.node(0).read(id, "count")).isEqualTo(41);
        }
    }

    private static void count(TestCluster.Node node, String id) {
        node.visit(id, (s, log) -> s.set("count", (int) s.get("count", log) + 1, log));
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
    @DisplayName("S6: 24 clients on three nodes count in one session, one at a time per process: the total is exact")
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
    @DisplayName("L9: a node without a copy of the session knows the holder's name, too")
    void everyNodeLearnsTheHoldersName() {
        try (TestCluster cluster = TestCluster.of(3, 0, ApplicationSettings.DEFAULT)) {
            String id = cluster.node(0).create("n", 1);
            Application holder = cluster.node(1).shop;
            AccessLog inside = holder.enter(holder.state(id), LONG);
            Application there = cluster.node(2).shop;
            ClientState state = there.state(id);
            assertThat(there.lookup(id, LONG).holder()).isEqualTo(cluster.node(1).node.self());
            assertThatThrownBy(() -> there.enter(state, SECOND / 10)).isInstanceOf(SessionUnavailable.class)
                    .hasMessageContaining(cluster.node(1).node.self().toString());
            holder.leave(inside);
            assertThat(cluster.node(2).read(id, "n")).isEqualTo(1);
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
            CompletableFuture<SessionUnavailable> end = new CompletableFuture<>();
            there.whenDurable(log, done.version(), LONG, end::complete);
            assertThat(end.get(20, TimeUnit.SECONDS)).isNull();
            assertThat(there.isDurable(log, done.version())).isTrue();
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
    @DisplayName("a whole cluster that stops at once does not wait for somebody to hand its segments to")
    void allNodesLeaveTogether() throws Exception {
        try (TestCluster cluster = TestCluster.of(3, 1, ApplicationSettings.DEFAULT)) {
            cluster.node(0).create("greeting", "hello");
            List<TestCluster.Node> nodes = List.copyOf(cluster.nodes.values());
            CompletableFuture<?>[] stops = nodes.stream()
                    .map(n -> CompletableFuture.runAsync(() -> n.node.stop(10 * LONG),
                            task -> new Thread(task).start()))
                    .toArray(CompletableFuture[]::new);
            CompletableFuture.allOf(stops).get(LONG, TimeUnit.NANOSECONDS);
            assertThat(nodes).allSatisfy(n -> assertThat(n.notes).noneMatch(t -> t.contains("handed over everything")));
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
