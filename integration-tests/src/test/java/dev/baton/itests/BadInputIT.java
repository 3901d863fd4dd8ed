package dev.baton.itests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.itests.cluster.Node;
import dev.baton.itests.cluster.Strangers;
import dev.baton.itests.cluster.Visitor;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients, strangers and careless applications bring. */
class BadInputIT extends ClusterTest {
    @ParameterizedTest
    @DisplayName("malformed and overlong session ids never reach the network")
    @ValueSource(strings = {"..", ".node1", "a b", "../../etc/passwd", "%00%0a", "<script>", "\"<quoted>\"", "LONG"})
    void malformedIdsNeverReachTheNetwork(String id) {
        Visitor mallory = cluster.stickyVisitor("shop", node1);
        Map<String, Long> messages = cluster.messagesOf(() -> {
            for (Node node : cluster.nodes()) {
                mallory.claim(id.equals("LONG") ? "A".repeat(4000) : id);
                assertThat(mallory.getAt(node, "lookup").text()).isEqualTo("absent");
            }
        });
        assertThat(messages).isEmpty();
    }

    @Test
    @DisplayName("an id that could be one and is none is absent at every node, and nobody gets a session under it")
    void anInventedIdIsAbsent() {
        Visitor mallory = cluster.stickyVisitor("shop", node1);
        String invented = "0123456789ABCDEF0123456789ABCDEF.node2";
        for (Node node : cluster.nodes()) {
            mallory.claim(invented);
            assertThat(mallory.getAt(node, "lookup").text()).isEqualTo("absent");
            assertThat(mallory.postAt(node, "counter").number()).isEqualTo(1);
            assertThat(mallory.sessionId()).doesNotStartWith("0123456789ABCDEF0123456789ABCDEF");
        }
    }

    @Test
    @DisplayName("foreign bytes on the ports of the cluster do no harm")
    void foreignBytesDoNoHarm() {
        Visitor anna = cluster.roundRobinVisitor("shop");
        anna.post("counter").text();
        int connections = 0;
        for (int port : cluster.listeningPorts()) {
            connections += Strangers.pester(port);
        }
        assertThat(connections).as("connections that were accepted").isGreaterThanOrEqualTo(3);
        for (int i = 2; i <= 10; i++) {
            assertThat(anna.post("counter").number()).isEqualTo(i);
        }
        cluster.awaitMembers(3);
    }

    @Test
    @DisplayName("T5: an attribute that cannot be serialised is reported by name and path, the other changes are kept")
    void anAttributeThatCannotBeSerialisedIsReported() {
        Visitor anna = cluster.stickyVisitor("shop", node1);
        anna.post("note?text=before").text();
        anna.post("broken?text=kept");
        assertThat(node1.log().linesWith("'order'", "order.payment.connection", "java.lang.Thread")).isNotEmpty();
        assertThat(anna.getAt(node2, "note").text()).isEqualTo("kept");
    }
}
