package dev.baton.itests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.itests.cluster.Answer;
import dev.baton.itests.cluster.Await;
import dev.baton.itests.cluster.StoreProcess;
import dev.baton.itests.cluster.Visitor;
import dev.baton.itests.cluster.WebApp;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Two Tomcats that keep no sessions, and two dedicated store nodes that do. */
class StoreElsewhereIT extends ClusterTest {
    private final List<StoreProcess> stores = new ArrayList<>();

    @Override
    int size() {
        return 2;
    }

    @Override
    int others() {
        return 2;
    }

    @Override
    List<WebApp> applications() {
        return List.of(SHOP.with("store", "false"));
    }

    @BeforeAll
    void theStoreIsThere() {
        stores.add(StoreProcess.startWithJmx("keeper1", 4));
        stores.add(StoreProcess.startWithJmx("keeper2", 5));
    }

    @AfterAll
    void theStoreEnds() {
        stores.forEach(StoreProcess::close);
    }

    /** Under the same name, as whoever looks after it would. */
    private void restart(int number) {
        stores.set(number - 1, StoreProcess.startWithJmx("keeper" + number, 3 + number));
    }

    private List<Visitor> visitors() {
        List<Visitor> visitors = IntStream.range(0, 10)
                .mapToObj(i -> cluster.stickyVisitor("shop", i % 2 == 0 ? node1 : node2)).toList();
        visitors.forEach(v -> assertThat(v.post("counter").number()).isEqualTo(1));
        return visitors;
    }

    @Test
    @DisplayName("S3: sessions are nowhere in the Tomcats, and the same at both; a killed Tomcat takes nothing with it")
    void tomcatsKeepNothing() {
        List<Visitor> visitors = visitors();
        visitors.forEach(v -> assertThat(v.post("counter").number()).isEqualTo(2));
        visitors.forEach(v -> assertThat(v.postAt(node1, "counter").number()).isEqualTo(3));
        visitors.forEach(v -> assertThat(v.postAt(node2, "counter").number()).isEqualTo(4));
        assertThat(cluster.nodes()).allSatisfy(node -> {
            assertThat(node.beans().ofNode("SessionsPrimary")).isEqualTo(0);
            assertThat(node.beans().ofNode("SessionsBackup")).isEqualTo(0);
            assertThat(node.beans().ofManager("/shop", "store")).isEqualTo("false");
        });
        assertThat(stores).extracting(store -> store.beans().ofNode("SessionsPrimary")).doesNotContain(0);
        node2.kill();
        visitors.forEach(v -> assertThat(v.getAgainAt(node1, "counter").number()).isEqualTo(4));
    }

    @Test
    @DisplayName("S3 B6: a store node drains, later the other one is killed: nothing that was confirmed is lost")
    void storeNodesComeAndGo() {
        List<Visitor> visitors = visitors();
        stores.get(0).terminate();
        assertThat(stores.get(0).output()).contains("keeper1 has left");
        visitors.forEach(v -> assertThat(again(v).number()).isEqualTo(2));
        restart(1);
        cluster.awaitMembers(4);
        visitors.forEach(v -> assertThat(v.post("counter").number()).isEqualTo(3));
        stores.get(1).close();
        visitors.forEach(v -> assertThat(again(v).number()).isEqualTo(4));
        restart(2);
        cluster.awaitMembers(4);
        visitors.forEach(v -> assertThat(v.getAt(node1, "counter").number()).isEqualTo(4));
    }

    @Test
    @DisplayName("S3: without any store node requests for sessions get 503; with one again, what the Tomcats had is back")
    void withoutAnyStoreNode() {
        List<Visitor> visitors = visitors();
        stores.forEach(StoreProcess::close);
        Await.until("the Tomcats know", 30, () -> cluster.nodes().stream()
                .noneMatch(node -> (Boolean) node.beans().ofNode("Serving")));
        assertThat(visitors.get(0).stranger().post("counter").status()).isEqualTo(503);
        assertThat(visitors.get(0).post("counter").status()).isEqualTo(503);
        assertThat(node1.log().linesWith("waiting for a node that stores sessions")).isNotEmpty();
        restart(1);
        restart(2);
        cluster.awaitMembers(4);
        visitors.forEach(v -> assertThat(again(v).number()).isEqualTo(2));
    }

    @Test
    @DisplayName("JMX: a store node that stands still is given up where an administrator says so at the other store node")
    void aStoreNodeIsForgotten() {
        List<Visitor> visitors = visitors();
        List<StoreProcess> inOrder = ((String[]) node1.beans().ofNode("View"))[0].equals("keeper1") ? stores
                : List.of(stores.get(1), stores.get(0));
        StoreProcess first = inOrder.get(0);
        StoreProcess still = inOrder.get(1);
        still.pause();
        try {
            Await.until("no majority", 40, () -> !(Boolean) first.beans().ofNode("Serving"));
            assertThat(visitors.get(0).post("counter").status()).isEqualTo(503);
            String name = first == stores.get(0) ? "keeper2" : "keeper1";
            assertThat(first.beans().forget(name)).isEqualTo("forgotten: " + name);
            Await.until("the Tomcats serve, of whom nobody was told", 30, () -> cluster.nodes().stream()
                    .allMatch(node -> (Boolean) node.beans().ofNode("Serving")));
            visitors.forEach(v -> assertThat(again(v).number()).isEqualTo(2));
        } finally {
            still.resume();
        }
        cluster.awaitMembers(4);
    }

    /** Counted once: what was refused, because the store is moving, has changed nothing. */
    private static Answer again(Visitor visitor) {
        visitor.getAgain("counter");
        return visitor.post("counter");
    }
}
