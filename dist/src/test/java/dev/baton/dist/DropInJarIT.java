package dev.baton.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;

/** What lies in the drop-in jar, and what must not. */
class DropInJarIT {
    private static final File JAR = new File(System.getProperty("baton.jar"));

    @Test
    void holdsEverythingThatTomcatLacksAndNothingElse() throws IOException {
        List<String> names;
        try (JarFile jar = new JarFile(JAR)) {
            names = jar.stream().map(entry -> entry.getName()).filter(name -> !name.endsWith("/")).toList();
        }
        assertThat(names).doesNotHaveDuplicates()
                .contains("META-INF/LICENSE", "META-INF/NOTICE", "jg-magic-map.xml", "jg-protocol-ids.xml",
                        "org/jgroups/JChannel.class", "dev/baton/protocol/NodeCore.class")
                .doesNotContain("settings.xml", "module-info.class");
        assertThat(names).filteredOn(name -> name.endsWith(".class"))
                .allMatch(name -> name.startsWith("dev/baton/") || name.startsWith("org/jgroups/"));
        assertThat(names).noneMatch(name -> name.endsWith(".btm") || name.contains("Test.class")
                && name.startsWith("dev/baton/"));
    }

    @Test
    void namesItsPartsAndTheirLicence() throws IOException {
        try (JarFile jar = new JarFile(JAR)) {
            assertThat(text(jar, "META-INF/LICENSE")).contains("Apache License", "END OF TERMS AND CONDITIONS");
            assertThat(text(jar, "META-INF/NOTICE")).contains("Baton", "JGroups");
            assertThat(jar.getManifest().getMainAttributes().getValue("Main-Class"))
                    .isEqualTo("dev.baton.jgroups.StoreNode");
        }
    }

    @Test
    void tellsItsOptionsWithoutTomcat() throws IOException, InterruptedException {
        StoreProcess help = new StoreProcess("--help");
        assertThat(help.exitCode()).isZero();
        assertThat(help.output()).contains("--stack", "--cluster", "--name", "SIGTERM");
    }

    @Test
    void saysWhatIsWrongOnItsCommandLine() throws IOException, InterruptedException {
        StoreProcess wrong = new StoreProcess("--backups", "17");
        assertThat(wrong.exitCode()).isEqualTo(2);
        assertThat(wrong.output()).contains("backups", "17", "0 to 5");
    }

    @Test
    void storeNodesFormAClusterAndLeaveItWhenTerminated() throws IOException, InterruptedException {
        String stack = StoreProcess.freeStack();
        try (StoreProcess first = new StoreProcess("--stack", stack, "--cluster", "jar-test", "--name", "first")) {
            assertThat(first.says("keeps sessions")).as(first::output).isTrue();
            try (StoreProcess second = new StoreProcess("--stack", stack, "--cluster", "jar-test", "--name",
                    "second")) {
                assertThat(second.says("keeps sessions")).as(second::output).isTrue();
                assertThat(first.says("second joined the cluster")).as(first::output).isTrue();
                first.terminate();
                assertThat(first.says("first has left")).as(first::output).isTrue();
                first.exitCode();
                assertThat(second.says("first left the cluster")).as(second::output).isTrue();
            }
        }
    }

    private static String text(JarFile jar, String name) throws IOException {
        return new String(jar.getInputStream(jar.getEntry(name)).readAllBytes(), StandardCharsets.UTF_8);
    }
}
