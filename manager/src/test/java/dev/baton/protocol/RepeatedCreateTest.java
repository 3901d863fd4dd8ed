package dev.baton.protocol;

import static dev.baton.protocol.Tables.sent;
import static dev.baton.protocol.Tables.table;
import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.model.Epoch;
import dev.baton.model.Location;
import dev.baton.model.NodeId;
import dev.baton.model.SegmentEntry;
import dev.baton.model.SessionImage;
import dev.baton.model.SessionKey;
import dev.baton.model.SessionMeta;
import dev.baton.model.TableNumber;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Found by the simulator (seed 940460): a session that its maker had was taken back when its backup went away. */
class RepeatedCreateTest {
    private static final NodeId PRIMARY = new NodeId("n1", 1);
    private static final NodeId BACKUP = new NodeId("n2", 1);
    private static final NodeId MAKER = new NodeId("n3", 1);
    private static final Epoch EPOCH = new Epoch(1, PRIMARY);
    private static final SessionKey KEY = new SessionKey(SessionKey.applicationHash("shop"), "s1");
    private static final SessionImage IMAGE = SessionImage.of(new SessionMeta(1, 0, null, null, null), new TreeMap<>());

    private final CoreSettings settings = CoreSettings.defaults(1).withMinInSync(1);
    private final NodeCore core = CoreWindow.start(PRIMARY, Location.UNKNOWN, List.of(), settings, null);

    private void acts(long n, List<NodeId> backups) {
        hears(new Message.Effective(table(new TableNumber(EPOCH, n), List.of(PRIMARY, BACKUP, MAKER),
                new SegmentEntry(1, PRIMARY, backups, List.of(), 1))));
    }

    private List<Effect> hears(Message m) {
        return core.step(new Input.Received(BACKUP, m), 0);
    }

    private long serves() {
        core.step(new Input.ViewChanged(List.of(PRIMARY, BACKUP, MAKER)), 0);
        acts(5, List.of(BACKUP));
        Message.Attach attach = sent(Message.Attach.class, core.step(new Input.Tick(), 10_000_000_000L))
                .filter(a -> a.segment() == KEY.segment()).findFirst().orElseThrow();
        hears(new Message.Attached(KEY.segment(), 1, attach.stream(), Message.Match.EQUAL, 0));
        return attach.stream();
    }

    private long made() {
        long stream = serves();
        core.step(new Input.Create(KEY, IMAGE, 0), 0);
        return stream;
    }

    private List<Effect> madeElsewhere() {
        return core.step(new Input.Received(MAKER, new Message.Create(1, KEY, IMAGE, 0)), 0);
    }

    @Test
    @DisplayName("minInSync: a session that its maker has is not taken back, whatever becomes of the backup")
    void whoWasToldKeepsIt() {
        long stream = made();
        assertThat(hears(new Message.Replicated(KEY.segment(), 1, stream, 1))).anyMatch(Effect.Created.class::isInstance);
        acts(6, List.of());
        core.step(new Input.Received(PRIMARY, new Message.Create(1, KEY, IMAGE, 0)), 0);
        assertThat(CoreWindow.stored(core, KEY).tombstone()).isFalse();
    }

    @Test
    @DisplayName("minInSync: one that nobody was told of is taken back when its backup goes away")
    void whatNobodyHasIsTakenBack() {
        made();
        acts(6, List.of());
        assertThat(core.step(new Input.Tick(), 20_000_000_000L)).contains(new Effect.CreateFailed(KEY, Denial.TOO_FEW_COPIES));
        assertThat(CoreWindow.stored(core, KEY).tombstone()).isTrue();
    }

    @Test
    @DisplayName("minInSync: so is one made at another node, which hears of it from the primary and from no copy")
    void whatNobodyElsewhereHasIsTakenBack() {
        serves();
        madeElsewhere();
        acts(6, List.of());
        assertThat(madeElsewhere()).contains(new Effect.Send(MAKER, new Message.Denied(1, KEY, Denial.TOO_FEW_COPIES, null,
                new TableNumber(EPOCH, 6))));
        assertThat(CoreWindow.stored(core, KEY).tombstone()).isTrue();
    }

    @Test
    @DisplayName("minInSync: a maker at another node that was told keeps its session")
    void whoWasToldElsewhereKeepsIt() {
        long stream = serves();
        madeElsewhere();
        assertThat(hears(new Message.Replicated(KEY.segment(), 1, stream, 1)))
                .anyMatch(e -> e instanceof Effect.Send s && s.to().equals(MAKER) && s.message() instanceof Message.Grant);
        acts(6, List.of());
        madeElsewhere();
        assertThat(CoreWindow.stored(core, KEY).tombstone()).isFalse();
    }
}
