package dev.baton.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Which tables stand on one line, and who wins where both sides went on (seed 13242). */
class TopologyTest {
    private static final NodeId N2 = new NodeId("n2", 1);
    private static final NodeId N4 = new NodeId("n4", 1);
    private static final Branch FOUNDING = Branch.founding(new Epoch(1, N2));
    private static final TableNumber SPLIT = number(1, N2, 5);
    private static final Branch ALONE = new Branch(new Epoch(4, N4), SPLIT, false);
    private static final Branch GIVEN_UP = new Branch(new Epoch(4, N4), SPLIT, true);

    private final Topology survivor = table(number(4, N4, 1), FOUNDING, ALONE);

    @Test
    @DisplayName("A step without a majority continues the tables up to the one it started from, and its own line")
    void continuesItsLine() {
        assertThat(survivor.continues(table(SPLIT, FOUNDING))).isTrue();
        assertThat(survivor.continues(table(number(1, N2, 4), FOUNDING))).isTrue();
        assertThat(table(SPLIT, FOUNDING).continues(survivor)).isFalse();
        assertThat(table(number(5, N2, 1), FOUNDING, ALONE).continues(survivor)).isTrue();
        assertThat(survivor.continues(table(number(5, N2, 1), FOUNDING, ALONE))).as("on one line numbers decide").isTrue();
    }

    @Test
    @DisplayName("Who has a later table without the step went on too, whatever the epochs are")
    void bothSidesWentOn() {
        for (TableNumber later : List.of(number(1, N2, 6), number(3, N2, 1), number(9, N2, 1))) {
            Topology other = table(later, FOUNDING);

            assertThat(survivor.continues(other)).as("%s", later).isFalse();
            assertThat(other.continues(survivor)).as("%s", later).isFalse();
        }
    }

    @Test
    @DisplayName("A majority outlasts the last survivor of an older table, but not who gave nodes up")
    void majorityOutlasts() {
        Topology majority = table(number(2, N2, 1), FOUNDING);

        assertThat(majority.outlasted(survivor)).isTrue();
        assertThat(survivor.outlasted(majority)).isFalse();
        assertThat(majority.outlasted(table(number(4, N4, 1), FOUNDING, GIVEN_UP))).isFalse();
        assertThat(table(number(3, N2, 1), FOUNDING, new Branch(new Epoch(3, N2), number(2, N2, 1), true))
                .outlasted(survivor)).as("it was a majority until after the split").isTrue();
        assertThat(table(number(3, N2, 1), FOUNDING, new Branch(new Epoch(3, N2), SPLIT, false)).outlasted(survivor))
                .as("from the same table").isFalse();
    }

    @Test
    @DisplayName("Where nodes were given up the side with more seats goes on; a first table that still lists them has none")
    void moreSeatsGoOn() {
        Topology three = seats(3, table(number(1, N2, 6), FOUNDING));
        Topology one = seats(1, table(number(4, N4, 2), FOUNDING, GIVEN_UP));
        Topology first = seats(4, table(number(4, N4, 1), FOUNDING, GIVEN_UP));

        assertThat(three.outnumbers(one)).isTrue();
        assertThat(one.outnumbers(three)).isFalse();
        assertThat(three.outnumbers(first)).isTrue();
        assertThat(first.outnumbers(three)).isFalse();
        assertThat(one.outnumbers(seats(1, three))).isFalse();
        assertThat(seats(3, table(SPLIT, FOUNDING)).outnumbers(one)).as("it led to this one").isFalse();
        assertThat(seats(9, survivor).outnumbers(seats(1, table(number(2, N2, 1), FOUNDING)))).as("a majority").isFalse();
        Topology midReign = seats(4, table(number(4, N4, 8), FOUNDING, new Branch(new Epoch(4, N4), number(4, N4, 7), true)));
        Topology later = seats(3, table(number(5, N2, 1), FOUNDING));
        assertThat(midReign.outnumbers(later)).isFalse();
        assertThat(midReign.withNumber(number(4, N4, 9)).outnumbers(later)).isTrue();
    }

    @Test
    @DisplayName("Numbers of another side's tables did not lead up to this one, though they are lower")
    void followsItsOwnNumbers() {
        Topology table = table(number(4, N4, 3), FOUNDING, GIVEN_UP);

        for (TableNumber before : List.of(number(1, N2, 1), SPLIT, number(4, N4, 1), number(4, N4, 3))) {
            assertThat(table.follows(before)).as("%s", before).isTrue();
        }
        for (TableNumber other : List.of(number(1, N2, 6), number(3, N2, 1), number(4, N4, 4), number(5, N2, 1))) {
            assertThat(table.follows(other)).as("%s", other).isFalse();
        }
    }

    @Test
    @DisplayName("Two clusters have nothing in common")
    void strangers() {
        Topology stranger = table(number(9, N4, 1), Branch.founding(new Epoch(1, N4)));

        assertThat(stranger.continues(survivor)).isFalse();
        assertThat(survivor.continues(stranger)).isFalse();
        assertThat(stranger.outlasted(survivor)).isFalse();
        assertThat(survivor.outlasted(stranger)).isFalse();
    }

    @Test
    @DisplayName("The last steps are kept; who was away for longer is behind, whatever steps it knows")
    void keepsTheLastSteps() {
        Topology table = table(SPLIT, FOUNDING);
        List<Topology> line = new ArrayList<>();
        for (int i = 2; i < Topology.STEPS + 5; i++) {
            Branch step = new Branch(new Epoch(i, N4), table.number(), true);
            table = table.withNumber(number(i, N4, 1)).branched(step);
            line.add(table);
        }

        assertThat(table.lineage()).hasSize(1 + Topology.STEPS).startsWith(FOUNDING).doesNotContain(line.get(0).lineage().get(1));
        for (Topology before : line) {
            assertThat(table.continues(before)).as("%s", before.lineage()).isTrue();
            assertThat(before.continues(table)).as("%s", before.lineage()).isEqualTo(before == table);
        }
        assertThat(table.continues(table(number(40, N2, 1), FOUNDING))).as("a majority that went on").isFalse();
        assertThat(table.continues(table(SPLIT, Branch.founding(new Epoch(1, N4))))).as("another cluster").isFalse();
    }

    @Test
    @DisplayName("A table without a founding, or with more steps than are kept, is refused")
    void lineagesAreBounded() {
        assertThatIllegalArgumentException().isThrownBy(() -> table(SPLIT));
        assertThatIllegalArgumentException().isThrownBy(
                () -> table(SPLIT, Collections.nCopies(Topology.STEPS + 2, FOUNDING).toArray(Branch[]::new)));
    }

    private static TableNumber number(long epoch, NodeId coordinator, long n) {
        return new TableNumber(new Epoch(epoch, coordinator), n);
    }

    private static Topology seats(int count, Topology table) {
        List<Member> members = IntStream.range(0, count).mapToObj(i -> new Member(new NodeId("n" + i, 1),
                new Location("", "", ""), true, false, TableNumber.NONE)).toList();
        return new Topology(table.number(), table.lineage(), members, List.of(), table.segments());
    }

    private static Topology table(TableNumber number, Branch... lineage) {
        SegmentEntry entry = new SegmentEntry(1, N2, List.of(), List.of(), 1);
        return new Topology(number, List.of(lineage), List.of(), List.of(),
                Collections.nCopies(Topology.SEGMENTS, entry));
    }
}
