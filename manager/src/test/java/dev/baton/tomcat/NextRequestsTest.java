package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NextRequestsTest {
    private static final int ENOUGH = 200;

    private final NextRequests requests = new NextRequests();

    private void looked(boolean found) {
        for (int i = 0; i < ENOUGH; i++) {
            requests.looked(found);
        }
    }

    private long looks() {
        return IntStream.range(0, 10 * NextRequests.PROBED).filter(i -> requests.worthLooking()).count();
    }

    @Test
    void atFirstEveryConnectionIsLookedAt() {
        assertThat(looks()).isEqualTo(10 * NextRequests.PROBED);
    }

    @Test
    void whereLookingIsInVainFewAreLookedAt() {
        looked(false);
        assertThat(looks()).isEqualTo(10);
    }

    @Test
    void oneRequestThatComesLateChangesNothing() {
        looked(true);
        requests.looked(false);
        assertThat(looks()).isEqualTo(10 * NextRequests.PROBED);
    }

    @Test
    void whatHasChangedIsLearntAgain() {
        looked(false);
        looked(true);
        assertThat(looks()).isEqualTo(10 * NextRequests.PROBED);
    }
}
