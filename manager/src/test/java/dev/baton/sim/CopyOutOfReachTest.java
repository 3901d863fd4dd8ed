package dev.baton.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.model.SegmentEntry;
import dev.baton.model.SessionImage;
import dev.baton.model.SessionKey;
import dev.baton.model.SessionMeta;
import dev.baton.protocol.CoreSettings;
import dev.baton.protocol.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A process that the primary reaches and the backup does not, although the backup gives the primary's answers. */
class CopyOutOfReachTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long RESEND = CoreSettings.defaults(1).resendNanos();

    private Simulation sim;
    private SimNode primary;
    private SimNode backup;
    private SimNode third;
    private SessionKey key;
    private int requests;
    private int relayed;

    @BeforeEach
    void aSessionOfThreeNodes() {
        sim = Simulation.ofThreeSteadyNodes(CoreSettings.defaults(1));
        int segment = sim.scenario().hotSegments.get(0);
        SegmentEntry entry = sim.observer().newest().segment(segment);
        primary = sim.life(entry.primary());
        backup = sim.life(entry.backups().get(0));
        third = sim.nodes().stream().filter(n -> n != primary && n != backup).findAny().orElseThrow();
        key = new SessionKey(sim.scenario().application, sim.driver().drawId(segment));
        SessionImage image = SessionImage.of(new SessionMeta(0, 0, null, null, null), new TreeMap<>());
        Request r = new Request(primary.process(), ++requests, Request.Kind.CREATE, key, 0, (x, outcome) -> { });
        primary.later(() -> r.start(false, image));
        run(SECOND);
        sim.network().tap = m -> relayed += m instanceof Message.Relayed ? 1 : 0;
    }

    private void run(long nanos) {
        sim.until(sim.now() + nanos);
    }

    /** @return how long it took, in simulated nanoseconds */
    private long write(SimNode at) {
        List<Request.Outcome> over = new ArrayList<>();
        Request r = new Request(at.process(), ++requests, Request.Kind.WRITE, key, 1, (x, outcome) -> over.add(outcome));
        long begun = sim.now();
        at.later(() -> r.start(false, null));
        while (over.isEmpty() && sim.now() - begun < 20 * RESEND) {
            run(SECOND / 1_000);
        }
        assertThat(over).containsExactly(Request.Outcome.OK);
        return sim.now() - begun;
    }

    @Test
    @DisplayName("who had to ask again is answered by the primary itself for a while: requests wait once, not each time")
    void requestsWaitOnce() {
        write(primary);
        assertThat(write(third)).as("through the backup").isLessThan(RESEND);
        assertThat(relayed).isPositive();
        sim.network().cutOneWay(backup.name, third.name);
        write(primary);
        assertThat(write(third)).as("nobody says the grant, so it is asked for again").isGreaterThanOrEqualTo(RESEND);
        relayed = 0;
        for (int i = 0; i < 3; i++) {
            write(primary);
            assertThat(write(third)).as("answered by the primary").isLessThan(RESEND / 2);
        }
        assertThat(relayed).isZero();

        sim.network().healOneWay(backup.name, third.name);
        run(11 * RESEND);
        write(primary);
        assertThat(write(third)).isLessThan(RESEND / 2);
        assertThat(relayed).as("through the backup again").isPositive();
    }
}
