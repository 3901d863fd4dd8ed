package dev.baton.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.protocol.Bug;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The simulator finds what it must find: each bug of the protocol's list, planted, breaks an invariant. The known seed
 * of each stands in {@code PLANTED-BUGS.md}, which this test reads; {@code -Dbaton.sim.hunt=true} begins at seed 1
 * instead, takes up to {@code -Dbaton.sim.hunt.limit} seeds (default 60) for each, and prints what it took.
 */
class PlantedBugsTest {
    private static final Path LIST = Path.of("src/test/java/dev/baton/sim/PLANTED-BUGS.md");

    record Planted(String name, Profile profile, long seed) {
        @Override
        public String toString() {
            return name;
        }

        Bug bug() {
            return Stream.of(Bug.values()).filter(b -> b.name().equals(name)).findFirst().orElse(null);
        }

        Simulation.ClientBug clientBug() {
            return bug() != null ? null : Simulation.ClientBug.valueOf(name);
        }
    }

    /** Rows of the table: | bug | what | profile | seed | shown by |, those with a seed. */
    static List<Planted> planted() throws IOException {
        return Files.readAllLines(LIST).stream().filter(l -> l.startsWith("| `")).map(l -> l.split("\\s*\\|\\s*"))
                .filter(c -> c[4].matches("\\d+"))
                .map(c -> new Planted(c[1].replace("`", ""), Profile.valueOf(c[3]), Long.parseLong(c[4]))).toList();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("planted")
    @DisplayName("is found")
    void isFound(Planted p) {
        boolean hunt = Boolean.getBoolean("baton.sim.hunt");
        Hunt.Found found = hunt ? new Hunt.Found(-1, 0, null) : Hunt.hunt(p.bug(), p.clientBug(), p.profile(), p.seed(), 1);
        if (found.seed() < 0) {
            // A change of the core shifts what a seed does: the bug must still show soon.
            found = Hunt.hunt(p.bug(), p.clientBug(), p.profile(), 1, Long.getLong("baton.sim.hunt.limit", 60));
        }
        if (hunt) {
            System.out.println(p.name() + " " + p.profile() + " " + found);
        }
        assertThat(found.seed()).as("seed that shows %s, of %s tried", p.name(), found.tried()).isPositive();
        assertThat(Hunt.run(found.seed(), null, null, p.profile())).as("the same seed without the bug").isNull();
    }

    @Test
    @DisplayName("every planted bug has its row")
    void everyBugHasItsRow() throws IOException {
        List<String> rows = Files.readAllLines(LIST);
        for (Bug b : Bug.values()) {
            assertThat(rows).as("row of %s", b).anyMatch(r -> r.startsWith("| `" + b.name() + "` | " + b.text() + " |"));
        }
        for (Simulation.ClientBug b : Simulation.ClientBug.values()) {
            assertThat(rows).as("row of %s", b).anyMatch(r -> r.startsWith("| `" + b.name() + "` |"));
        }
    }
}
