package dev.baton.itests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.itests.cluster.StoreProcess;
import dev.baton.itests.cluster.Visitor;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Two Tomcats and a dedicated store node. */
class StoreNodeIT extends ClusterTest {
    /** Exit code of a JVM that ended after SIGTERM. */
    private static final int TERMINATED = 143;

    @Override
    int size() {
        return 2;
    }

    @Test
    @DisplayName("S3 B5: a store node joins, and at SIGTERM hands over what it keeps before it goes")
    void aStoreNodeJoinsAndDrains() {
        try (StoreProcess store = StoreProcess.start("store1")) {
            cluster.awaitMembers(3);
            List<Visitor> visitors = visitors();
            assertThat(store.terminate()).as(store.output()).isIn(0, TERMINATED);
            assertThat(store.output()).contains("store1 stops, and waits up to 30 s", "store1 has left");
            visitors.forEach(v -> assertThat(v.getAgain("cart").text()).isEqualTo("first"));
            visitors.forEach(v -> assertThat(v.post("cart?item=second").text()).isEqualTo("first\nsecond"));
            cluster.awaitMembers(2);
            node1.kill();
            visitors.forEach(v -> assertThat(v.getAgainAt(node2, "cart").text()).isEqualTo("first\nsecond"));
        }
    }

    @Test
    @DisplayName("S3 B6 D6: all Tomcats are stopped and started, the store node keeps every session meanwhile, with changes "
            + "in place of objects whose class it has not")
    void theStoreNodeKeepsSessionsWhileNoTomcatRuns() {
        try (StoreProcess store = StoreProcess.start("store2")) {
            cluster.awaitMembers(3);
            List<Visitor> visitors = visitors();
            visitors.forEach(v -> assertThat(v.post("counter").number()).isEqualTo(1));
            visitors.forEach(v -> assertThat(v.post("counter").number()).isEqualTo(2));
            node1.stop();
            node2.stop();
            node1.start();
            node2.start();
            cluster.awaitMembers(3);
            visitors.forEach(v -> assertThat(v.getAgain("cart").text()).isEqualTo("first"));
            visitors.forEach(v -> assertThat(v.get("counter").number()).isEqualTo(2));
            visitors.forEach(v -> assertThat(v.post("cart?item=second").text()).isEqualTo("first\nsecond"));
            assertThat(store.terminate()).as(store.output()).isIn(0, TERMINATED);
        }
        cluster.awaitMembers(2);
    }

    private List<Visitor> visitors() {
        List<Visitor> visitors = IntStream.range(0, 10)
                .mapToObj(i -> cluster.stickyVisitor("shop", i % 2 == 0 ? node1 : node2)).toList();
        visitors.forEach(v -> v.post("cart?item=first").text());
        return visitors;
    }
}
