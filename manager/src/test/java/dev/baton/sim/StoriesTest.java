package dev.baton.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each file is a story: commands and what happened. {@code -Dbaton.sim.stories.write=true} writes them anew; the
 * difference is then for a person to read.
 */
class StoriesTest {
    static final Path STORIES = Path.of("src/test/resources/dev/baton/sim/stories");

    static Stream<String> stories() throws IOException {
        try (Stream<Path> files = Files.list(STORIES)) {
            return files.map(f -> f.getFileName().toString()).filter(f -> f.endsWith(".txt")).sorted().toList().stream();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("stories")
    @DisplayName("happens as told")
    void happensAsTold(String name) throws IOException {
        Path file = STORIES.resolve(name);
        List<String> told = Files.readAllLines(file);
        List<String> now = Story.tell(told);
        if (Boolean.getBoolean("baton.sim.stories.write")) {
            Files.write(file, now);
        } else {
            assertThat(String.join("\n", now)).isEqualTo(String.join("\n", told));
        }
    }
}
