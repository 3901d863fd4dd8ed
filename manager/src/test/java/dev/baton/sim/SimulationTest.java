package dev.baton.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The protocol under everything that can go wrong, by seed.
 *
 * <p>{@code -Dbaton.sim.seeds=N} runs that many seeds, {@code -Dbaton.sim.from=N} begins there;
 * {@code -Dtest=SimulationTest#replay -Dbaton.sim.seed=N -Dbaton.sim.trace=true} shows one of them.
 */
class SimulationTest {
    @Test
    @DisplayName("I1 to I12 and L1 to L6 hold over a thousand seeds")
    void invariantsHold() throws InterruptedException {
        long from = Long.getLong("baton.sim.from", 1);
        long seeds = Long.getLong("baton.sim.seeds", 1_000);
        Seeds.Outcome o = Seeds.run(from, seeds, 2, 5);
        StringBuilder text = new StringBuilder();
        o.failures().forEach((seed, failure) -> text.append("\nseed ").append(seed).append(": ").append(failure)
                .append("\n  ").append(Seeds.replayCommand(seed)));
        assertThat(text.toString()).as("runs that broke an invariant").isEmpty();
        assertThat(o.runs()).isEqualTo(seeds);
        // A simulator in which nothing happens finds nothing.
        assertThat(o.successes()).as("requests answered").isGreaterThan(seeds * 20);
        assertThat(o.grants()).as("tokens granted").isGreaterThan(seeds * 10);
        assertThat(o.destroyed()).as("sessions destroyed").isGreaterThan(seeds / 2);
        assertThat(o.coalesced()).as("B2: several changes sent to a backup as one").isGreaterThan(seeds * 10);
        assertThat(o.continued()).as("B5: backups that went on where they had stopped").isGreaterThan(seeds / 10);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 3, 5, 6, 15, 105})
    @DisplayName("they hold where a node goes on alone and meets those who had gone on by majority (seed 13242)")
    void majoritiesOutlast(long seed) {
        assertThat(Hunt.run(seed, null, null, Profile.OUTLIVED)).isNull();
    }

    @ParameterizedTest
    @ValueSource(longs = {34, 59, 109, 149, 322, 500, 641, 693, 770, 849, 1181, 1219, 1625, 2193})
    @DisplayName("no node is made owner of what it does not have where sides give each other up and meet again (seed 402712)")
    void sidesThatGaveEachOtherUp(long seed) {
        assertThat(Hunt.run(seed, null, null, Profile.GIVEN_UP)).isNull();
    }

    @Test
    @DisplayName("with acknowledge=primary nothing acknowledged is lost unless its holder and its primary go together")
    void theHolderKeepsWhatThePrimaryTook() {
        for (long seed = 1; seed <= 60; seed++) {
            assertThat(Hunt.run(seed, null, null, Profile.EARLY)).as("seed %s", seed).isNull();
        }
    }

    @Test
    @DisplayName("S3: they hold where some nodes leave the store to the others")
    void storeElsewhere() {
        for (long seed = 1; seed <= 60; seed++) {
            assertThat(Hunt.run(seed, null, null, Profile.STORE_ELSEWHERE)).as("seed %s", seed).isNull();
        }
    }

    @Test
    @DisplayName("they hold where ended sessions are forgotten while nodes go, come back and lag behind")
    void endedSessionsAreForgotten() {
        long purged = 0;
        for (long seed = 1; seed <= 20; seed++) {
            purged += new Simulation(seed, Profile.FORGETTING.scenario(seed), null, null, null).run().purged();
        }
        assertThat(purged).as("tombstones that backups were told to forget").isGreaterThan(100);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 165, 192, 261})
    @DisplayName("they hold where a copy is brought in many steps, between changes, and that is interrupted")
    void broughtInSteps(long seed) {
        assertThat(Hunt.run(seed, null, null, Profile.IN_STEPS)).isNull();
    }

    @Test
    @DisplayName("so they do with changes of every kind, at every level and with every number of backups")
    void variedChanges() {
        for (long seed = 1; seed <= 12; seed++) {
            assertThat(Hunt.run(seed, null, null, Profile.VARIED)).as("seed %s", seed).isNull();
        }
    }

    @Test
    @DisplayName("the trace of a seed is always the same")
    void traceIsDeterminedByTheSeed() {
        Consumer<String> nobody = line -> { };
        for (long seed : new long[] {3, 17, 42}) {
            Simulation.Result first = new Simulation(seed, null, null, null, nobody).run();
            Simulation.Result second = new Simulation(seed, null, null, null, nobody).run();
            Simulation.Result untraced = new Simulation(seed, null, null, null, null).run();
            assertThat(second).isEqualTo(first);
            assertThat(first.traceHash()).as("a hash of lines").isNotEqualTo(untraced.traceHash());
            assertThat(untraced.events()).as("tracing changes nothing").isEqualTo(first.events());
        }
    }

    @Test
    @EnabledIfSystemProperty(named = "baton.sim.seed", matches = "\\d+")
    void replay() {
        boolean trace = Boolean.getBoolean("baton.sim.trace");
        long seed = Long.getLong("baton.sim.seed");
        System.out.println(new Simulation(seed, null, null, null, trace ? System.out::println : null).run());
    }
}
