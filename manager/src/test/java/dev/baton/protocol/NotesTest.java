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
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a member of a cluster of two says for the log, and when. */
class NotesTest {
    private static final NodeId N1 = new NodeId("n1", 1);
    private static final NodeId N2 = new NodeId("n2", 1);
    private static final NodeId N3 = new NodeId("n3", 1);
    private static final Epoch EPOCH = new Epoch(1, N1);

    private final NodeCore core = CoreWindow.start(N1, Location.UNKNOWN, List.of(), CoreSettings.defaults(1), null);
    private final List<String> notes = new ArrayList<>();
    private long now;

    @BeforeEach
    void isAMember() {
        step(new Input.ViewChanged(List.of(N1, N2)));
        step(new Input.Received(N2, new Message.Effective(table())));
        notes.clear();
    }

    private void step(Input input) {
        core.step(input, now).stream().filter(Effect.Note.class::isInstance).map(e -> ((Effect.Note) e).text())
                .forEach(notes::add);
    }

    private void millis(long millis) {
        for (long left = millis; left > 0; left -= 125) {
            now += TimeUnit.MILLISECONDS.toNanos(125);
            step(new Input.Tick());
        }
    }

    private List<String> served() {
        return notes.stream().filter(text -> text.contains("served")).toList();
    }

    @Test
    @DisplayName("a freeze is told once, when requests are refused for it, and its end; not one that is over before")
    void aFreeze() {
        step(new Input.ViewChanged(List.of(N1)));
        assertThat(core.frozen()).isTrue();
        millis(1_500);
        step(new Input.ViewChanged(List.of(N1, N2)));
        millis(5_000);
        assertThat(served()).isEmpty();

        step(new Input.ViewChanged(List.of(N1)));
        millis(5_000);
        String told = "no majority of [n1#1, n2#1] in sight of [n1#1]: sessions are not served until it is back";
        assertThat(served()).containsExactly(told);
        step(new Input.ViewChanged(List.of(N1, N2)));
        millis(1_000);
        assertThat(served()).containsExactly(told, "sessions are served again");
        step(new Input.ViewChanged(List.of(N1)));
        millis(5_000);
        assertThat(served()).containsExactly(told, "sessions are served again", told);
    }

    @Test
    @DisplayName("who comes with other settings is refused, and named once")
    void otherSettings() {
        Message.Hello hello = new Message.Hello(Location.UNKNOWN, true, CoreSettings.defaults(2).canonical(), List.of());
        step(new Input.ViewChanged(List.of(N1, N2, N3)));
        step(new Input.Received(N3, hello));
        step(new Input.Received(N3, hello));
        assertThat(notes).containsExactly("n3 is refused, its settings differ from the cluster's: here "
                + CoreSettings.defaults(1).canonical() + ", there " + CoreSettings.defaults(2).canonical());
    }

    @Test
    @DisplayName("who comes under the name of a living node, and stays, is refused, and that node says so once")
    void theSameName() {
        NodeId again = new NodeId("n1", 2);
        step(new Input.ViewChanged(List.of(N1, N2, again)));
        millis(5_000);
        step(new Input.ViewChanged(List.of(N1, N2)));
        millis(20_000);
        assertThat(notes).isEmpty();

        step(new Input.ViewChanged(List.of(N1, N2, again)));
        millis(20_000);
        assertThat(notes).containsExactly("another process that started as 'n1' is refused: this node lives");
    }

    private static Topology table() {
        TableNumber first = new TableNumber(EPOCH, 1);
        List<Member> members = List.of(new Member(N1, Location.UNKNOWN, true, false, first),
                new Member(N2, Location.UNKNOWN, true, false, first));
        SegmentEntry entry = new SegmentEntry(1, N2, List.of(), List.of(), 1);
        return new Topology(first, List.of(Branch.founding(EPOCH)), members, List.of(N1, N2),
                Collections.nCopies(Topology.SEGMENTS, entry));
    }
}
