package dev.baton.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.codec.MessageCodec;
import dev.baton.model.NodeId;
import dev.baton.model.SessionImage;
import dev.baton.model.SessionKey;
import dev.baton.model.SessionMeta;
import dev.baton.protocol.Change;
import dev.baton.protocol.CoreSettings;
import dev.baton.protocol.CoreWindow;
import dev.baton.protocol.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What travels to backups, counted in bytes of encoded messages, in a cluster under the simulator. */
class BackupsByDifferenceTest {
    private static final long SECOND = 1_000_000_000L;
    private static final int WHOLE = 6_000;

    private Simulation sim;
    private SimNode primary;
    private SimNode backup;
    private SessionKey key;
    private int requests;
    private final List<Change> changes = new ArrayList<>();
    private final List<Message.Attached> attached = new ArrayList<>();
    private long bytes;

    @BeforeEach
    void aSessionWithItsBackup() {
        sim = Simulation.ofThreeSteadyNodes(CoreSettings.defaults(1).withWindowBytes(1));
        int segment = sim.scenario().hotSegments.get(0);
        primary = sim.life(sim.observer().newest().segment(segment).primary());
        backup = sim.life(sim.observer().newest().segment(segment).backups().get(0));
        key = new SessionKey(sim.scenario().application, sim.driver().drawId(segment));
        TreeMap<String, byte[]> attributes = new TreeMap<>();
        attributes.put("catalogue", new byte[WHOLE]); // never changed
        attributes.put("a0", new byte[40]);
        SessionImage image = SessionImage.of(new SessionMeta(0, 0, null, null, null), attributes);
        Request r = new Request(primary.process(), ++requests, Request.Kind.CREATE, key, 0, (x, outcome) -> { });
        primary.later(() -> r.start(false, image));
        run(SECOND);
        sim.network().tap = this::count;
    }

    private void run(long nanos) {
        sim.until(sim.now() + nanos);
    }

    private void write(int times) {
        for (int i = 0; i < times; i++) {
            Request r = new Request(primary.process(), ++requests, Request.Kind.WRITE, key, 1, (x, outcome) -> { });
            primary.later(() -> r.start(false, null));
            run(SECOND / 100);
        }
    }

    private void count(Message m) {
        if (m instanceof Message.Replicate r && r.segment() == key.segment()) {
            r.changes().stream().filter(c -> !(c instanceof Change.Touched)).forEach(changes::add);
            bytes += new MessageCodec().encode(List.of(m)).length;
        } else if (m instanceof Message.Attached a && a.segment() == key.segment()) {
            attached.add(a);
        }
    }

    private void assertBackupEqual(NodeId expected) {
        NodeId now = sim.observer().newest().segment(key.segment()).backups().get(0);
        assertThat(now).isEqualTo(expected);
        assertThat(CoreWindow.stored(sim.life(now).core(), key)).isEqualTo(CoreWindow.stored(primary.core(), key));
    }

    @Test
    @DisplayName("B2, B4: many changes while a backup stands still cost one delta; what did not change is left out")
    void changesToASlowBackupBecomeOne() {
        backup.pause();
        write(30);
        run(SECOND / 10);
        assertThat(changes).as("the first change is under way, the others wait").hasSize(1);
        backup.resume();
        run(3 * SECOND);
        List<Change> sent = changes.stream().distinct().toList();
        assertThat(sent).hasSize(2);
        assertThat(sent.get(1)).isInstanceOfSatisfying(Change.Synced.class, c -> {
            assertThat(c.base()).as("one step over all of them").isEqualTo(2);
            assertThat(c.made().get(c.made().size() - 1).version()).isEqualTo(31);
            assertThat(c.changes()).allMatch(a -> !a.name().equals("catalogue"));
        });
        assertThat(bytes).as("bytes of 30 changes").isLessThan(600);
        assertBackupEqual(backup.id());
    }

    @Test
    @DisplayName("B2: a change that happened alone travels as the holder's own patch")
    void aSingleChangeTravelsAsItIs() {
        write(5);
        assertThat(changes).hasSize(5).allMatch(c -> c instanceof Change.Applied);
        assertBackupEqual(backup.id());
    }

    @Test
    @DisplayName("B5: a backup that was taken for lost and comes back gets what it lacks, not the image")
    void aReturningBackupGoesOnWhereItStopped() {
        sim.nodes().stream().filter(n -> n != backup).forEach(n -> {
            sim.network().cutOneWay(n.name, backup.name);
            sim.network().cutOneWay(backup.name, n.name);
        });
        run(30 * SECOND);
        assertThat(sim.observer().newest().segment(key.segment()).lists(backup.id())).as("out of the table").isFalse();
        write(30);
        changes.clear();
        bytes = 0;
        sim.network().healAll();
        run(20 * SECOND);
        assertThat(attached).last().extracting(Message.Attached::match).isEqualTo(Message.Match.CONTINUED);
        assertThat(changes).hasSize(1).first().isInstanceOf(Change.Synced.class);
        assertThat(bytes).isLessThan(600);
        assertBackupEqual(backup.id());
    }

    @Test
    @DisplayName("B5: a backup that is away for longer than that is kept in mind gets an image")
    void aBackupAwayForTooLongGetsAnImage() {
        sim.nodes().stream().filter(n -> n != backup).forEach(n -> {
            sim.network().cutOneWay(n.name, backup.name);
            sim.network().cutOneWay(backup.name, n.name);
        });
        run(30 * SECOND);
        write(3);
        run(70 * SECOND);
        changes.clear();
        sim.network().healAll();
        run(20 * SECOND);
        assertThat(changes).anyMatch(c -> c instanceof Change.Copied d && d.session().image().size() > WHOLE);
        assertBackupEqual(backup.id());
    }
}
