package dev.baton.itests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.itests.cluster.Answer;
import dev.baton.itests.cluster.Await;
import dev.baton.itests.cluster.Visitor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Two of three processes stand still, with their ports open: the third is a minority, and knows nobody dead. */
class MinorityIT extends ClusterTest {
    /** Until it was noticed requests may wait as long as {@code lockTimeout} says, and a little; then not at all. */
    private static final long NOTICED_SECONDS = 20;

    @Test
    @DisplayName("Issue 4.3: a minority serves what needs no session, refuses the rest at once, and loses nothing")
    void aMinorityRefusesAndComesBack() {
        Visitor held = cluster.stickyVisitor("shop", node1);
        held.post("cart?item=tea").text();
        Visitor elsewhere = cluster.stickyVisitor("shop", node2);
        elsewhere.post("cart?item=milk").text();
        node2.pause();
        node3.pause();

        Await.until("node1 refuses since it is a minority", 60, () -> {
            Answer answer = held.postAt(node1, "cart?item=lost");
            assertThat(answer.confirmed()).as("confirmed without a backup").isFalse();
            assertThat(answer.nanos()).isLessThan(TimeUnit.SECONDS.toNanos(NOTICED_SECONDS));
            return answer.status() == 503 && answer.body().contains("minority");
        });
        assertThat(held.stranger().getAt(node1, "who").text()).isEqualTo("null null false");
        assertThat(elsewhere.getAt(node1, "cart").body()).contains("minority");
        assertThat(held.stranger().postAt(node1, "cart?item=new").body()).contains("minority");

        cluster.wake();
        cluster.awaitMembers(3);
        assertThat(held.getAgainAt(node2, "cart").text()).startsWith("tea");
        assertThat(held.postAt(node1, "cart?item=sugar").text()).startsWith("tea").endsWith("sugar");
        assertThat(elsewhere.postAt(node1, "cart?item=bread").text()).isEqualTo("milk\nbread");
        assertThat(elsewhere.getAt(node3, "cart").text()).isEqualTo("milk\nbread");
    }
}
