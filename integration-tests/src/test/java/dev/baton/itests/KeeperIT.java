package dev.baton.itests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.itests.cluster.Await;
import dev.baton.itests.cluster.Crowd;
import dev.baton.itests.cluster.Keeper;
import dev.baton.itests.cluster.Node;
import dev.baton.itests.cluster.Shopper;
import dev.baton.itests.cluster.Visitor;
import dev.baton.itests.cluster.WebApp;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Tomcat's Manager application: sessions of the whole cluster; deploying, reloading and undeploying under load. */
class KeeperIT extends ClusterTest {
    private static final WebApp MOVING = WebApp.named("moving");

    @Test
    @DisplayName("tomcat-facts 11: its pages list, show and end sessions that are at other nodes")
    void thePagesKnowTheSessionsOfAllNodes() {
        Visitor anna = cluster.stickyVisitor("hasty", node1);
        anna.post("note?text=tea").text();
        Visitor bert = cluster.stickyVisitor("hasty", node2);
        bert.post("note?text=rum").text();
        for (Node node : cluster.nodes()) {
            assertThat(new Keeper(node).sessions("hasty", "refresh")).as(node.name())
                    .contains(base(anna), base(bert));
        }
        Keeper there = new Keeper(node1);
        assertThat(there.sessions("hasty", "sessionDetail", "sessionId", anna.sessionId())).contains("note", "tea");
        Keeper elsewhere = new Keeper(node3);
        String idThere = base(anna) + ".node3";
        assertThat(elsewhere.sessions("hasty", "sessionDetail", "sessionId", idThere)).contains(idThere);
        elsewhere.sessions("hasty", "removeSessionAttribute", "sessionId", idThere, "attributeName", "note");
        assertThat(anna.get("note").text()).as("removed from where the session is").doesNotContain("tea");
        elsewhere.sessions("hasty", "invalidateSessions", "sessionIds", idThere);
        assertThat(anna.get("lookup").text()).isEqualTo("absent");
        assertThat(bert.get("note").text()).isEqualTo("rum");
        assertThat(new Keeper(node2).sessions("hasty", "refresh")).contains(base(bert)).doesNotContain(base(anna));
    }

    @Test
    @DisplayName("tomcat-facts 11: its text commands count and expire the sessions of all nodes, each once")
    void theCommandsExpireTheSessionsOfAllNodes() {
        List<Visitor> visitors = IntStream.range(0, 6)
                .mapToObj(i -> cluster.stickyVisitor("narrow", cluster.node(1 + i % 3))).toList();
        visitors.forEach(v -> v.post("counter").text());
        Keeper keeper = new Keeper(node2);
        assertThat(keeper.command("sessions?path=/narrow")).contains("[<1] minutes: [6] sessions");
        assertThat(keeper.command("expire?path=/narrow&idle=5")).contains("[0] sessions were expired");
        assertThat(keeper.command("expire?path=/narrow&idle=0")).contains("[6] sessions were expired");
        visitors.forEach(v -> assertThat(v.get("lookup").text()).isEqualTo("absent"));
        Visitor observer = cluster.stickyVisitor("narrow", node1);
        assertThat(cluster.nodes().stream().mapToInt(n -> observer.getAt(n, "events?of=destroyed").number()).sum())
                .isEqualTo(6);
    }

    @Test
    @DisplayName("tomcat-facts 42, 43: redeployed, reloaded, undeployed under load: no change lost, no class loader left")
    void anApplicationMovesUnderLoad() {
        Path archive = cluster.archive(MOVING);
        List<Keeper> keepers = cluster.nodes().stream().map(Keeper::new).toList();
        keepers.forEach(k -> k.deploy("moving", archive));
        AtomicBoolean enough = new AtomicBoolean();
        Crowd<Shopper> crowd = Crowd.of(IntStream.range(0, 6).mapToObj(i -> new Shopper("s" + i,
                cluster.roundRobinVisitor("moving"), enough::get)).toList());
        cluster.nodes().forEach(node -> node.log().turnThePage());
        try {
            for (Keeper keeper : keepers) {
                keeper.deploy("moving", archive);
                keeper.command("reload?path=/moving");
                keeper.command("undeploy?path=/moving");
                keeper.deploy("moving", archive);
            }
        } finally {
            enough.set(true);
        }
        for (Shopper shopper : crowd.join(60)) {
            assertThat(shopper.confirmed()).isNotEmpty();
            assertThat(shopper.visitor().getAgain("cart").text().lines()).as(shopper.name())
                    .containsSubsequence(shopper.confirmed());
        }
        for (int i = 0; i < 3; i++) {
            keepers.get(i).command("undeploy?path=/moving");
            Keeper keeper = keepers.get(i);
            Await.until("findleaks finds none", 30,
                    () -> keeper.command("findleaks?statusLine=true").contains("No memory leaks found"));
            assertThat(cluster.node(i + 1).log().linesWith("memory leak")).isEmpty();
            assertThat(cluster.node(i + 1).log().linesWith("failed to stop")).isEmpty();
        }
    }

    private static String base(Visitor visitor) {
        return visitor.sessionId().substring(0, visitor.sessionId().indexOf('.'));
    }
}
