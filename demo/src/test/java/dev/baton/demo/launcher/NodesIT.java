package dev.baton.demo.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real Tomcat processes: what becomes of them when something goes wrong. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class NodesIT {
    private static final Pattern PROCESS = Pattern.compile("serves the shop .* process (\\d+)");

    @Test
    void aNodeThatCannotStartShowsTheEndOfItsLog(@TempDir Path folder) throws Exception {
        Path wrong = Files.writeString(folder.resolve("baton.jar"), "this is no jar");
        DemoOptions options = DemoOptions.parse("--once=true", "--port=0", "--jar=" + wrong,
                "--home=" + System.getProperty("demo.home"), "--target=" + System.getProperty("demo.target"));
        List<String> lines = new ArrayList<>();
        assertThatThrownBy(() -> Demo.run(options, lines::add)).isInstanceOf(DemoFailed.class)
                .hasMessageContaining("node1").hasMessageContaining("The end of").hasMessageContaining("console.log")
                .hasMessageContaining("dev.baton.tomcat.BatonManager");
        assertThat(lines).noneMatch(l -> l.contains("node2"));
    }

    @Test
    void theNodesStopWhenTheLauncherDies() throws Exception {
        Process launcher = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                Path.of(System.getProperty("demo.target"), "classes").toString(), Demo.class.getName(),
                "--port=0", "--sessions=tomcat", "--home=" + System.getProperty("demo.home"),
                "--target=" + System.getProperty("demo.target")).redirectErrorStream(true).start();
        List<ProcessHandle> nodes = new ArrayList<>();
        try (BufferedReader lines = launcher.inputReader()) {
            for (String line = lines.readLine(); line != null && !line.startsWith("Serving"); line = lines.readLine()) {
                Matcher process = PROCESS.matcher(line);
                if (process.find()) {
                    nodes.add(ProcessHandle.of(Long.parseLong(process.group(1))).orElseThrow());
                }
            }
            assertThat(nodes).hasSize(3).allMatch(ProcessHandle::isAlive);
        } finally {
            launcher.destroyForcibly();
        }
        for (ProcessHandle node : nodes) {
            node.onExit().get(30, TimeUnit.SECONDS);
        }
    }
}
