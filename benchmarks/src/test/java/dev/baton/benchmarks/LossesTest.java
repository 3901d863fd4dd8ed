package dev.baton.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class LossesTest {
    @Test
    void lostIsWhatNoNodeHasButWasAcknowledged() {
        Losses.Outcome outcome = Losses.Outcome.of(bits(1, 2, 3, 4), List.of(bits(4, 9), bits(1, 2, 3, 7)), 5, 6);
        assertThat(outcome).isEqualTo(new Losses.Outcome(4, 1, 5, 6));
        assertThat(outcome.percentLost()).isEqualTo(25);
    }

    @Test
    void allIsLostWhereNobodyKnowsTheSession() {
        assertThat(Losses.Outcome.of(bits(1, 2), List.of(), 0, 0).lost()).isEqualTo(2);
        assertThat(Losses.Outcome.of(bits(), List.of(), 0, 3).percentLost()).isZero();
    }

    private static BitSet bits(int... numbers) {
        BitSet bits = new BitSet();
        for (int number : numbers) {
            bits.set(number);
        }
        return bits;
    }
}
