package dev.baton.itests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.itests.cluster.Await;
import dev.baton.itests.cluster.Node;
import dev.baton.itests.cluster.Visitor;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Three healthy nodes. */
class TogetherIT extends ClusterTest {
    @Test
    @DisplayName("S1 S2 T5: round robin, changes made in place at one node are there at the next")
    void inPlaceChangesAreSeenAtTheNextNode() {
        Visitor anna = cluster.roundRobinVisitor("shop");
        StringBuilder cart = new StringBuilder();
        for (int i = 0; i < 12; i++) {
            cart.append(i == 0 ? "" : "\n").append("item").append(i);
            assertThat(anna.post("cart?item=item" + i).text()).isEqualTo(cart.toString());
        }
    }

    @Test
    @DisplayName("S2: sticky, a visitor's session stays at one node and is known at the others")
    void stickyVisitorsKeepTheirSession() {
        Visitor anna = cluster.stickyVisitor("shop", node2);
        for (int i = 1; i <= 5; i++) {
            assertThat(anna.post("counter").number()).isEqualTo(i);
        }
        assertThat(anna.sessionId()).endsWith(".node2");
        for (Node node : cluster.nodes()) {
            assertThat(anna.getAt(node, "counter").number()).isEqualTo(5);
        }
    }

    @Test
    @DisplayName("B6: logout is seen everywhere at once")
    void logoutIsSeenEverywhereAtOnce() {
        Visitor anna = cluster.stickyVisitor("shop", node1);
        anna.post("counter").text();
        String id = anna.sessionId();
        for (Node node : cluster.nodes()) {
            assertThat(anna.getAt(node, "counter").number()).isEqualTo(1);
        }
        assertThat(anna.postAt(node2, "logout").text()).isEqualTo("ended");
        for (Node node : cluster.nodes()) {
            anna.claim(id);
            assertThat(anna.getAt(node, "lookup").text()).as(node.name()).isEqualTo("absent");
        }
    }

    @Test
    @DisplayName("S1: the session belongs to its visitor's login at every node, under an id of its own")
    void theLoginIsKnownAtEveryNode() {
        Visitor anna = cluster.stickyVisitor("shop", node1);
        anna.post("note?text=before").text();
        String before = anna.sessionId();
        assertThat(anna.loginAt(node2, "anna", "secret").text()).isEqualTo("anna");
        String after = anna.sessionId();
        assertThat(baseOf(after)).as("the id changes at login").isNotEqualTo(baseOf(before));
        for (Node node : cluster.nodes()) {
            assertThat(anna.getAt(node, "who").text()).as(node.name()).isEqualTo("anna BASIC true");
            assertThat(anna.getAt(node, "note").text()).isEqualTo("before");
        }
        for (Node node : cluster.nodes()) {
            anna.claim(before);
            assertThat(anna.getAt(node, "lookup").text()).as("old id at " + node).isEqualTo("absent");
        }
    }

    @Test
    @DisplayName("S1: a new id is known everywhere, the old one nowhere")
    void theNewIdIsKnownEverywhereAndTheOldOneNowhere() {
        Visitor anna = cluster.roundRobinVisitor("shop");
        for (int i = 1; i <= 6; i++) {
            assertThat(anna.post("counter").number()).isEqualTo(i);
            String old = anna.sessionId();
            anna.post("new-id").text();
            String fresh = anna.sessionId();
            assertThat(baseOf(fresh)).isNotEqualTo(baseOf(old));
            anna.claim(old);
            assertThat(anna.get("lookup").text()).isEqualTo("absent");
            anna.claim(fresh);
        }
        assertThat(anna.get("counter").number()).isEqualTo(6);
    }

    @Test
    @DisplayName("S1: the inactive interval travels with the session, though no attribute changes")
    void theInactiveIntervalIsTheSameEverywhere() {
        Visitor anna = cluster.stickyVisitor("shop", node1);
        anna.post("counter").text();
        anna.postAt(node3, "interval?seconds=77").text();
        for (Node node : cluster.nodes()) {
            assertThat(anna.getAt(node, "interval").number()).isEqualTo(77);
        }
    }

    @Test
    @DisplayName("S1: web applications share the channel, not their sessions")
    void applicationsDoNotSeeEachOthersSessions() {
        Visitor anna = cluster.stickyVisitor("shop", node1);
        anna.post("counter").text();
        Visitor other = cluster.stickyVisitor("orderly", node1);
        other.claim(anna.sessionId());
        for (Node node : cluster.nodes()) {
            assertThat(other.getAt(node, "lookup").text()).isEqualTo("absent");
        }
        assertThat(anna.getAt(node2, "counter").number()).isEqualTo(1);
    }

    @Test
    @DisplayName("S1: an idle session ends once in the whole cluster")
    void anIdleSessionEndsOnce() {
        Visitor anna = cluster.stickyVisitor("shop", node1);
        anna.post("counter").text();
        anna.postAt(node2, "counter").text();
        int before = destroyed();
        anna.postAt(node3, "interval?seconds=1").text();
        Await.until("the session has ended", 40, () -> destroyed() > before);
        for (Node node : cluster.nodes()) {
            assertThat(anna.getAt(node, "lookup").text()).isEqualTo("absent");
        }
        assertThat(destroyed()).isEqualTo(before + 1);
    }

    @Test
    @DisplayName("tomcat-facts 40: pages have the session without asking; one with session=\"false\" makes none")
    void pagesUseTheSession() {
        Visitor anna = cluster.stickyVisitor("shop", node1);
        assertThat(anna.getAt(node1, "aside.jsp").text()).isEqualTo("absent");
        assertThat(anna.sessionId()).isNull();
        for (int i = 1; i <= 6; i++) {
            assertThat(anna.getAt(cluster.node(1 + i % 3), "count.jsp").text()).isEqualTo("" + i);
        }
        assertThat(anna.getAt(node3, "aside.jsp").text()).isEqualTo("present");
    }

    private int destroyed() {
        Visitor observer = cluster.stickyVisitor("shop", node1);
        return cluster.nodes().stream().mapToInt(node -> observer.getAt(node, "events?of=destroyed").number()).sum();
    }

    private static String baseOf(String id) {
        return id.substring(0, id.indexOf('.'));
    }
}
