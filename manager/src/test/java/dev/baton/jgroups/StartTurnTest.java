package dev.baton.jgroups;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class StartTurnTest {
    private final int port = Integer.parseInt(FreePorts.localStack().substring("local:".length()));

    @Test
    void theNextHasItsTurnWhenTheFormerGivesItBack() throws Exception {
        CompletableFuture<StartTurn> next;
        try (StartTurn turn = StartTurn.take(port)) {
            assertThat(turn.isHeld()).isTrue();
            next = CompletableFuture.supplyAsync(() -> StartTurn.take(port));
            assertThat(next).isNotDone();
        }
        try (StartTurn turn = next.get(30, TimeUnit.SECONDS)) {
            assertThat(turn.isHeld()).isTrue();
        }
    }

    @Test
    void whoIsInterruptedGoesOnWithout() throws Exception {
        try (StartTurn turn = StartTurn.take(port)) {
            Thread.currentThread().interrupt();
            assertThat(StartTurn.take(port).isHeld()).isFalse();
            assertThat(Thread.interrupted()).as("the interrupt is kept").isTrue();
        }
    }

    @Test
    void seesWhetherAnybodyListens() throws Exception {
        assertThat(StartTurn.anyInUse(port, ChannelFactory.LOCAL_PORTS)).isFalse();
        try (ServerSocket somebody = new ServerSocket()) {
            somebody.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port + 3));
            assertThat(StartTurn.anyInUse(port, ChannelFactory.LOCAL_PORTS)).isTrue();
            assertThat(StartTurn.anyInUse(port, 3)).isFalse();
        }
    }
}
