package dev.baton.demo.launcher;

import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/** Starts the demo and serves until it is stopped, or takes the tour and ends. */
public final class Demo {
    private static final int MAX_FAULTS_SHOWN = 10;

    private Demo() {}

    /**
     * Runs to the end of the tour, or until the JVM is told to stop.
     *
     * @param args {@code --name=value} each, see the README
     * @throws DemoFailed with a text for people if it cannot be started, or the tour found something lost
     */
    public static void main(String[] args) throws DemoFailed, InterruptedException {
        DemoOptions options = DemoOptions.parse(args);
        run(options, System.out::println);
    }

    /**
     * As {@link #main}.
     *
     * @param out takes the lines
     */
    static void run(DemoOptions options, Consumer<String> out) throws DemoFailed, InterruptedException {
        Progress progress = new Progress(out);
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER).connectTimeout(Duration.ofSeconds(2)).build();
        List<Integer> ports = Ports.choose(options.port(), 1 + DemoOptions.NODES.size());
        DemoCluster cluster = new DemoCluster(options, ports.subList(1, ports.size()), client, progress);
        Thread atEnd = new Thread(() -> stop(cluster, progress), "stop-nodes");
        Runtime.getRuntime().addShutdownHook(atEnd);
        progress.plain("Baton demo: three Tomcats on 127.0.0.1, sessions by "
                + (options.baton() ? "Baton" : "Tomcat's own manager"));
        try {
            cluster.startAll();
            Balancer balancer = new Balancer(options.balance());
            ReverseProxy proxy = new ReverseProxy(cluster, balancer, new TraceBook(), client);
            try (FrontDoor door = new FrontDoor(ports.get(0), proxy, new ControlPath(cluster))) {
                if (options.once()) {
                    tour(cluster, door, client, progress);
                } else {
                    serve(cluster, door, options, progress);
                }
            }
        } finally {
            if (stop(cluster, progress)) {
                removeHook(atEnd);
            }
        }
    }

    private static void serve(DemoCluster cluster, FrontDoor door, DemoOptions options, Progress progress)
            throws InterruptedException {
        progress.plain("");
        progress.plain("The shop:  " + door.address() + "/   ("
                + (options.balance() == DemoOptions.Balance.STICKY ? "sticky" : "round-robin") + " balancing)");
        cluster.lines().forEach(n -> progress.plain("  " + n.name() + ":   http://127.0.0.1:" + n.port()
                + "/   (process " + n.pid() + ")"));
        progress.plain("Serving until Ctrl-C.");
        new CountDownLatch(1).await();
    }

    private static void tour(DemoCluster cluster, FrontDoor door, HttpClient client, Progress progress)
            throws DemoFailed, InterruptedException {
        Tour.Result result = new Tour(cluster, door.address(), client, progress).take();
        long begin = System.nanoTime();
        cluster.stopAll();
        progress.say("all nodes stopped in %s", Progress.seconds(System.nanoTime() - begin));
        progress.plain("");
        if (!result.wrong().isEmpty()) {
            result.wrong().stream().limit(MAX_FAULTS_SHOWN).forEach(w -> progress.plain("WRONG: " + w));
            throw new DemoFailed("the tour found " + result.wrong().size() + " faults in " + result.confirmed()
                    + " confirmed changes, the first: " + result.wrong().get(0));
        }
        progress.plain("Nothing was lost: each of the " + result.confirmed()
                + " confirmed changes was there at the end.");
    }

    /** Whether all have stopped; false if this thread was interrupted meanwhile. */
    private static boolean stop(DemoCluster cluster, Progress progress) {
        try {
            if (cluster.stopAll()) {
                progress.say("all nodes have stopped");
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is stopping already: the hook finds nothing left to do.
        }
    }
}
