package dev.baton.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Clusters that are alive at the same time, each ready and quiet. One that could not be made so is left out, and the
 * reason kept.
 */
final class Fleet implements AutoCloseable {
    private static final int IDLE_SECONDS = 6;
    private static final int SETTLE_SECONDS = 90;
    private static final int QUIET_SECONDS = 3;
    /** Bytes a second and node that heartbeats and the like may take. */
    private static final int QUIET = 6_000;

    private final List<Cluster> clusters = new ArrayList<>();
    private final Map<String, String> failures = new LinkedHashMap<>();

    private Fleet() {
    }

    /**
     * One cluster for each manager and layout, with sessions, and what it says when idle known.
     *
     * @param sessions of each cluster
     * @param wide     whether they have 50 more attributes
     */
    static Fleet of(Options options, List<Layout> layouts, List<ManagerKind> managers, int sessions, boolean wide)
            throws InterruptedException {
        Fleet fleet = new Fleet();
        try {
            for (Layout layout : layouts) {
                for (ManagerKind manager : managers) {
                    fleet.add(options, layout, manager);
                }
            }
            fleet.settle();
            fleet.each(c -> c.makeVisitors(sessions, wide));
            fleet.settle();
            fleet.each(Cluster::checkThatSessionsAreShared);
            fleet.measureIdle();
            return fleet;
        } catch (InterruptedException | RuntimeException e) {
            fleet.close();
            throw e;
        }
    }

    private void add(Options options, Layout layout, ManagerKind manager) throws InterruptedException {
        System.out.println("starting " + layout.nodes() + " Tomcats with the manager " + manager.label());
        try {
            clusters.add(Cluster.start(options, manager, layout));
        } catch (IOException | RuntimeException e) {
            failures.put(layout + ", " + manager.label(), String.valueOf(e.getMessage()));
        }
    }

    List<Cluster> clusters() {
        return clusters;
    }

    /** Reasons by layout and manager. */
    Map<String, String> failures() {
        return failures;
    }

    /** Something to do with each cluster. */
    interface Task {
        void on(Cluster cluster) throws IOException, InterruptedException;
    }

    /** Does it with each; those that it fails with are closed and left out. */
    void each(Task task) throws InterruptedException {
        each(false, task);
    }

    void each(boolean lastFirst, Task task) throws InterruptedException {
        List<Cluster> all = new ArrayList<>(clusters);
        if (lastFirst) {
            Collections.reverse(all);
        }
        for (Cluster cluster : all) {
            try {
                task.on(cluster);
            } catch (IOException | RuntimeException e) {
                remove(cluster, e);
            }
        }
    }

    private void remove(Cluster cluster, Exception reason) {
        failures.put(cluster.layout() + ", " + cluster.manager().label(), String.valueOf(reason.getMessage()));
        clusters.remove(cluster);
        cluster.close();
    }

    private void settle() throws InterruptedException {
        Map<Cluster, ClusterTraffic> before = new LinkedHashMap<>();
        Map<Cluster, Integer> quietSeconds = new LinkedHashMap<>();
        for (int second = 0; second < SETTLE_SECONDS; second++) {
            each(cluster -> {
                ClusterTraffic now = cluster.traffic();
                ClusterTraffic last = before.put(cluster, now);
                boolean quiet = last != null && now.minus(last).bytes() < QUIET * cluster.nodes().size();
                quietSeconds.merge(cluster, 0, (seconds, ignored) -> quiet ? seconds + 1 : 0);
            });
            if (clusters.stream().allMatch(c -> quietSeconds.get(c) >= QUIET_SECONDS)) {
                return;
            }
            TimeUnit.SECONDS.sleep(1);
        }
        each(cluster -> {
            if (quietSeconds.get(cluster) < QUIET_SECONDS) {
                throw new IOException("the nodes still talk after " + SETTLE_SECONDS + " s");
            }
        });
    }

    private void measureIdle() throws InterruptedException {
        Map<Cluster, ClusterTraffic> before = new LinkedHashMap<>();
        each(cluster -> before.put(cluster, cluster.traffic()));
        TimeUnit.SECONDS.sleep(IDLE_SECONDS);
        each(cluster -> {
            cluster.idle(cluster.traffic().minus(before.get(cluster)), IDLE_SECONDS);
            System.out.printf("  %s idle: %.0f bytes/s between the nodes%n", cluster.manager().label(),
                    cluster.idleBytesPerSecond());
        });
    }

    @Override
    public void close() {
        clusters.forEach(Cluster::close);
    }
}
