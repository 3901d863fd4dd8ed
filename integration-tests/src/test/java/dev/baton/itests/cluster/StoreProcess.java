package dev.baton.itests.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** A dedicated store node: {@code java -jar baton.jar}. To be closed, which kills it if it still runs. */
public final class StoreProcess implements AutoCloseable {
    private final String name;
    private final Process process;
    private final Path output;

    private StoreProcess(String name, Process process, Path output) {
        this.name = name;
        this.process = process;
        this.output = output;
    }

    /** Starts one in the cluster of the tests' Tomcats. */
    public static StoreProcess start(String name) {
        return start(name, "local", Map.of("baton.local.port", Integer.toString(Ports.cluster())));
    }

    /**
     * Starts one with a stack of its own.
     *
     * @param stack      name or file
     * @param properties system properties of the process
     */
    public static StoreProcess start(String name, String stack, Map<String, String> properties) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        properties.forEach((key, value) -> command.add("-D" + key + "=" + value));
        command.addAll(List.of("-jar", System.getProperty("itests.jar"), "--stack", stack, "--cluster", "itests",
                "--name", name));
        Path output = Path.of(System.getProperty("itests.logs"), name + ".log");
        try {
            Files.createDirectories(output.getParent());
            return new StoreProcess(name, new ProcessBuilder(command).redirectErrorStream(true)
                    .redirectOutput(output.toFile()).start(), output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A port of those that the tests' clusters use. */
    public static int clusterPort(int offset) {
        return Ports.cluster() + offset;
    }

    /** Waits until it printed a text that this regular expression finds. */
    public void awaitOutput(String text) {
        Pattern pattern = Pattern.compile(text);
        Await.until(name + " says \"" + text + "\"", 30, () -> {
            if (!process.isAlive()) {
                throw new AssertionError(name + " ended with " + process.exitValue() + ":\n" + output());
            }
            return pattern.matcher(output()).find();
        });
    }

    /**
     * SIGTERM; waits until the process has ended.
     *
     * @return its exit code
     */
    public int terminate() {
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
        process.destroyForcibly();
    }
}
