package dev.baton.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.codec.MessageCodec;
import dev.baton.model.Settings.Acknowledge;
import dev.baton.protocol.Change;
import dev.baton.protocol.CoreSettings;
import dev.baton.protocol.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real nodes: what a backup costs that does not answer for a while. */
@Timeout(120)
class SlowBackupTest {
    private static final int CHANGES = 200;

    @Test
    @DisplayName("B2, B4: two hundred changes that a backup missed reach it as one delta, what did not change not at all")
    void aSlowBackupCostsOneDelta() {
        ApplicationSettings unacknowledged = ApplicationSettings.DEFAULT.withAcknowledge(Acknowledge.NONE);
        try (TestCluster cluster = new TestCluster(CoreSettings.defaults(1).withWindowBytes(1), unacknowledged)) {
            cluster.start("n0");
            cluster.start("n1");
            cluster.awaitBackups();
            TestCluster.Node primary = cluster.node(0);
            String id = primary.create("cart", new ArrayList<String>());
            byte[] catalogue = new byte[50_000];
            new Random(1).nextBytes(catalogue);
            primary.write(id, "catalogue", catalogue);
            TestCluster.await("the backup has it", () -> stored(cluster.node(1), id) >= 2);

            List<Message.Replicate> sent = new CopyOnWriteArrayList<>();
            AtomicBoolean deaf = new AtomicBoolean(true);
            cluster.network.lose((to, m) -> {
                if (m instanceof Message.Replicate r) {
                    sent.add(r);
                }
                return m instanceof Message.Replicated && deaf.get();
            });
            for (int i = 0; i < CHANGES; i++) {
                String item = "item " + i;
                primary.request(id, (s, log) -> {
                    @SuppressWarnings("unchecked")
                    List<String> cart = (List<String>) s.get("cart", log);
                    return cart.add(item);
                });
            }
            deaf.set(false);
            TestCluster.await("the backup has all", () -> stored(cluster.node(1), id) == 2 + CHANGES);

            List<Change> changes = sent.stream().flatMap(r -> r.changes().stream()).distinct()
                    .filter(c -> c instanceof Change.Applied || c instanceof Change.Synced).toList();
            assertThat(changes).as("the first, and one for all others").hasSize(2);
            assertThat(changes.get(1)).isInstanceOf(Change.Synced.class);
            long bytes = sent.stream().distinct().mapToLong(r -> new MessageCodec().encode(List.of(r)).length).sum();
            assertThat(bytes).as("bytes of " + CHANGES + " changes, without the %s of what did not change",
                    catalogue.length).isLessThan(CHANGES * 15L);
            cluster.kill("n0");
            assertThat(cluster.node(1).read(id, "cart")).asList().hasSize(CHANGES).endsWith("item " + (CHANGES - 1));
            assertThat(cluster.node(1).read(id, "catalogue")).isEqualTo(catalogue);
        }
    }

    /** Version of the copy at the node, as far as it knows. */
    private static long stored(TestCluster.Node node, String id) {
        return node.node.report(new dev.baton.model.SessionKey(node.shop.hash(), id)).version();
    }
}
