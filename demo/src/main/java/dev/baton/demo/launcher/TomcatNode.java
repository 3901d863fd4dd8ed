package dev.baton.demo.launcher;

import dev.baton.demo.wire.NodeLine;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One Tomcat process. Starting, stopping and killing happen one at a time; the questions may come from any thread
 * meanwhile. Every wait has a limit.
 */
final class TomcatNode {
    private static final Duration START_LIMIT = Duration.ofSeconds(120);
    private static final long STOP_LIMIT_SECONDS = 15;
    private static final int TAIL_LINES = 40;
    private static final int MAX_FRAMES = 3;
    private static final long MAX_TAIL_BYTES = 64 << 10;
    /** What catalina.sh gives. */
    private static final List<String> OPENS = List.of("java.base/java.lang", "java.base/java.lang.reflect",
            "java.base/java.io", "java.base/java.util", "java.base/java.util.concurrent", "java.rmi/sun.rmi.transport");

    private final DemoOptions options;
    private final String name;
    private final int port;
    private final HttpClient client;
    private Path base;
    private volatile Process process;
    private volatile boolean ready;

    TomcatNode(DemoOptions options, String name, int port, HttpClient client) {
        this.options = options;
        this.name = name;
        this.port = port;
        this.client = client;
    }

    String name() {
        return name;
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + port);
    }

    boolean up() {
        Process running = process;
        return ready && running != null && running.isAlive();
    }

    long pid() {
        Process running = process;
        return running == null ? -1 : running.pid();
    }

    NodeLine line() {
        return new NodeLine(name, up(), pid(), port);
    }

    /**
     * Starts the process and waits until the shop answers.
     *
     * @throws DemoFailed with the end of the log if it does not
     */
    synchronized void start() throws DemoFailed, InterruptedException {
        if (process != null && process.isAlive()) {
            return;
        }
        try {
            if (base == null) {
                base = CatalinaBase.create(options, name, port);
            }
            ProcessBuilder builder = new ProcessBuilder(command());
            builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
            builder.directory(base.toFile());
            process = builder.start();
        } catch (IOException e) {
            throw new DemoFailed(name + " cannot be started: " + e.getMessage(), e);
        }
        awaitAnswer();
        ready = true;
    }

    private List<String> command() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx192m");
        OPENS.forEach(p -> command.add("--add-opens=" + p + "=ALL-UNNAMED"));
        command.add("-Djava.util.logging.config.file=" + base.resolve("conf/logging.properties"));
        command.add("-Djava.util.logging.manager=org.apache.juli.ClassLoaderLogManager");
        command.add("-Djava.net.preferIPv4Stack=true");
        // A port taken by somebody else ends the process, instead of leaving it deaf.
        command.add("-Dorg.apache.catalina.startup.EXIT_ON_INIT_FAILURE=true");
        command.add("-Dcatalina.home=" + options.home());
        command.add("-Dcatalina.base=" + base);
        command.add("-Djava.io.tmpdir=" + base.resolve("temp"));
        command.add("-Ddemo.node=" + name);
        command.add("-cp");
        command.add(String.join(File.pathSeparator, options.target().resolve("node.jar").toString(),
                options.home().resolve("bin/bootstrap.jar").toString(),
                options.home().resolve("bin/tomcat-juli.jar").toString()));
        command.add("dev.baton.demo.node.NodeMain");
        return command;
    }

    /** The port is bound early and answers when the applications are there: one request may last the whole start. */
    private void awaitAnswer() throws DemoFailed, InterruptedException {
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (System.nanoTime() < deadline) {
            if (!process.isAlive()) {
                throw new DemoFailed(name + " ended with exit value " + process.exitValue() + " while starting\n"
                        + tail());
            }
            try {
                int status = ask(null, START_LIMIT).statusCode();
                if (status == 200) {
                    return;
                }
                kill();
                throw new DemoFailed(name + " started, but the shop does not answer: HTTP " + status + "\n" + tail());
            } catch (IOException notYet) {
                TimeUnit.MILLISECONDS.sleep(50);
            }
        }
        kill();
        throw new DemoFailed(name + " did not answer within " + START_LIMIT.toSeconds() + " s\n" + tail());
    }

    private HttpResponse<String> ask(String sessionId, Duration limit) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(address().resolve("/figures")).timeout(limit)
                .header("Demo-Launcher", "yes");
        if (sessionId != null) {
            request.header("Demo-Session", sessionId);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** What the node knows of itself and, unless null, of a session; nothing if it does not answer. */
    Figures figures(String sessionId) throws InterruptedException {
        try {
            HttpResponse<String> answer = ask(sessionId, Duration.ofSeconds(2));
            return answer.statusCode() == 200 ? Figures.parse(answer.body()) : Figures.NONE;
        } catch (IOException e) {
            return Figures.NONE;
        }
    }

    /** Ends the process at once, as a crash would: SIGKILL where there are signals. */
    synchronized void kill() throws InterruptedException {
        ready = false;
        if (process != null) {
            process.destroyForcibly();
            process.waitFor(STOP_LIMIT_SECONDS, TimeUnit.SECONDS);
        }
    }

    /**
     * Asks the process to stop; {@link #awaitStop} ends it.
     *
     * @return whether there is one
     */
    boolean beginStop() {
        ready = false;
        Process running = process;
        if (running == null || !running.isAlive()) {
            return false;
        }
        try {
            running.getOutputStream().close();
        } catch (IOException e) {
            // The process has gone meanwhile.
        }
        return true;
    }

    /** Waits until the process has ended, and kills it when it takes too long. */
    void awaitStop() throws InterruptedException {
        Process running = process;
        if (running != null && !running.waitFor(STOP_LIMIT_SECONDS, TimeUnit.SECONDS)) {
            running.destroyForcibly().waitFor(STOP_LIMIT_SECONDS, TimeUnit.SECONDS);
        }
    }

    private Path log() {
        return base.resolve("logs/console.log");
    }

    /** The lines, with the first few of each stack only: their causes say more than Tomcat's own frames. */
    private static List<String> shortened(String text) {
        List<String> kept = new ArrayList<>();
        int frames = 0;
        for (String line : text.lines().toList()) {
            frames = line.stripLeading().startsWith("at ") ? frames + 1 : 0;
            if (frames <= MAX_FRAMES) {
                kept.add(line);
            }
        }
        return kept;
    }

    /** The last lines that Tomcat wrote. */
    String tail() {
        try (var file = Files.newByteChannel(log())) {
            file.position(Math.max(0, file.size() - MAX_TAIL_BYTES));
            var bytes = ByteBuffer.allocate((int) MAX_TAIL_BYTES);
            while (bytes.hasRemaining() && file.read(bytes) >= 0) {
                // Until the end of the file, or of the buffer.
            }
            List<String> lines = shortened(new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8));
            return "The end of " + log() + ":\n    "
                    + String.join("\n    ", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
        } catch (IOException e) {
            return "(no log: " + e.getMessage() + ")";
        }
    }
}
