package dev.baton.itests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.itests.cluster.Answer;
import dev.baton.itests.cluster.Await;
import dev.baton.itests.cluster.Crowd;
import dev.baton.itests.cluster.Node;
import dev.baton.itests.cluster.Shopper;
import dev.baton.itests.cluster.Visitor;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Processes die and come back. */
class CrashIT extends ClusterTest {
    private static final int SHOPPERS = 6;
    private static final int BEFORE = 15;
    private static final int AFTER = 15;

    @Test
    @DisplayName("B6 T5: what was changed in place is there after fail-over, and the id says who serves now")
    void inPlaceChangesSurviveTheirNode() {
        Visitor anna = cluster.stickyVisitor("shop", node1);
        anna.post("cart?item=tea").text();
        anna.post("cart?item=milk").text();
        String base = anna.sessionId().replace(".node1", "");
        node1.kill();
        assertThat(anna.getAgain("cart").text()).isEqualTo("tea\nmilk");
        assertThat(anna.post("cart?item=sugar").text()).isEqualTo("tea\nmilk\nsugar");
        assertThat(anna.sessionId()).isEqualTo(base + ".node2");
        assertThat(anna.getAt(node3, "cart").text()).isEqualTo("tea\nmilk\nsugar");
    }

    @Test
    @DisplayName("B6 I11: SIGKILL of the holders' node under load loses nothing that was confirmed")
    void killUnderLoadLosesNothingConfirmed() {
        CountDownLatch killed = new CountDownLatch(1);
        List<Shopper> shoppers = IntStream.range(0, SHOPPERS).mapToObj(i -> shopper(i, killed)).toList();
        Crowd<Shopper> crowd = Crowd.of(shoppers);
        Await.until("every shopper has some items", 30,
                () -> shoppers.stream().allMatch(s -> s.confirmed().size() >= BEFORE));
        node1.kill();
        killed.countDown();
        for (Shopper shopper : crowd.join(90)) {
            List<String> cart = shopper.visitor().getAt(node3, "cart").text().lines().toList();
            assertThat(cart).as(shopper.name()).containsSubsequence(shopper.confirmed()).doesNotHaveDuplicates();
            assertThat(shopper.sent()).as(shopper.name()).containsSubsequence(cart);
        }
    }

    private Shopper shopper(int number, CountDownLatch killed) {
        Visitor visitor = cluster.stickyVisitor("shop", node1);
        int[] atKill = {-1};
        Shopper[] self = new Shopper[1];
        self[0] = new Shopper("s" + number, visitor, () -> {
            int has = self[0].confirmed().size();
            if (killed.getCount() == 0 && atKill[0] < 0) {
                atKill[0] = has;
            }
            return atKill[0] >= 0 && has >= atKill[0] + AFTER;
        });
        return self[0];
    }

    @Test
    @DisplayName("B6 L2: the primary's node dies while another node holds the token; the holder's request succeeds")
    void thePrimaryDiesWhileAnotherNodeHoldsTheToken() {
        Visitor anna = cluster.stickyVisitor("shop", node1);
        anna.post("counter").text();
        CompletableFuture<Answer> held = heldAt(node2, anna, "primary-dies");
        node1.kill();
        open(node2, anna, "primary-dies");
        assertThat(held.join().text()).isEqualTo("released 2");
        assertThat(anna.postAt(node3, "counter").number()).isEqualTo(3);
        assertThat(anna.postAt(node2, "counter").number()).isEqualTo(4);
    }

    @Test
    @DisplayName("L9: the holder's node dies while others wait for the token: they get it")
    void waitersGetTheTokenOfADeadHolder() {
        Visitor anna = cluster.stickyVisitor("shop", node1);
        anna.post("counter").text();
        CompletableFuture<Answer> held = heldAt(node2, anna, "holder-dies");
        CompletableFuture<Answer> waiting = anna.postingAt(node3, "counter");
        node2.kill();
        assertThat(held.join().confirmed()).isFalse();
        assertThat(waiting.join().number()).isEqualTo(2);
        assertThat(anna.getAt(node1, "counter").number()).isEqualTo(2);
    }

    @Test
    @DisplayName("B6: a crash does not undo a logout")
    void aCrashDoesNotUndoALogout() {
        Visitor anna = cluster.stickyVisitor("shop", node1);
        anna.post("counter").text();
        String id = anna.sessionId();
        anna.post("logout").text();
        node1.kill();
        cluster.awaitMembers(2);
        for (Node node : List.of(node2, node3)) {
            anna.claim(id);
            assertThat(anna.getAt(node, "lookup").text()).isEqualTo("absent");
        }
    }

    @Test
    @DisplayName("B5: a node restarted under its name joins again, is brought up, and stands in for the others")
    void aRestartedNodeJoinsAgain() {
        List<Visitor> visitors = visitorsAt(node1, 10);
        node1.kill();
        visitors.forEach(v -> assertThat(v.getAgain("cart").text()).isEqualTo("first"));
        visitors.forEach(v -> v.post("cart?item=second").text());
        node1.start();
        cluster.awaitMembers(3);
        visitors.forEach(v -> assertThat(v.postAt(node1, "cart?item=third").text()).isEqualTo("first\nsecond\nthird"));
        node2.kill();
        cluster.awaitMembers(2);
        visitors.forEach(v -> assertThat(v.getAt(node3, "cart").text()).isEqualTo("first\nsecond\nthird"));
        node3.kill();
        visitors.forEach(v -> assertThat(v.getAgainAt(node1, "cart").text()).isEqualTo("first\nsecond\nthird"));
    }

    @Test
    @DisplayName("B6 L5: both others killed and restarted: the survivor goes on with what it has a copy of")
    void bothOthersKilledAndRestarted() {
        List<Visitor> mine = visitorsAt(node1, 10);
        List<Visitor> theirs = Stream.concat(visitorsAt(node2, 8).stream(), visitorsAt(node3, 8).stream()).toList();
        node2.kill();
        node3.kill();
        cluster.awaitMembers(1);
        mine.forEach(v -> assertThat(v.postAt(node1, "cart?item=alone").text()).isEqualTo("first\nalone"));
        int kept = 0;
        for (Visitor each : theirs) {
            if (each.getAt(node1, "lookup").text().equals("present")) {
                assertThat(each.getAt(node1, "cart").text()).isEqualTo("first");
                kept++;
            }
        }
        assertThat(kept).as("of " + theirs.size() + " sessions of the others, those with backup here").isPositive();
        node2.start();
        node3.start();
        cluster.awaitMembers(3);
        for (Node node : List.of(node2, node3)) {
            mine.forEach(v -> assertThat(v.getAt(node, "cart").text()).isEqualTo("first\nalone"));
        }
    }

    @Test
    @DisplayName("L2: a process that stood still and was given up on cannot overwrite what others did since")
    void aSleeperWakesTooLate() {
        Visitor anna = cluster.stickyVisitor("shop", node1);
        anna.post("counter").text();
        CompletableFuture<Answer> held = heldAt(node1, anna, "sleeper");
        node1.pause();
        assertThat(anna.getAgainAt(node2, "counter").number()).isEqualTo(1);
        assertThat(anna.postAt(node2, "counter").number()).isEqualTo(2);
        node1.resume();
        open(node1, anna, "sleeper");
        assertThat(held.join().confirmed()).as("the sleeper's change was refused").isFalse();
        cluster.awaitMembers(3);
        assertThat(anna.postAt(node3, "counter").number()).isEqualTo(3);
        assertThat(anna.postAt(node1, "counter").number()).isEqualTo(4);
    }

    private List<Visitor> visitorsAt(Node node, int number) {
        List<Visitor> visitors =
                Stream.generate(() -> cluster.stickyVisitor("shop", node)).limit(number).toList();
        visitors.forEach(v -> v.post("cart?item=first").text());
        return visitors;
    }
}
