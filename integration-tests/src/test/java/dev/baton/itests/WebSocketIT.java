package dev.baton.itests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.itests.cluster.Await;
import dev.baton.itests.cluster.Talk;
import dev.baton.itests.cluster.Visitor;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** WebSocket endpoints that use the session of their handshake. */
class WebSocketIT extends ClusterTest {
    @Test
    @DisplayName("B6, tomcat-facts 9: what an endpoint has set is there at the next node, also after a crash")
    void whatAnEndpointSetSurvives() {
        Visitor anna = cluster.stickyVisitor("shop", node1);
        anna.post("note?text=a").text();
        Talk first = new Talk(node1, "shop", anna);
        Talk second = new Talk(node2, "shop", anna);
        assertThat(first.say("b")).isEqualTo("ab");
        assertThat(second.say("c")).isEqualTo("abc");
        assertThat(anna.getAt(node3, "note").text()).isEqualTo("abc");
        assertThat(first.say("d")).isEqualTo("abcd");
        node1.kill();
        Await.until("the survivors go on", 30, () -> anna.getAgainAt(node2, "note").text().equals("abcd"));
        assertThat(second.say("e")).isEqualTo("abcde");
        assertThat(anna.getAgainAt(node3, "note").text()).isEqualTo("abcde");
    }

    @Test
    @DisplayName("tomcat-facts 9: logout at one node closes the user's WebSockets at every node")
    void logoutClosesWebSocketsEverywhere() {
        Visitor anna = cluster.stickyVisitor("shop", node1);
        anna.post("note?text=a").text();
        anna.loginAt(node1, "anna", "secret").text();
        List<Talk> talks = cluster.nodes().stream().map(node -> new Talk(node, "shop", anna)).toList();
        for (Talk talk : talks) {
            assertThat(talk.say("?")).isEqualTo("a");
        }
        assertThat(anna.postAt(node2, "logout").text()).isEqualTo("ended");
        assertThat(talks).allSatisfy(talk -> assertThat(talk.closed()).isEqualTo(1008));
    }
}
