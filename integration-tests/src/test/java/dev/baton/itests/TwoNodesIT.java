package dev.baton.itests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.itests.cluster.Visitor;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Two nodes: the smallest cluster, where a majority is both. */
class TwoNodesIT extends ClusterTest {
    @Override
    int size() {
        return 2;
    }

    @Test
    @DisplayName("S6: sessions go back and forth")
    void sessionsGoBackAndForth() {
        Visitor anna = cluster.roundRobinVisitor("shop");
        for (int i = 1; i <= 10; i++) {
            assertThat(anna.post("counter").number()).isEqualTo(i);
        }
    }

    @Test
    @DisplayName("B6: the one that is left goes on when the other was killed, and takes it in again")
    void theOtherIsKilledAndComesBack() {
        Visitor anna = cluster.stickyVisitor("shop", node1);
        Visitor bert = cluster.stickyVisitor("shop", node2);
        anna.post("cart?item=tea").text();
        bert.post("cart?item=rum").text();
        node1.kill();
        assertThat(anna.getAgain("cart").text()).isEqualTo("tea");
        assertThat(anna.post("cart?item=milk").text()).isEqualTo("tea\nmilk");
        assertThat(bert.post("cart?item=salt").text()).isEqualTo("rum\nsalt");
        node1.start();
        cluster.awaitMembers(2);
        node2.kill();
        assertThat(anna.getAgain("cart").text()).isEqualTo("tea\nmilk");
        assertThat(bert.getAgain("cart").text()).isEqualTo("rum\nsalt");
        assertThat(anna.post("cart?item=sugar").text()).isEqualTo("tea\nmilk\nsugar");
        assertThat(bert.post("cart?item=lime").text()).isEqualTo("rum\nsalt\nlime");
    }

    @Test
    @DisplayName("B6: nodes stopped and restarted one after the other keep every session, in use or not")
    void aRollingRestartKeepsEverySession() {
        List<Visitor> visitors = Stream.of(node1, node2, node1, node2)
                .map(node -> cluster.stickyVisitor("shop", node)).toList();
        visitors.forEach(v -> v.post("cart?item=first").text());
        node1.stop();
        visitors.forEach(v -> assertThat(v.getAgain("cart").text()).isEqualTo("first"));
        visitors.forEach(v -> v.post("cart?item=second").text());
        node1.start();
        cluster.awaitMembers(2);
        node2.stop();
        visitors.forEach(v -> assertThat(v.getAgain("cart").text()).isEqualTo("first\nsecond"));
        visitors.forEach(v -> v.post("cart?item=third").text());
        node2.start();
        cluster.awaitMembers(2);
        for (Visitor v : visitors) {
            assertThat(v.getAt(node2, "cart").text()).isEqualTo("first\nsecond\nthird");
        }
    }

    @Test
    @DisplayName("P4: this Tomcat has the fields by which the end of an answer is held; without them Baton only warns")
    void thisTomcatsAnswersCanBeHeld() {
        Visitor anna = cluster.roundRobinVisitor("shop");
        for (int i = 1; i <= 4; i++) {
            assertThat(anna.post("counter").number()).isEqualTo(i);
        }
        assertThat(List.of(node1, node2))
                .allSatisfy(node -> assertThat(node.log().linesWith("This Tomcat's", "built otherwise")).isEmpty());
    }

    @Test
    @DisplayName("a stop is clean: quick, without errors in the log, nothing of an application left behind")
    void aStopIsClean() {
        Visitor anna = cluster.roundRobinVisitor("shop");
        anna.post("counter").text();
        anna.post("counter").text();
        node1.log().turnThePage();
        node2.log().turnThePage();
        node2.restart();
        node1.restart();
        assertThat(List.of(node1, node2)).allSatisfy(node -> {
            assertThat(node.log().linesWith("SEVERE")).isEmpty();
            assertThat(node.log().linesWith("memory leak")).isEmpty();
            assertThat(node.log().linesWith("failed to stop")).isEmpty();
        });
    }
}
