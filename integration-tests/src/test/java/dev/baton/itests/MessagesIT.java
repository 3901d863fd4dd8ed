package dev.baton.itests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.itests.cluster.Visitor;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a request costs on the wire: counted, not timed. */
class MessagesIT extends ClusterTest {
    private static final List<String> TOKEN = List.of("Acquire", "Revoke", "Release", "Grant");

    @Test
    @DisplayName("L5 D4: a sticky request that only reads sends nothing")
    void aStickyReadSendsNothing() {
        Visitor anna = cluster.stickyVisitor("shop", node1);
        anna.post("note?text=hello").text();
        assertThat(cluster.messagesOf(() -> {
            for (int i = 0; i < 5; i++) {
                assertThat(anna.get("note").text()).isEqualTo("hello");
            }
        })).isEmpty();
    }

    @Test
    @DisplayName("L5 D4: nor does one that gets hold of a mutable object and leaves it as it is")
    void aStickyReadOfSomethingMutableSendsNothing() {
        Visitor anna = cluster.stickyVisitor("shop", node1);
        anna.post("cart?item=tea").text();
        assertThat(cluster.messagesOf(() -> assertThat(anna.get("cart").text()).isEqualTo("tea"))).isEmpty();
    }

    @Test
    @DisplayName("B2: a sticky request that writes sends one delta to its one backup and gets one acknowledgement")
    void aStickyWriteSendsOneDelta() {
        Visitor anna = cluster.stickyVisitor("shop", node1);
        anna.post("counter").text();
        assertThat(cluster.messagesOf(() -> anna.post("counter").text()))
                .isEqualTo(Map.of("Replicate", 1L, "Replicated", 1L));
    }

    @Test
    @DisplayName("L5: a request at another node costs at most four token messages and two for the look-up")
    void aRequestAtAnotherNodeCostsFourTokenMessages() {
        Visitor anna = cluster.stickyVisitor("shop", node1);
        anna.post("note?text=hello").text();
        anna.getAt(node3, "note").text();
        Map<String, Long> messages =
                cluster.messagesOf(() -> assertThat(anna.getAt(node2, "note").text()).isEqualTo("hello"));
        assertThat(TOKEN).allSatisfy(kind -> assertThat(messages.getOrDefault(kind, 0L)).as(kind)
                .isLessThanOrEqualTo(1));
        assertThat(messages.getOrDefault("Lookup", 0L) + messages.getOrDefault("Meta", 0L)).isLessThanOrEqualTo(2);
        assertThat(messages.keySet()).as("besides data and its acknowledgements").isSubsetOf("Acquire", "Revoke",
                "Release", "Grant", "Lookup", "Meta", "Released", "Relayed", "Replicate", "Replicated");
        assertThat(Stream.of("Grant", "Released", "Relayed").mapToLong(kind -> messages.getOrDefault(kind, 0L)).sum())
                .as("to the one that gives the token and the one that gets it").isLessThanOrEqualTo(2);
    }

    @Test
    @DisplayName("L5: the second request at that node sends nothing")
    void theSecondRequestThereSendsNothing() {
        Visitor anna = cluster.stickyVisitor("shop", node1);
        anna.post("note?text=hello").text();
        anna.getAt(node2, "note").text();
        assertThat(cluster.messagesOf(() -> assertThat(anna.getAt(node2, "note").text()).isEqualTo("hello")))
                .isEmpty();
    }

    @Test
    @DisplayName("D4: asking for a session's existence costs one question, and none where it is known")
    void aLookUpCostsOneQuestion() {
        Visitor anna = cluster.stickyVisitor("shop", node1);
        anna.post("note?text=hello").text();
        assertThat(cluster.messagesOf(() -> anna.getAt(node1, "lookup").text())).isEmpty();
        assertThat(cluster.messagesOf(() -> anna.getAt(node2, "lookup").text()))
                .isEqualTo(Map.of("Lookup", 1L, "Meta", 1L));
    }
}
