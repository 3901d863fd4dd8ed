package dev.baton.demo.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LedgerTest {
    private final Ledger ledger = new Ledger();

    @BeforeEach
    void threeChangesOfWhichTheThirdWasNotConfirmed() {
        ledger.confirmed(ledger.send("tea", 2), "node1");
        ledger.confirmed(ledger.send("tea", 3), "node2");
        ledger.send("plant", 1);
    }

    @Test
    void whatWasConfirmedMustBeThereAndWhatWasNotMay() {
        assertThat(ledger.compare(new CartText(Map.of("tea", 5), List.of(1, 2)))).isEmpty();
        assertThat(ledger.compare(new CartText(Map.of("tea", 5, "plant", 1), List.of(1, 2, 3)))).isEmpty();
    }

    @Test
    void aLostChangeIsNamed() {
        assertThat(ledger.compare(new CartText(Map.of("tea", 2), List.of(1))))
                .containsExactly("change 2 (3 × tea, confirmed by node2) is lost");
        assertThat(ledger.compare(new CartText(Map.of(), List.of()))).hasSize(2);
    }

    @Test
    void aLostUpdateIsSeenThoughItsNumberIsThere() {
        assertThat(ledger.compare(new CartText(Map.of("tea", 3), List.of(1, 2)))).containsExactly(
                "the quantities are {tea=3}, but the changes made add up to {tea=5}");
    }

    @Test
    void aChangeMadeTwiceOrByNobodyIsNamed() {
        assertThat(ledger.compare(new CartText(Map.of("tea", 5), List.of(1, 2, 2))))
                .containsExactly("change 2 was made twice");
        assertThat(ledger.compare(new CartText(Map.of("tea", 5), List.of(1, 2, 9))))
                .containsExactly("change 9 was never sent");
    }

    @Test
    void aCartComesAsLinesOfText() {
        assertThat(CartText.parse("item tea 5\nchange 1\nchange 2\n"))
                .isEqualTo(new CartText(Map.of("tea", 5), List.of(1, 2)));
        assertThatThrownBy(() -> CartText.parse("<html>")).hasMessageContaining("'<html>'");
        assertThatThrownBy(() -> CartText.parse("item tea many")).hasMessageContaining("'item tea many'");
    }
}
