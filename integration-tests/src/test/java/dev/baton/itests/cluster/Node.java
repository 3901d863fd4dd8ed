package dev.baton.itests.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jboss.arquillian.container.test.api.ContainerController;

/**
 * One Tomcat process, by the name it keeps over restarts. The verbs return when what they say has happened. Used by the
 * test's thread only, except for the address.
 */
public final class Node {
    private static final long SIGNAL_SECONDS = 5;

    private final String name;
    private final int number;
    private final ContainerController controller;
    private final NodeLog log;
    private final NodeBeans beans;
    private boolean paused;

    Node(int number, ContainerController controller) {
        this.number = number;
        this.name = "node" + number;
        this.controller = controller;
        this.log = new NodeLog(home().resolve("logs").resolve("node.log"));
        this.beans = new NodeBeans(Integer.parseInt(Ports.jmx(number)));
    }

    public String name() {
        return name;
    }

    public URI address() {
        return URI.create("http://127.0.0.1:" + Ports.http(number) + "/");
    }

    /** The process's catalina.base. */
    public Path home() {
        return Path.of(System.getProperty("node.bases"), name);
    }

    public NodeLog log() {
        return log;
    }

    public NodeBeans beans() {
        return beans;
    }

    public boolean running() {
        return controller.isStarted(name);
    }

    /** Starts the process; returns when it answers requests. */
    public void start() {
        controller.start(name);
    }

    /** Asks the process to end (SIGTERM); returns when it has. */
    public void stop() {
        ProcessHandle process = process();
        beans.forget();
        process.destroy();
        Await.until(name + " has ended after SIGTERM", 40, () -> !process.isAlive());
        controller.stop(name);
    }

    /** SIGTERM without waiting, SIGCONT where it stands still; see {@link #gone}. */
    void dismiss() {
        if (paused) {
            resume();
        }
        beans.forget();
        findProcess().ifPresent(ProcessHandle::destroy);
    }

    boolean gone() {
        return findProcess().isEmpty();
    }

    /** SIGKILL: the process gets no chance to say anything. Returns when it is gone. */
    public void kill() {
        ProcessHandle process = process();
        beans.forget();
        process.destroyForcibly();
        Await.until(name + " is gone after SIGKILL", 10, () -> !process.isAlive());
        controller.kill(name);
        paused = false;
    }

    /** SIGSTOP: the process stands still, its connections stay open. */
    public void pause() {
        signal(process(), "-STOP");
        paused = true;
    }

    /** SIGCONT: the process goes on as if nothing had happened. */
    public void resume() {
        signal(process(), "-CONT");
        paused = false;
    }

    public boolean paused() {
        return paused;
    }

    /** Stops it and starts it again under the same name. */
    public void restart() {
        stop();
        start();
    }

    static void signal(ProcessHandle process, String which) {
        try {
            Process kill = new ProcessBuilder("kill", which, Long.toString(process.pid())).inheritIO().start();
            if (!kill.waitFor(SIGNAL_SECONDS, TimeUnit.SECONDS) || kill.exitValue() != 0) {
                throw new IllegalStateException("kill " + which + " of process " + process.pid() + " failed");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private ProcessHandle process() {
        return findProcess().orElseThrow(() -> new IllegalStateException("no process runs as " + name));
    }

    /** The child of this test's process that runs under the node's name. */
    private Optional<ProcessHandle> findProcess() {
        String mark = "-Dnode.name=" + name + " ";
        return ProcessHandle.current().children()
                .filter(child -> child.info().commandLine().map(line -> line.contains(mark)).orElse(false))
                .findFirst();
    }

    @Override
    public String toString() {
        return name;
    }
}
