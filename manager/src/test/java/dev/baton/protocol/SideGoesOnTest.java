package dev.baton.protocol;

import static dev.baton.protocol.Tables.sent;
import static dev.baton.protocol.Tables.table;
import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.model.Branch;
import dev.baton.model.Epoch;
import dev.baton.model.Location;
import dev.baton.model.NodeId;
import dev.baton.model.SegmentEntry;
import dev.baton.model.TableNumber;
import dev.baton.model.Topology;
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

    private final Topology winner = table(new TableNumber(EPOCH, 5), List.of(N1, N2, N3),
            new SegmentEntry(4, N2, List.of(N3), List.of(), 1));
    private final Topology loser = table(new TableNumber(OTHER, 1), List.of(N2),
            List.of(Branch.founding(EPOCH), new Branch(OTHER, new TableNumber(EPOCH, 2), true)),
            new SegmentEntry(7, N2, List.of(), List.of(), 1));

    private final NodeCore core = CoreWindow.start(N1, Location.UNKNOWN, List.of(), CoreSettings.defaults(1), null);

    private Epoch claimed(Topology known, NodeId... view) {
        core.step(new Input.Received(N3, new Message.Effective(known)), 0);
        return claimed(view);
    }

    private Epoch claimed(NodeId... view) {
        return sent(Message.Claim.class, core.step(new Input.ViewChanged(List.of(view)), 0)).findFirst().orElseThrow().epoch();
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
        assertThat(sent(Message.Store.class, effects)).as("n3 was not heard").isEmpty();

        effects = promise(N3, claimed, winner, copies(4));
        assertThat(sent(Message.Store.class, effects)).isNotEmpty().allSatisfy(m ->
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
        assertThat(sent(Message.Store.class, effects)).isNotEmpty().allSatisfy(m ->
                assertThat(m.table().segments()).allSatisfy(e -> assertThat(e.created()).isEqualTo(e.term())));
        assertThat(effects).anyMatch(e -> e instanceof Effect.Note note
                && note.text().contains("all 256 segments lost every owner"));
    }

    @Test
    @DisplayName("I12: where only some are lost people are told which, in ranges")
    void nobodyHasSome() {
        Epoch claimed = claimed(winner, N1, N2, N3);
        promise(N2, claimed, loser, copies(7));
        List<Message.CopyNumber> most = copies(4).stream()
                .filter(c -> !List.of(3, 7, 8, 9, 255).contains(c.segment())).toList();
        assertThat(promise(N3, claimed, winner, most)).anyMatch(e -> e instanceof Effect.Note note
                && note.text().equals("5 segments lost every owner and go on with an older copy, which may lack changes:"
                + " 3, 7-9, 255"));
    }

    @Test
    @DisplayName("an owner that is no member any more is asked as well")
    void ownersThatAreOut() {
        Topology without = table(new TableNumber(EPOCH, 6), List.of(N1, N3),
                new SegmentEntry(4, N2, List.of(), List.of(), 1));
        Epoch claimed = claimed(without, N1, N2, N3);
        assertThat(sent(Message.Store.class, promise(N3, claimed, loser, List.of()))).as("n2 was not heard").isEmpty();
        assertThat(sent(Message.Store.class, promise(N2, claimed, loser, List.of()))).isNotEmpty();
    }

    @Test
    @DisplayName("a leading node claims anew when an owner that was out comes back")
    void anOwnerComesBack() {
        Topology without = table(new TableNumber(EPOCH, 6), List.of(N1, N3),
                new SegmentEntry(4, N2, List.of(), List.of(), 1));
        Epoch claimed = claimed(without, N1, N3);
        assertThat(sent(Message.Store.class, promise(N3, claimed, without, List.of()))).isNotEmpty();
        List<Effect> effects = core.step(new Input.ViewChanged(List.of(N1, N2, N3)), 0);
        assertThat(sent(Message.Claim.class, effects)).isNotEmpty().allMatch(m -> m.epoch().compareTo(claimed) > 0);
    }

    @Test
    @DisplayName("B5: a new reign lists those who are brought a copy anew: what they had may be gone, and a report of it is late")
    void joinersAreListedAnew() {
        Topology joining = table(new TableNumber(EPOCH, 6), List.of(N1, N2, N3),
                new SegmentEntry(4, N2, List.of(), List.of(new SegmentEntry.Joiner(N3, new TableNumber(EPOCH, 3))), 1));
        Epoch claimed = claimed(joining, N1, N2, N3);
        List<Effect> effects = promise(N2, claimed, joining, copies(4));
        assertThat(sent(Message.Store.class, effects)).isNotEmpty().allSatisfy(m ->
                assertThat(m.table().segment(0).joiner(N3).since()).isEqualTo(new TableNumber(claimed, 1)));
    }

    @Test
    @DisplayName("B6: who was asked stores the table of the side that goes on, and acts by it")
    void whoWasAskedFollows() {
        core.step(new Input.Received(N3, new Message.Effective(winner)), 0);
        TableNumber number = new TableNumber(new Epoch(3, N3), 1);
        Topology theirs = table(number, List.of(N2), loser.lineage(), new SegmentEntry(9, N2, List.of(), List.of(), 1));
        assertThat(sent(Message.Effective.class, store(theirs, false))).as("its side has more seats").isNotEmpty();
        assertThat(sent(Message.Stored.class, store(theirs, true))).isNotEmpty();
        core.step(new Input.Received(N3, new Message.Effective(theirs)), 0);
        assertThat(core.effective()).isEqualTo(theirs);
    }

    @Test
    @DisplayName("B6: a reign does not begin anew over what it weighed, though its first table counts for nothing")
    void whatWasWeighedIsDecided() {
        NodeId n4 = new NodeId("n4", 1);
        NodeId n5 = new NodeId("n5", 1);
        Topology lonely = table(new TableNumber(EPOCH, 5), List.of(N1, N3, n4, n5),
                new SegmentEntry(4, n4, List.of(n5), List.of(), 1));
        Topology alone = table(new TableNumber(OTHER, 2), List.of(N2), loser.lineage(), loser.segment(0));
        Epoch claimed = claimed(lonely, N1, N2, N3);
        promise(N3, claimed, lonely, copies(4));
        promise(N2, claimed, alone, copies(7));
        core.step(new Input.Forget("n4"), 0);
        assertThat(sent(Message.Store.class, core.step(new Input.Forget("n5"), 0)))
                .anyMatch(m -> m.asked() && alone.outnumbers(m.table()));
        List<Effect> heard = core.step(new Input.Received(N2, new Message.Effective(alone)), 0);
        assertThat(sent(Message.Claim.class, heard)).isEmpty();

        for (long n = 1; n <= 3; n++) {
            core.step(new Input.Received(N3, new Message.Stored(new TableNumber(claimed, n))), 0);
        }
        heard = core.step(new Input.Received(N2, new Message.Effective(alone)), 0);
        assertThat(sent(Message.Store.class, heard)).as("n2 missed what was decided").singleElement()
                .matches(m -> m.asked() && m.table().equals(core.effective()));
    }

    private List<Effect> store(Topology table, boolean asked) {
        return core.step(new Input.Received(N3, new Message.Store(table, asked)), 0);
    }

    private List<Message.Refused> hearsOfAnotherSide(Epoch reign, SegmentEntry entry) {
        Topology theirs = table(new TableNumber(reign, 3), List.of(N1, N2, N3), entry);
        List<Effect> effects = core.step(new Input.Received(N3, new Message.Effective(theirs)), 0);
        assertThat(core.effective()).isEqualTo(loser);
        return sent(Message.Refused.class, effects).toList();
    }

    @Test
    @DisplayName("B6: what a node has promised to say stays true: it follows no other side's older reign")
    void whoPromisedStays() {
        Epoch later = new Epoch(9, N2);
        core.step(new Input.ViewChanged(List.of(N2, N1)), 0);
        core.step(new Input.Received(N2, new Message.Effective(loser)), 0);
        core.step(new Input.Received(N2, new Message.Claim(later)), 0);
        Epoch reign = new Epoch(8, N3);
        assertThat(hearsOfAnotherSide(reign, new SegmentEntry(4, N3, List.of(), List.of(), 1)))
                .containsExactly(new Message.Refused(reign, later));
    }

    @Test
    @DisplayName("B6: a table of another side that has this node as primary of what it has not is left alone")
    void whoLacksStays() {
        core.step(new Input.ViewChanged(List.of(N2, N1)), 0);
        core.step(new Input.Received(N2, new Message.Effective(loser)), 0);
        Epoch reign = new Epoch(8, N3);
        assertThat(hearsOfAnotherSide(reign, new SegmentEntry(4, N1, List.of(), List.of(), 1)))
                .as("whoever leads has to ask").singleElement()
                .matches(m -> m.claimed().equals(reign) && m.promised().compareTo(reign) > 0);
    }

    @Test
    @DisplayName("B6: who gave up a reign that a majority had begun is waited for by the next")
    void whoGaveTheReignUpIsHeard() {
        Epoch first = claimed(winner, N1, N2, N3);
        assertThat(sent(Message.Store.class, promise(N3, first, winner, copies(4)))).isNotEmpty();
        Epoch others = new Epoch(first.number() + 1, N2);
        List<Effect> effects = core.step(new Input.Received(N2, new Message.Refused(first, others)), 0);
        Epoch next = sent(Message.Claim.class, effects).findFirst().orElseThrow().epoch();
        assertThat(sent(Message.Store.class, promise(N3, next, winner, copies(4)))).as("n2 was not heard").isEmpty();
        assertThat(sent(Message.Store.class, promise(N2, next, loser, List.of()))).isNotEmpty();
    }

    @Test
    @DisplayName("B6: whoever gave up a reign is not waited for without end: its view may be another")
    void nobodyIsWaitedForWithoutEnd() {
        Epoch first = claimed(winner, N1, N2, N3);
        promise(N3, first, winner, copies(4));
        List<Effect> effects = core.step(new Input.Received(N2, new Message.Refused(first, new Epoch(first.number() + 1, N2))), 0);
        Epoch next = sent(Message.Claim.class, effects).findFirst().orElseThrow().epoch();
        promise(N3, next, winner, copies(4));
        assertThat(sent(Message.Store.class, core.step(new Input.Tick(), 60_000_000_000L))).isNotEmpty();
    }

    @Test
    @DisplayName("B6: a backup that is in sync has what its primary dropped on the other side, however the segment began")
    void theBackupOfASegmentBegunAnewGoesOn() {
        Topology anew = table(winner.number(), List.of(N1, N2, N3), winner.lineage(),
                new SegmentEntry(4, N2, List.of(N3), List.of(), 4));
        Epoch claimed = claimed(anew, N1, N2, N3);
        promise(N2, claimed, loser, List.of());
        assertThat(sent(Message.Store.class, promise(N3, claimed, anew, copies(4)))).isNotEmpty().allSatisfy(m ->
                assertThat(m.table().segments()).allSatisfy(e -> {
                    assertThat(e.primary()).isEqualTo(N3);
                    assertThat(e.created()).isEqualTo(4);
                }));
    }

    @Test
    @DisplayName("B6: who sees no majority puts nobody out: those out of its sight may see each other")
    void nobodyIsPutOutUnseen() {
        Topology mine = table(new TableNumber(EPOCH, 6), List.of(N1, N2, N3),
                new SegmentEntry(4, N1, List.of(N2, N3), List.of(), 4));
        Epoch claimed = claimed(mine, N1, N2, N3);
        promise(N2, claimed, mine, copies(4));
        core.step(new Input.ViewChanged(List.of(N1)), 0);
        List<Effect> effects = core.step(new Input.Received(N2, new Message.Stored(new TableNumber(claimed, 1))), 0);
        assertThat(core.effective().number()).as("stored by a majority").isEqualTo(new TableNumber(claimed, 1));
        assertThat(sent(Message.Store.class, effects)).isEmpty();

        effects = core.step(new Input.ViewChanged(List.of(N1, N2)), 0);
        assertThat(sent(Message.Store.class, effects)).isNotEmpty().allMatch(m -> m.table().member(N3) == null);
    }

    @Test
    @DisplayName("S1: who founds a cluster lists those who are there with the next table, in the same step")
    void foundedAtOnce() {
        Message.Hello hello = new Message.Hello(Location.UNKNOWN, true, CoreSettings.defaults(1).canonical(), List.of());
        core.step(new Input.Received(N2, hello), 0);
        Epoch claimed = claimed(N1, N2);
        assertThat(sent(Message.Store.class, promise(N2, claimed, null, List.of())).map(m -> m.table().number().n()))
                .contains(1L, 2L);
    }
}
