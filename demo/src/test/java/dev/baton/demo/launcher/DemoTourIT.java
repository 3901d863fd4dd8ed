package dev.baton.demo.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The README's tour, on real Tomcat processes. */
@Timeout(value = 240, unit = TimeUnit.SECONDS)
class DemoTourIT {
    private final List<String> lines = new CopyOnWriteArrayList<>();

    private static DemoOptions options(String sessions, String balance) throws DemoFailed {
        return DemoOptions.parse("--once=true", "--port=0", "--sessions=" + sessions, "--balance=" + balance,
                "--home=" + System.getProperty("demo.home"), "--target=" + System.getProperty("demo.target"),
                "--jar=" + System.getProperty("demo.jar"));
    }

    private void run(DemoOptions options) throws DemoFailed, InterruptedException {
        Demo.run(options, line -> {
            lines.add(line);
            System.out.println(line);
        });
    }

    @Test
    void nothingIsLostWhenTheHoldersProcessIsKilled() throws Exception {
        run(options("baton", "roundrobin"));
        assertThat(lines).anyMatch(l -> l.contains("with SIGKILL"))
                .anyMatch(l -> l.contains("bytes travelled, the whole session has"))
                .anyMatch(l -> l.startsWith("Nothing was lost"));
    }

    /** Shows that the tour's own comparison can fail. */
    @Test
    void withTomcatsOwnManagerTheTourFindsTheLoss() {
        assertThatThrownBy(() -> run(options("tomcat", "sticky"))).isInstanceOf(DemoFailed.class)
                .hasMessageContaining("is lost");
        assertThat(lines).anyMatch(l -> l.startsWith("WRONG")).noneMatch(l -> l.startsWith("Nothing was lost"));
    }
}
