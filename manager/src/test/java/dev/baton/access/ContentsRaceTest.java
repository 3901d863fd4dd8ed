package dev.baton.access;

import dev.baton.model.Fence;
import dev.baton.model.SessionMeta;
import dev.baton.model.Stamp;
import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** The store's answer to a creation beside the next change, by the model checker; see {@link TokenGateRaceTest}. */
@Timeout(120)
@EnabledForJreRange(max = JRE.JAVA_21, disabledReason = "the model checker cannot read the classes of newer JDKs")
@Tag("races")
class ContentsRaceTest {
    private static final Fence FENCE = new Fence(1, 1);

    @Test
    @DisplayName("S5: that the store has a session takes no version back that a request has given it meanwhile")
    void noVersionIsTakenBack() {
        Lincheck.runConcurrentTest(10, () -> {
            Contents contents = Contents.created(new SessionMeta(1, 0, null, null, null));
            contents.stamp(new Stamp(Fence.NONE, 1));
            Thread next = new Thread(() -> contents.stamp(new Stamp(FENCE, 2)));
            next.start();
            contents.stored(FENCE);
            try {
                next.join();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            if (!contents.stamp().equals(new Stamp(FENCE, 2))) {
                throw new AssertionError(contents.stamp().toString());
            }
        });
    }
}
