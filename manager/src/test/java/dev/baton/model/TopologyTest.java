package dev.baton.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class TopologyTest {
    private static final NodeId N2 = new NodeId("n2", 1);
    private static final NodeId N4 = new NodeId("n4", 1);
    private static final Epoch FOUNDING = new Epoch(1, N2);
    private static final Epoch STEP = new Epoch(2, N4);

    @Test
    @DisplayName("A step without a majority does not continue tables of later epochs that lack it (seed 13242)")
    void bothSidesWentOn() {
        Topology stepped = table(STEP, FOUNDING, STEP);
        Topology other = table(new Epoch(3, N2), FOUNDING);

        assertThat(stepped.continues(other)).isFalse();
        assertThat(other.continues(stepped)).isFalse();
        assertThat(stepped.continues(table(FOUNDING, FOUNDING))).isTrue();
        assertThat(stepped.continues(table(STEP, FOUNDING))).as("the table before the step, of its epoch").isTrue();
        assertThat(table(new Epoch(4, N2), FOUNDING, STEP).continues(stepped)).isTrue();
    }

    private static Topology table(Epoch epoch, Epoch... lineage) {
        SegmentEntry entry = new SegmentEntry(1, N2, List.of(), List.of(), 1);
        return new Topology(new TableNumber(epoch, 1), List.of(lineage), List.of(), List.of(),
                Collections.nCopies(Topology.SEGMENTS, entry));
    }
}
