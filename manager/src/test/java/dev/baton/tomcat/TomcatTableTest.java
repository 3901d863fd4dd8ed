package dev.baton.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The list {@code TOMCAT.md} has a row for each behaviour, and names tests that exist. */
class TomcatTableTest {
    private static final Path LIST = Path.of("src/test/java/dev/baton/tomcat/TOMCAT.md");
    private static final List<Path> SOURCES = List.of(Path.of("src/test/java"),
            Path.of("../integration-tests/src/test/java"));
    private static final Pattern TEST = Pattern.compile("`(\\w+(?:Test|IT))(?:\\.(\\w+))?`");

    @Test
    void everyBehaviourHasARow() throws IOException {
        assertThat(Files.readAllLines(LIST).stream().filter(line -> line.matches("\\| \\d+ \\|.*"))
                .map(line -> Integer.valueOf(line.split("\\|")[1].strip())))
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 46).boxed().toList());
    }

    @Test
    void everyTestExists() throws IOException {
        int found = 0;
        for (Matcher named = TEST.matcher(Files.readString(LIST)); named.find(); found++) {
            String source = Files.readString(source(named.group(1)));
            if (named.group(2) != null) {
                assertThat(source).as(named.group()).contains("void " + named.group(2) + "(");
            }
        }
        assertThat(found).isGreaterThan(46);
    }

    private static Path source(String name) throws IOException {
        for (Path tree : SOURCES) {
            try (Stream<Path> files = Files.walk(tree)) {
                List<Path> found = files.filter(f -> f.endsWith(name + ".java")).toList();
                if (!found.isEmpty()) {
                    return found.get(0);
                }
            }
        }
        throw new AssertionError("there is no test " + name);
    }
}
