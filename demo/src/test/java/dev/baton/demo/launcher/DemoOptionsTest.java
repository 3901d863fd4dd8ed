package dev.baton.demo.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoOptionsTest {
    @TempDir
    private Path folder;

    @BeforeEach
    void aDistribution() throws Exception {
        Files.createDirectories(folder.resolve("bin"));
        for (String file : new String[] {"bin/bootstrap.jar", "shop.war", "baton.jar"}) {
            Files.writeString(folder.resolve(file), "");
        }
    }

    private DemoOptions parse(String... more) throws DemoFailed {
        return DemoOptions.parse(Stream.concat(Stream.of("--home=" + folder, "--target=" + folder,
                "--jar=" + folder.resolve("baton.jar")), Stream.of(more)).toArray(String[]::new));
    }

    @Test
    void defaults() throws Exception {
        DemoOptions options = parse();
        assertThat(options.once()).isFalse();
        assertThat(options.balance()).isEqualTo(DemoOptions.Balance.STICKY);
        assertThat(options.port()).isEqualTo(8080);
        assertThat(options.baton()).isTrue();
    }

    @Test
    void given() throws Exception {
        DemoOptions options = parse("--once=true", "--balance=roundrobin", "--port=0", "--sessions=tomcat");
        assertThat(options.once()).isTrue();
        assertThat(options.balance()).isEqualTo(DemoOptions.Balance.ROUNDROBIN);
        assertThat(options.port()).isZero();
        assertThat(options.baton()).isFalse();
        assertThat(parse("--once=").once()).as("-Ddemo.once without a value").isTrue();
    }

    @Test
    void wrongOnesAreNamedWithWhatIsAllowed() {
        assertThatThrownBy(() -> parse("--balance=random")).isInstanceOf(DemoFailed.class)
                .hasMessage("demo.balance is 'random'; allowed are sticky, roundrobin");
        assertThatThrownBy(() -> parse("--port=80x")).hasMessageContaining("demo.port is '80x'");
        assertThatThrownBy(() -> parse("--port=65535")).hasMessageContaining("0 (any free ports) to 65532");
        assertThatThrownBy(() -> parse("--colour=red")).hasMessageContaining("unknown option 'colour'");
        assertThatThrownBy(() -> parse("once")).hasMessageContaining("expected --name=value, got 'once'");
        assertThatThrownBy(() -> parse("--home=" + folder.resolve("none")))
                .hasMessageContaining("no bin/bootstrap.jar");
        assertThatThrownBy(() -> parse("--jar=" + folder.resolve("no.jar"))).hasMessageContaining("no.jar")
                .hasMessageContaining("mvn -q -DskipTests package");
    }

    @Test
    void aPortInUseIsNamed() throws Exception {
        try (ServerSocket busy = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            int port = busy.getLocalPort();
            assertThatThrownBy(() -> Ports.choose(port, 1)).isInstanceOf(DemoFailed.class)
                    .hasMessageContaining("port " + port + " on 127.0.0.1 is in use")
                    .hasMessageContaining("-Ddemo.port=");
        }
        assertThat(Ports.choose(0, 4)).hasSize(4).doesNotHaveDuplicates().doesNotContain(0);
    }
}
