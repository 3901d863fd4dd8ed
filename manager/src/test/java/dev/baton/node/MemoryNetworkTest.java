package dev.baton.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.model.NodeId;
import dev.baton.protocol.Message;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the other tests build on. */
class MemoryNetworkTest {
    private final MemoryNetwork network = new MemoryNetwork();
    private final MemoryNetwork.Port from = network.port("a", 1);
    private final MemoryNetwork.Port to = network.port("b", 1);

    @Test
    @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void whatIsHeldAsTheLastDeliveryBeginsIsDelivered() throws InterruptedException {
        BlockingQueue<Message> arrived = new LinkedBlockingQueue<>();
        from.start(listener(new LinkedBlockingQueue<>()));
        to.start(listener(arrived));
        Thread delivers = new Thread(network::deliverHeld);
        network.hold((node, message) -> {
            delivers.start();
            while (delivers.getState() != Thread.State.TERMINATED && delivers.getState() != Thread.State.BLOCKED) {
                Thread.onSpinWait();
            }
            return true;
        });
        from.send(to.self(), List.of(new Message.LeaveWanted()));
        assertThat(arrived.poll(10, TimeUnit.SECONDS)).isEqualTo(new Message.LeaveWanted());
        from.close();
        to.close();
    }

    private static Transport.Listener listener(BlockingQueue<Message> arrived) {
        return new Transport.Listener() {
            @Override
            public void received(NodeId sender, List<Message> envelope) {
                arrived.addAll(envelope);
            }

            @Override
            public void viewChanged(List<NodeId> members) {
            }

            @Override
            public void provenDead(NodeId node) {
            }
        };
    }
}
