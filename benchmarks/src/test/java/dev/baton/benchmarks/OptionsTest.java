package dev.baton.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class OptionsTest {
    @Test
    void emptyIsNotGiven() {
        Options options = Options.of(new String[] {"--home=x", "--rounds=", "--managers=", "--layouts=robin-2"});
        assertThat(options.rounds()).isEqualTo(3);
        assertThat(options.managers()).startsWith(ManagerKind.STANDARD, ManagerKind.BATON, ManagerKind.DELTA_SYNC);
        assertThat(options.layouts()).containsExactly(new Layout(false, 2));
        assertThat(Options.of(new String[] {"--home=x", "--short=true"}).connections()).containsExactly(16);
    }

    @Test
    void wrongOnesAreRefused() {
        assertThatThrownBy(() -> Options.of(new String[] {"--home=x", "--rounds=0"}))
                .hasMessage("--rounds: 0 outside 1..1000");
        assertThatThrownBy(() -> Options.of(new String[] {"--home=x", "--connections=16,many"}))
                .hasMessage("--connections: 'many' is no number");
        assertThatThrownBy(() -> Options.of(new String[] {"--home=x", "--managers=jdbc"}))
                .hasMessageStartingWith("--managers: 'jdbc' is none of [standard, plain, standard-turns, plain-turns, baton,");
        assertThatThrownBy(() -> Options.of(new String[] {"--home=x", "--layouts=sticky-9"}))
                .hasMessage("--layouts: 'sticky-9' is not sticky-N or robin-N with 2 to 5 nodes");
        assertThatThrownBy(() -> Options.of(new String[] {"--home=x", "--colour=red"})).hasMessage("unknown: --colour");
        assertThatThrownBy(() -> Options.of(new String[0])).hasMessage("--home=... is missing");
    }
}
