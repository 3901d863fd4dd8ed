package dev.baton.demo.node;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.TimeUnit;

/**
 * Starts Tomcat as {@code catalina.sh run} does, and stops it in good order when standard input ends. The launcher
 * holds the other end: closing it is its way to stop a node on every platform, and when the launcher itself dies the
 * system closes it, so that no Tomcat is left behind.
 */
public final class NodeMain {
    private static final long STOP_LIMIT_SECONDS = 20;

    private NodeMain() {}

    public static void main(String[] args) throws Exception {
        Thread lifeline = new Thread(NodeMain::stopAtEndOfInput, "lifeline");
        lifeline.setDaemon(true);
        lifeline.start();
        // By name: Tomcat is not on the class path that this jar is compiled with.
        try {
            Class.forName("org.apache.catalina.startup.Bootstrap").getMethod("main", String[].class)
                    .invoke(null, (Object) new String[] {"start"});
        } catch (InvocationTargetException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    private static void stopAtEndOfInput() {
        try {
            while (System.in.read() >= 0) {
                // Nothing is expected: only the end matters.
            }
        } catch (IOException broken) {
            System.err.println("lifeline broken: " + broken);
        }
        Thread limit = new Thread(() -> {
            try {
                TimeUnit.SECONDS.sleep(STOP_LIMIT_SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            System.err.println("not stopped within " + STOP_LIMIT_SECONDS + " s: halting");
            Runtime.getRuntime().halt(1);
        }, "stop-limit");
        limit.setDaemon(true);
        limit.start();
        System.exit(0);
    }
}
