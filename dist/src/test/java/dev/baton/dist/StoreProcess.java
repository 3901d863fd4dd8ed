package dev.baton.dist;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** {@code java -jar baton.jar} with what it prints. Every wait ends after a minute. */
final class StoreProcess implements AutoCloseable {
    private static final long LIMIT = TimeUnit.SECONDS.toNanos(60);

    private final Process process;
    private final Thread reader;
    private final StringBuilder output = new StringBuilder();

    StoreProcess(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx64m", "-jar", System.getProperty("baton.jar")));
        command.addAll(List.of(arguments));
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        reader = new Thread(this::read, "output of " + arguments[arguments.length - 1]);
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        try (BufferedReader lines = process.inputReader()) {
            for (String line; (line = lines.readLine()) != null; ) {
                synchronized (output) {
                    output.append(line).append('\n');
                    output.notifyAll();
                }
            }
        } catch (IOException ended) {
            // with its process
        }
    }

    String output() {
        synchronized (output) {
            return output.toString();
        }
    }

    /** Whether it prints that, now or within the limit. */
    boolean says(String text) throws InterruptedException {
        long end = System.nanoTime() + LIMIT;
        synchronized (output) {
            while (output.indexOf(text) < 0) {
                long left = end - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                TimeUnit.NANOSECONDS.timedWait(output, left);
            }
            return true;
        }
    }

    /** SIGTERM; unlike {@link Process#destroy} it leaves the pipe open, so that the last words are heard. */
    void terminate() {
        process.toHandle().destroy();
    }

    int exitCode() throws InterruptedException {
        if (!process.waitFor(LIMIT, TimeUnit.NANOSECONDS)) {
            throw new IllegalStateException("still runs; it said: " + output());
        }
        reader.join(TimeUnit.NANOSECONDS.toMillis(LIMIT));
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    /** The built-in stack on ports that nobody uses now. */
    static String freeStack() {
        for (int attempt = 0; attempt < 100; attempt++) {
            int base = 22_000 + 200 * ThreadLocalRandom.current().nextInt(50);
            if (free(base) && free(base + 1) && free(base + 100) && free(base + 101)) {
                return "local:" + base;
            }
        }
        throw new IllegalStateException("no free ports from 22000 to 32000");
    }

    private static boolean free(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }
}
