package dev.baton.itests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.itests.cluster.Answer;
import dev.baton.itests.cluster.Node;
import dev.baton.itests.cluster.Visitor;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A session in use elsewhere: what those who want it are told. */
class LockIT extends ClusterTest {
    @Test
    @DisplayName("L9: a wait for the lock ends with 503, Retry-After and the reason; the log names holder, not the id")
    void aWaitForTheLockEndsWithAClearAnswer() {
        Visitor anna = cluster.stickyVisitor("hasty", node1);
        anna.post("counter").text();
        CompletableFuture<Answer> held = heldAt(node1, anna, "busy");

        Answer refused = anna.postAt(node2, "counter");
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.body()).contains("lock busy");
        assertThat(refused.retryAfter()).hasValueSatisfying(seconds -> assertThat(seconds).containsOnlyDigits());
        assertThat(node2.log().linesWith("Refused POST /hasty/counter", "lock busy", "session-")).hasSize(1);
        assertThat(anna.postAt(node3, "counter").status()).isEqualTo(503);
        assertThat(List.of(node2, node3)).as("also the one without a copy knows the holder")
                .allSatisfy(node -> assertThat(node.log().linesWith("Refused", "session-", "node1")).isNotEmpty());
        String id = anna.sessionId().replace(".node1", "");
        assertThat(cluster.nodes()).allSatisfy(node -> assertThat(node.log().linesWith(id)).isEmpty());

        open(node1, anna, "busy");
        assertThat(held.join().text()).as("the holder never noticed").isEqualTo("released 2");
        assertThat(anna.postAt(node2, "counter").number()).as("nothing of the refused one").isEqualTo(3);
    }

    @Test
    @DisplayName("Issue 4.3: a request that calls its own session at another node, with default settings: that call gets"
            + " 503 in time, the caller goes on, the log names both")
    void aRequestThatCallsItsOwnSessionGetsAnAnswer() {
        Visitor anna = cluster.stickyVisitor("shop", node1);
        anna.post("counter").text();
        assertThat(anna.postAt(node1, "call?url=" + node2.address() + "shop/counter").text()).isEqualTo("503 3");
        assertThat(node2.log().linesWith("Refused GET /shop/counter", "lock busy", "POST /shop/call at node1", "session-"))
                .hasSize(1);
        assertThat(anna.getAt(node2, "counter").number()).isEqualTo(3);
    }

    @Test
    @DisplayName("L1: whoever only asks whether there is a session does not wait for the lock")
    void aLookUpDoesNotWait() {
        Visitor anna = cluster.stickyVisitor("hasty", node1);
        anna.post("counter").text();
        CompletableFuture<Answer> held = heldAt(node1, anna, "looked-at");
        for (Node node : cluster.nodes()) {
            assertThat(anna.getAt(node, "lookup").text()).isEqualTo("present");
        }
        open(node1, anna, "looked-at");
        assertThat(held.join().text()).isEqualTo("released 2");
    }

    @Test
    @DisplayName("L3 L4 L6: those who wait get the token when the holder's request is done")
    void waitersAreServedAfterTheHolder() {
        Visitor anna = cluster.stickyVisitor("shop", node1);
        anna.post("counter").text();
        CompletableFuture<Answer> held = heldAt(node1, anna, "first");
        CompletableFuture<Answer> second = anna.postingAt(node2, "counter");
        CompletableFuture<Answer> third = anna.postingAt(node3, "counter");
        assertThat(anna.getAt(node1, "lookup").text()).isEqualTo("present");
        assertThat(List.of(second.isDone(), third.isDone())).containsOnly(false);
        open(node1, anna, "first");
        assertThat(held.join().text()).isEqualTo("released 2");
        assertThat(List.of(second.join().number(), third.join().number())).containsExactlyInAnyOrder(3, 4);
    }

    @Test
    @DisplayName("L3: more waiters than maxWaiters are refused at once")
    void tooManyWaitersAreRefusedAtOnce() {
        Visitor anna = cluster.stickyVisitor("narrow", node1);
        anna.post("counter").text();
        CompletableFuture<Answer> held = heldAt(node1, anna, "narrow");
        List<CompletableFuture<Answer>> waiting =
                List.of(anna.postingAt(node2, "counter"), anna.postingAt(node2, "counter"));
        Answer refused = (Answer) CompletableFuture.anyOf(waiting.get(0), waiting.get(1)).join();
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.body()).contains("too many requests wait");
        open(node1, anna, "narrow");
        assertThat(held.join().text()).isEqualTo("released 2");
        assertThat(waiting.stream().map(CompletableFuture::join).filter(Answer::confirmed).map(Answer::number))
                .containsExactly(3);
    }

    @Test
    @DisplayName("L8: requests of one session run one after the other in a process with threadLocks=session")
    void requestsOfASessionTakeTurnsInAProcess() {
        Visitor anna = cluster.stickyVisitor("orderly", node1);
        anna.post("counter").text();
        CompletableFuture<Answer> held = heldAt(node1, anna, "turns");
        CompletableFuture<Answer> next = anna.postingAt(node1, "counter");
        assertThat(anna.getAt(node1, "lookup").text()).isEqualTo("present");
        assertThat(next.isDone()).isFalse();
        open(node1, anna, "turns");
        assertThat(held.join().text()).isEqualTo("released 2");
        assertThat(next.join().number()).isEqualTo(3);
    }
}
