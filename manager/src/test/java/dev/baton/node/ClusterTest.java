package dev.baton.node;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real nodes, real cores, a network in memory. */
@Timeout(120)
class ClusterTest {
    @Test
    void aSessionIsTheSameOnEveryNode() {
        try (TestCluster cluster = TestCluster.of(3, 1, ApplicationSettings.DEFAULT)) {
            String id = cluster.node(0).create("greeting", "hello");

            assertThat(cluster.node(1).read(id, "greeting")).isEqualTo("hello");
            cluster.node(2).write(id, "greeting", "good bye");
            assertThat(cluster.node(0).read(id, "greeting")).isEqualTo("good bye");
        }
    }
}
