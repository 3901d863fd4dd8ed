package dev.baton.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.model.Branch;
import dev.baton.model.Epoch;
import dev.baton.model.Location;
import dev.baton.model.Member;
import dev.baton.model.NodeId;
import dev.baton.model.SegmentEntry;
import dev.baton.model.TableNumber;
import dev.baton.model.Topology;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Found by the simulator (seed 473 of a trial): both sides of a split went on, and one of them goes on for both. */
class SideGoesOnTest {
    private static final NodeId N1 = new NodeId("n1", 1);
    private static final NodeId N2 = new NodeId("n2", 1);
    private static final NodeId N3 = new NodeId("n3", 1);
    private static final Epoch EPOCH = new Epoch(1, N1);
    private static final Epoch OTHER = new Epoch(2, N2);
    private static final Location HERE = new Location("", "", "");

    private final Topology winner = table(new TableNumber(EPOCH, 5), List.of(N1, N2, N3), List.of(Branch.founding(EPOCH)),
            new SegmentEntry(4, N2, List.of(N3), List.of(), 1));
    private final Topology loser = table(new TableNumber(OTHER, 1), List.of(N2),
            List.of(Branch.founding(EPOCH), new Branch(OTHER, new TableNumber(EPOCH, 2), true)),
            new SegmentEntry(7, N2, List.of(), List.of(), 1));

    private final NodeCore core = CoreWindow.start(N1, HERE, List.of(), CoreSettings.defaults(1), null);

    private Epoch claimed(Topology known, NodeId... view) {
        core.step(new Input.Received(N3, new Message.Effective(known)), 0);
        return of(Message.Claim.class, core.step(new Input.ViewChanged(List.of(view)), 0)).findFirst().orElseThrow().epoch();
    }

    private List<Effect> promise(NodeId from, Epoch claimed, Topology table, List<Message.CopyNumber> copies) {
        return core.step(new Input.Received(from, new Message.Promise(claimed, table, table, copies)), 0);
    }

    private static List<Message.CopyNumber> copies(long term) {
        return IntStream.range(0, Topology.SEGMENTS).mapToObj(i -> new Message.CopyNumber(i, term, 9)).toList();
    }

    /** None any more, still being brought, or begun anew by the other side. */
    static Stream<List<Message.CopyNumber>> worthNothing() {
        return Stream.of(List.of(), copies(0), copies(7));
    }

    @ParameterizedTest
    @MethodSource("worthNothing")
    @DisplayName("B6: who went over to the other side and dropped its copies is no owner; everybody is asked what they have")
    void ownersAreThoseWhoStillHaveIt(List<Message.CopyNumber> left) {
        Epoch claimed = claimed(winner, N1, N2, N3);
        List<Effect> effects = promise(N2, claimed, loser, left);
        assertThat(of(Message.Store.class, effects)).as("n3 was not heard").isEmpty();

        effects = promise(N3, claimed, winner, copies(4));
        assertThat(of(Message.Store.class, effects)).isNotEmpty().allSatisfy(m ->
                assertThat(m.table().segments()).allSatisfy(e -> {
                    assertThat(e.primary()).isEqualTo(N3);
                    assertThat(e.term()).as("above both sides'").isGreaterThan(7);
                }));
    }

    @Test
    @DisplayName("I12: what none of the owners has is taken from whoever has something, and people are told")
    void nobodyHasIt() {
        Epoch claimed = claimed(winner, N1, N2, N3);
        promise(N2, claimed, loser, copies(7));
        List<Effect> effects = promise(N3, claimed, winner, List.of());
        assertThat(of(Message.Store.class, effects)).isNotEmpty().allSatisfy(m ->
                assertThat(m.table().segments()).allSatisfy(e -> assertThat(e.created()).isEqualTo(e.term())));
        assertThat(effects).anyMatch(e -> e instanceof Effect.Note note && note.text().contains("lost every owner"));
    }

    @Test
    @DisplayName("an owner that is no member any more is asked as well")
    void ownersThatAreOut() {
        Topology without = table(new TableNumber(EPOCH, 6), List.of(N1, N3), List.of(Branch.founding(EPOCH)),
                new SegmentEntry(4, N2, List.of(), List.of(), 1));
        Epoch claimed = claimed(without, N1, N2, N3);
        assertThat(of(Message.Store.class, promise(N3, claimed, loser, List.of()))).as("n2 was not heard").isEmpty();
        assertThat(of(Message.Store.class, promise(N2, claimed, loser, List.of()))).isNotEmpty();
    }

    @Test
    @DisplayName("a leading node claims anew when an owner that was out comes back")
    void anOwnerComesBack() {
        Topology without = table(new TableNumber(EPOCH, 6), List.of(N1, N3), List.of(Branch.founding(EPOCH)),
                new SegmentEntry(4, N2, List.of(), List.of(), 1));
        Epoch claimed = claimed(without, N1, N3);
        assertThat(of(Message.Store.class, promise(N3, claimed, without, List.of()))).isNotEmpty();
        List<Effect> effects = core.step(new Input.ViewChanged(List.of(N1, N2, N3)), 0);
        assertThat(of(Message.Claim.class, effects)).isNotEmpty().allMatch(m -> m.epoch().compareTo(claimed) > 0);
    }

    private static <M extends Message> Stream<M> of(Class<M> type, List<Effect> effects) {
        return effects.stream().filter(Effect.Send.class::isInstance).map(e -> ((Effect.Send) e).message())
                .filter(type::isInstance).map(type::cast);
    }

    private static Topology table(TableNumber number, List<NodeId> seats, List<Branch> lineage, SegmentEntry entry) {
        List<Member> members = seats.stream().map(n -> new Member(n, HERE, true, false, number)).toList();
        return new Topology(number, lineage, members, seats, Collections.nCopies(Topology.SEGMENTS, entry));
    }
}
