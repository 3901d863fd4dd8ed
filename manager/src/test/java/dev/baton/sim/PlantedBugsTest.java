package dev.baton.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

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
 * The simulator finds what it must find: each bug of the protocol's list, planted, breaks an invariant. By which seed or
 * which story stands in {@code PLANTED-BUGS.md}, which this test reads. A change of the core shifts what a seed does, so
 * up to {@value #RANGE} seeds from the listed one on may be needed; {@code -Dbaton.sim.hunt=true} begins at seed 1,
 * takes up to {@code -Dbaton.sim.hunt.limit} seeds (default 60) for each, and prints what it took.
 */
class PlantedBugsTest {
    private static final Path LIST = Path.of("src/test/java/dev/baton/sim/PLANTED-BUGS.md");
    private static final long RANGE = 40;

    /** A row of the table: | bug | what | profile, or "story" | seed, or the story's name | shown by |. */
    record Planted(String name, String kind, String where, String invariant) {
        @Override
        public String toString() {
            return name;
        }

        boolean byStory() {
            return kind.equals("story");
        }

        Profile profile() {
            return Profile.valueOf(kind);
        }

        Bug bug() {
            return Stream.of(Bug.values()).filter(b -> b.name().equals(name)).findFirst().orElse(null);
        }

        Simulation.ClientBug clientBug() {
            return bug() != null ? null : Simulation.ClientBug.valueOf(name);
        }
    }

    private static Stream<Planted> rows() throws IOException {
        return Files.readAllLines(LIST).stream().filter(l -> l.startsWith("| `")).map(l -> l.split("\\s*\\|\\s*"))
                .map(c -> new Planted(c[1].replace("`", ""), c[3], c[4].replace("`", ""), c[5]));
    }

    static List<Planted> bySeed() throws IOException {
        return rows().filter(p -> !p.byStory()).toList();
    }

    static List<Planted> byStory() throws IOException {
        return rows().filter(Planted::byStory).toList();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bySeed")
    @DisplayName("is found by a seed")
    void isFoundBySeed(Planted p) {
        boolean hunt = Boolean.getBoolean("baton.sim.hunt");
        Hunt.Found found = Hunt.hunt(p.bug(), p.clientBug(), p.profile(), hunt ? 1 : Long.parseLong(p.where()),
                hunt ? Long.getLong("baton.sim.hunt.limit", 60) : RANGE);
        if (hunt) {
            System.out.println(p.name() + " " + p.profile() + " " + found);
        }
        assertThat(found.seed()).as("seed that shows %s, of %s tried", p.name(), found.tried()).isPositive();
        assertThat(Hunt.run(found.seed(), null, null, p.profile())).as("the same seed without the bug").isNull();
    }

    /** That the story is told to its end without the bug shows {@link StoriesTest}. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("byStory")
    @DisplayName("is found by a story")
    void isFoundByStory(Planted p) throws IOException {
        List<String> told = Files.readAllLines(StoriesTest.STORIES.resolve(p.where() + ".txt"));
        assertThatExceptionOfType(InvariantViolated.class).isThrownBy(() -> Story.tell(told, p.bug()))
                .withMessageStartingWith(p.invariant() + ":");
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
