package dev.baton.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.baton.itests.cluster.Crowd;
import dev.baton.itests.cluster.Node;
import dev.baton.itests.cluster.Visitor;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** 32 clients count in one session, each request at the next of three nodes: read, think, write in place. */
class CountingIT extends ClusterTest {
    private static final int CLIENTS = 32;
    private static final int TIMES = 8;

    @Test
    @DisplayName("S6 L1 L6 L8: with threadLocks=session the total is exact")
    void theTotalIsExactWithThreadLocks() {
        theTotalIsExact(cluster.roundRobinVisitor("orderly"), "counter?think=300");
    }

    @Test
    @DisplayName("S6 L1 L6 L8: with threadLocks=attribute the total is exact")
    void theTotalIsExactWithAttributeLocks() {
        theTotalIsExact(cluster.roundRobinVisitor("careful"), "counter?think=300");
    }

    @Test
    @DisplayName("S6 L1 L6: with an application that synchronises on the session the total is exact")
    void theTotalIsExactWhereTheApplicationSynchronises() {
        // Who waits in a monitor keeps its carrier, and those who would let it go on find none.
        assumeTrue(!Boolean.getBoolean("itests.virtual") || Runtime.version().feature() >= 24,
                "before JDK 24 a monitor pins the virtual thread that waits in it");
        theTotalIsExact(cluster.roundRobinVisitor("shop"), "counter?think=300&lock=session");
    }

    private void theTotalIsExact(Visitor everybody, String count) {
        everybody.post("counter?lock=session").text();
        Callable<List<Integer>> client =
                () -> Stream.generate(() -> everybody.post(count).number()).limit(TIMES).toList();
        List<Integer> seen = Crowd.of(Stream.generate(() -> client).limit(CLIENTS).toList()).join(90).stream()
                .flatMap(List::stream).sorted().toList();
        int total = 1 + CLIENTS * TIMES;
        assertThat(seen).as("each request saw a number of its own").doesNotHaveDuplicates().hasSize(total - 1);
        for (Node node : cluster.nodes()) {
            assertThat(everybody.getAt(node, "counter").number()).isEqualTo(total);
        }
    }
}
