package dev.baton.itests.cluster;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A dedicated store node: {@code java -jar baton.jar}. To be closed, which kills it if it still runs. */
public final class StoreProcess implements AutoCloseable {
    private final String name;
    private final Process process;
    private final NodeBeans beans;
    private final Path output;

    private StoreProcess(String name, Process process, NodeBeans beans, Path output) {
        this.name = name;
        this.process = process;
        this.beans = beans;
        this.output = output;
    }

    /** Starts one in the cluster of the tests' Tomcats. */
    public static StoreProcess start(String name) {
        return start(name, 9, "local", Map.of("baton.local.port", Integer.toString(Ports.cluster())));
    }

    /**
     * Starts one with a stack of its own.
     *
     * @param number     chooses its JMX port, 4 to 9
     * @param properties system properties of the process
     */
    public static StoreProcess start(String name, int number, String stack, Map<String, String> properties) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                "-Dcom.sun.management.jmxremote.port=" + Ports.jmx(number),
                "-Dcom.sun.management.jmxremote.host=127.0.0.1", "-Djava.rmi.server.hostname=127.0.0.1",
                "-Dcom.sun.management.jmxremote.ssl=false", "-Dcom.sun.management.jmxremote.authenticate=false"));
        properties.forEach((key, value) -> command.add("-D" + key + "=" + value));
        command.addAll(List.of("-jar", System.getProperty("itests.jar"), "--stack", stack, "--cluster", "itests",
                "--name", name));
        File output = Path.of(System.getProperty("itests.logs"), name + ".log").toFile();
        try {
            Files.createDirectories(output.toPath().getParent());
            Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output).start();
            return new StoreProcess(name, process, new NodeBeans(Integer.parseInt(Ports.jmx(number))),
                    output.toPath());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until it serves in a cluster of that many, with all backups in place. */
    public void awaitMembers(int members) {
        Await.until(name + " is one of " + members + " members", 30, () -> {
            if (!process.isAlive()) {
                throw new AssertionError(name + " ended with " + process.exitValue() + ":\n" + output());
            }
            return beans.settledWith(members);
        });
    }

    /**
     * SIGTERM; waits until the process has ended.
     *
     * @return its exit code
     */
    public int terminate() {
        beans.forget();
        process.destroy();
        Await.until(name + " has ended after SIGTERM", 40, () -> !process.isAlive());
        return process.exitValue();
    }

    /** What it printed so far. */
    public String output() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        beans.forget();
        process.destroyForcibly();
    }
}
