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
    private NodeBeans beans;

    private StoreProcess(String name, Process process, Path output) {
        this.name = name;
        this.process = process;
        this.output = output;
    }

    /** Starts one in the cluster of the tests' Tomcats. */
    public static StoreProcess start(String name) {
        return start(name, "local", Map.of("baton.local.port", Integer.toString(Ports.cluster())));
    }

    /** As {@link #start(String)}, to be looked at over JMX: {@link #beans}. */
    public static StoreProcess startWithJmx(String name, int number) {
        String port = Ports.jmx(number);
        StoreProcess started = start(name, "local", Map.of("baton.local.port", Integer.toString(Ports.cluster()),
                "com.sun.management.jmxremote.port", port, "com.sun.management.jmxremote.host", "127.0.0.1",
                "java.rmi.server.hostname", "127.0.0.1", "com.sun.management.jmxremote.authenticate", "false",
                "com.sun.management.jmxremote.ssl", "false"));
        started.beans = new NodeBeans(Integer.parseInt(port));
        return started;
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

    public NodeBeans beans() {
        return beans;
    }

    /** SIGSTOP: the process stands still, its connections stay open. */
    public void pause() {
        Node.signal(process.toHandle(), "-STOP");
    }

    /** SIGCONT: the process goes on as if nothing had happened. */
    public void resume() {
        Node.signal(process.toHandle(), "-CONT");
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
