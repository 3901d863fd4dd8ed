package dev.baton.itests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.itests.cluster.StoreProcess;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The sample for a list of known machines, as processes of their own use it. */
class StaticListIT {
    private static final String SAMPLE = Path.of("..", "conf-samples", "jgroups-tcp.xml").toAbsolutePath().normalize()
            .toString();

    @Test
    @Timeout(value = 90, unit = TimeUnit.SECONDS)
    @DisplayName("S3: two store nodes of the static list form a cluster, and end cleanly")
    void twoNodesOfTheListFormACluster() {
        try (StoreProcess first = start("list1", 50); StoreProcess second = start("list2", 51)) {
            first.awaitOutput("list2 joined");
            second.awaitOutput("list1 joined");
            second.terminate();
            first.awaitOutput("list2 (left|is out of) the cluster");
            first.terminate();
            assertThat(first.output()).contains("list1 has left").doesNotContain("SEVERE");
            assertThat(second.output()).contains("list2 has left").doesNotContain("SEVERE");
        }
    }

    private static StoreProcess start(String name, int port) {
        return StoreProcess.start(name, SAMPLE, Map.of(
                "jgroups.bind_addr", "127.0.0.1",
                "jgroups.bind_port", Integer.toString(StoreProcess.clusterPort(port)),
                "jgroups.tcpping.initial_hosts", "127.0.0.1[" + StoreProcess.clusterPort(50) + "],127.0.0.1["
                        + StoreProcess.clusterPort(51) + "]"));
    }
}
