package dev.baton.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.access.AccessLog;
import dev.baton.model.Fence;
import dev.baton.node.SessionUnavailable.Reason;
import dev.baton.protocol.Effect;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Changes whose acknowledgement no thread waits for, around a core that does what the test says. */
@Timeout(60)
class AwaitedCommitsTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final ScriptedNode n = new ScriptedNode(ApplicationSettings.DEFAULT);
    private final ConcurrentLinkedQueue<String> heard = new ConcurrentLinkedQueue<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private AccessLog log;
    private long version;

    @BeforeEach
    void change() {
        n.happen(n.grant("id", new Fence(1, 1), 1, ScriptedNode.whole(Map.of("n", 1)), false));
        log = n.enter("id");
        log.state().set("n", 2, log);
        version = n.shop.complete(log).version();
    }

    @AfterEach
    void stop() {
        n.close();
    }

    private void begin() {
        n.shop.whenDurable(log, version, SECOND, this::hear);
    }

    private void hear(SessionUnavailable why) {
        heard.add(why == null ? "durable" : why.reason().name());
        ended.countDown();
    }

    /** The time passes, also for what is to be done at once when it has. */
    private void pass(long millis) {
        n.pass(millis, TimeUnit.MILLISECONDS);
        n.pass(0, TimeUnit.MILLISECONDS);
    }

    private void awaitEnd() throws InterruptedException {
        assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    @DisplayName("the thread that brings the acknowledgement tells, once")
    void acknowledged() {
        begin();
        assertThat(n.shop.isDurable(log, version)).isFalse();
        assertThat(heard).isEmpty();
        n.happen(new Effect.Committed(n.key("id"), version));
        assertThat(heard).containsExactly("durable");
        assertThat(n.shop.isDurable(log, version)).isTrue();
        pass(2_000);
        assertThat(heard).hasSize(1);
        n.shop.whenDurable(log, version, SECOND, this::hear);
        assertThat(heard).containsExactly("durable", "durable");
    }

    @Test
    @DisplayName("after the time-out it is unknown, and a late acknowledgement changes nothing of that")
    void timedOut() throws Exception {
        begin();
        pass(900);
        assertThat(heard).isEmpty();
        pass(400);
        awaitEnd();
        assertThat(heard).containsExactly(Reason.OUTCOME_UNKNOWN.name());
        n.happen(new Effect.Committed(n.key("id"), version));
        assertThat(heard).hasSize(1);
    }

    @Test
    @DisplayName("those that come while others wait have their own time-outs")
    void eachHasItsTime() throws Exception {
        begin();
        pass(600);
        ConcurrentLinkedQueue<String> second = new ConcurrentLinkedQueue<>();
        CountDownLatch secondEnded = new CountDownLatch(1);
        n.shop.whenDurable(log, version, SECOND, why -> {
            second.add(why.reason().name());
            secondEnded.countDown();
        });
        pass(700);
        awaitEnd();
        assertThat(second).isEmpty();
        pass(600);
        assertThat(secondEnded.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(second).containsExactly(Reason.OUTCOME_UNKNOWN.name());
    }

    @Test
    @DisplayName("what is durable is answered only by a process that may still serve")
    void waitsForTheLease() throws Exception {
        n.serve(n.nanos() + 1_000);
        n.pass(1, TimeUnit.MILLISECONDS);
        begin();
        n.happen(new Effect.Committed(n.key("id"), version));
        assertThat(n.shop.isDurable(log, version)).isFalse();
        assertThat(heard).isEmpty();
        n.serve(Long.MAX_VALUE);
        awaitEnd();
        assertThat(heard).containsExactly("durable");
    }

    @Test
    @DisplayName("a node that stops leaves nobody waiting")
    void stopped() throws Exception {
        begin();
        n.close();
        awaitEnd();
        assertThat(List.copyOf(heard)).hasSize(1).doesNotContain("durable");
        n.shop.whenDurable(log, version, SECOND, this::hear);
        assertThat(heard).hasSize(2);
        assertThat(heard).doesNotContain("durable");
    }
}
