package dev.baton.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.model.Location;
import dev.baton.model.NodeId;
import dev.baton.model.SegmentEntry;
import dev.baton.model.Topology;
import dev.baton.protocol.CoreSettings;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Where whole nodes put backups that told each other where they stand, in a cluster under the simulator. */
class BackupsApartTest {
    private static final long SECOND = 1_000_000_000L;

    private final Simulation sim = Simulation.ofSteadyNodes(4, 2, CoreSettings.defaults(1));

    @Test
    @DisplayName("B1: of four nodes on two hosts each segment has its backup on the other host, also when one is gone")
    void eachBackupIsOnTheOtherHost() {
        run(60 * SECOND);
        assertApart(4);
        sim.nodes().get(0).crash();
        run(60 * SECOND);
        assertApart(3);
    }

    private void run(long nanos) {
        sim.until(sim.now() + nanos);
    }

    private void assertApart(int members) {
        Topology table = sim.observer().newest();
        assertThat(table.members()).hasSize(members);
        for (int segment = 0; segment < Topology.SEGMENTS; segment++) {
            SegmentEntry entry = table.segment(segment);
            assertThat(entry.backups()).as("backups of segment %s", segment).hasSize(1);
            assertThat(location(table, entry.backups().get(0)).distance(location(table, entry.primary())))
                    .as("segment %s: %s", segment, entry).isEqualTo(1);
        }
    }

    private static Location location(Topology table, NodeId node) {
        return table.member(node).location();
    }
}
