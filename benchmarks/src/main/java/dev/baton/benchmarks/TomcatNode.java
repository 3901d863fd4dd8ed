package dev.baton.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** One real Tomcat process with the measured application as {@code /bench}. */
final class TomcatNode implements AutoCloseable {
    private static final long START_SECONDS = 60;
    private static final long STOP_SECONDS = 20;
    private static final int POLL_MILLIS = 10;
    /** The kernel's unit of CPU time is a hundredth of a second. */
    private static final int MILLIS_PER_TICK = 10;

    private final Options options;
    private final ManagerKind manager;
    private final Seat seat;
    private final int port;
    private final Path base;
    private Process process;
    private long startNanos;

    TomcatNode(Options options, ManagerKind manager, Seat seat, int port, Path base) {
        this.options = options;
        this.manager = manager;
        this.seat = seat;
        this.port = port;
        this.base = base;
    }

    String name() {
        return seat.name();
    }

    int port() {
        return port;
    }

    long pid() {
        return process.pid();
    }

    /** CPU time, user and system, of the whole process. */
    Duration cpu() {
        return process.info().totalCpuDuration()
                .orElseThrow(() -> new IllegalStateException("the CPU time of " + name() + " cannot be read"));
    }

    /** CPU time, user and system, of the JVM's compilers; of Linux's {@code /proc}. */
    Duration compilerCpu() throws IOException {
        long ticks = 0;
        for (Path task : tasks()) {
            try {
                ticks += compilerTicks(Files.readString(task.resolve("stat")));
            } catch (NoSuchFileException e) {
                // The thread has ended.
            }
        }
        return Duration.ofMillis(ticks * MILLIS_PER_TICK);
    }

    private List<Path> tasks() throws IOException {
        try (Stream<Path> tasks = Files.list(Path.of("/proc", String.valueOf(pid()), "task"))) {
            return tasks.toList();
        }
    }

    /** Of a thread's line in {@code stat}: the name in brackets, and behind it 12th and 13th the time in user and system. */
    static long compilerTicks(String stat) {
        int nameEnd = stat.lastIndexOf(')');
        if (!stat.substring(0, nameEnd).contains(" CompilerThre")) {
            return 0;
        }
        String[] fields = stat.substring(nameEnd + 2).split(" ");
        return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }

    /** Starts it, again where it has been stopped, and waits until the application answers. */
    void start() throws IOException, InterruptedException {
        layOut();
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options.jvm());
        command.add("-Dcatalina.home=" + options.home().toAbsolutePath());
        command.add("-Dcatalina.base=" + base.toAbsolutePath());
        command.add("-Djava.io.tmpdir=" + base.resolve("temp").toAbsolutePath());
        command.add("-cp");
        command.add(options.home().resolve("bin/bootstrap.jar").toAbsolutePath() + java.io.File.pathSeparator
                + options.home().resolve("bin/tomcat-juli.jar").toAbsolutePath());
        command.add("org.apache.catalina.startup.Bootstrap");
        command.add("start");
        long start = System.nanoTime();
        process = new ProcessBuilder(command).directory(base.toFile()).redirectErrorStream(true)
                .redirectOutput(log().toFile()).start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        awaitAnswer();
        startNanos = System.nanoTime() - start;
    }

    /** What the last start took, from the start of the process to the answer. */
    long startNanos() {
        return startNanos;
    }

    /** Kills it with SIGKILL and waits until it is gone. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor(STOP_SECONDS, TimeUnit.SECONDS);
    }

    /** Sends it a signal, by name. */
    void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).start().waitFor(STOP_SECONDS, TimeUnit.SECONDS);
    }

    boolean alive() {
        return process.isAlive();
    }

    private Path log() {
        return base.resolve("logs/node.log");
    }

    private void layOut() throws IOException {
        deleteTree(base);
        for (String directory : List.of("conf", "lib", "logs", "temp", "webapps", "work", "bench/WEB-INF/classes")) {
            Files.createDirectories(base.resolve(directory));
        }
        if (manager.baton()) {
            Files.copy(options.jar(), base.resolve("lib/baton.jar"));
        }
        if (manager.plain()) {
            copyClasses("plain", base.resolve("lib"));
        }
        copyClasses("shop", base.resolve("bench/WEB-INF/classes"));
        Files.writeString(base.resolve("bench/WEB-INF/web.xml"), """
                <web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="6.0">
                  <distributable/>
                  <servlet><servlet-name>bench</servlet-name>
                    <servlet-class>dev.baton.benchmarks.shop.BenchServlet</servlet-class></servlet>
                  <servlet-mapping><servlet-name>bench</servlet-name><url-pattern>/*</url-pattern></servlet-mapping>
                </web-app>
                """);
        Files.writeString(base.resolve("conf/web.xml"),
                "<web-app xmlns='https://jakarta.ee/xml/ns/jakartaee' version='6.0'/>");
        String server = """
                <Server port='-1'>
                  <Service name='Catalina'>
                    <Connector port='%d' address='127.0.0.1' protocol='HTTP/1.1' maxKeepAliveRequests='-1'
                        keepAliveTimeout='600000'/>
                    <Engine name='Catalina' defaultHost='localhost' jvmRoute='%s'>
                      <Host name='localhost' appBase='webapps' deployOnStartup='false' autoDeploy='false'>
                        %s
                        <Context path='/bench' docBase='%s'>%s</Context>
                      </Host>
                    </Engine>
                  </Service>
                </Server>
                """.formatted(port, name(), manager.clusterElement(seat), base.resolve("bench").toAbsolutePath(),
                manager.managerElement(seat));
        Files.writeString(base.resolve("conf/server.xml"), server);
    }

    private void copyClasses(String name, Path root) throws IOException {
        Path classes = Path.of("dev", "baton", "benchmarks", name);
        Path to = Files.createDirectories(root.resolve(classes));
        try (Stream<Path> files = Files.list(options.target().resolve("classes").resolve(classes))) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private void awaitAnswer() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        byte[] request = Visitor.request("/ping", null);
        String last = "nothing";
        while (System.nanoTime() < deadline && process.isAlive()) {
            try (Connection connection = new Connection(port)) {
                if (connection.exchange(request) == 0) {
                    return;
                }
                last = connection.head();
            } catch (IOException e) {
                last = e.toString();
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
        throw new IOException(name() + " does not serve (" + last + "); its log " + log() + ":\n"
                + Files.readString(log()));
    }

    @Override
    public void close() {
        if (process == null) {
            return;
        }
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor(STOP_SECONDS, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
