package dev.baton.demo.launcher;

import dev.baton.demo.wire.NodeLine;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** The Tomcats of the demo. */
final class DemoCluster implements ReverseProxy.Nodes, ControlPath.Actions {
    private static final long JOIN_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(45);

    private final List<TomcatNode> nodes = new ArrayList<>();
    private final boolean baton;
    private final Progress progress;
    private volatile boolean closing;

    DemoCluster(DemoOptions options, List<Integer> ports, HttpClient client, Progress progress) {
        this.progress = progress;
        baton = options.baton();
        for (int i = 0; i < DemoOptions.NODES.size(); i++) {
            nodes.add(new TomcatNode(options, DemoOptions.NODES.get(i), ports.get(i), client));
        }
    }

    @Override
    public List<NodeLine> lines() {
        return nodes.stream().map(TomcatNode::line).toList();
    }

    List<String> up() {
        return nodes.stream().filter(TomcatNode::up).map(TomcatNode::name).toList();
    }

    @Override
    public Set<String> names() {
        return nodes.stream().map(TomcatNode::name).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    @Override
    public URI address(String name) {
        return node(name).address();
    }

    @Override
    public Figures figures(String name, String sessionId) throws InterruptedException {
        return node(name).figures(sessionId);
    }

    private TomcatNode node(String name) {
        return nodes.stream().filter(n -> n.name().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no node '" + name + "' among " + names()));
    }

    /** Starts one node and waits until it serves and belongs to the cluster. */
    @Override
    public void start(String name) throws DemoFailed, InterruptedException {
        TomcatNode node = node(name);
        if (closing) {
            throw new DemoFailed("the demo is stopping");
        }
        long begin = System.nanoTime();
        progress.say("%s: starting Tomcat", node.name());
        node.start();
        progress.say("%s: serves the shop at %s, process %d, after %s", node.name(), node.address(), node.pid(),
                Progress.seconds(System.nanoTime() - begin));
        awaitMembership(node);
    }

    void startAll() throws DemoFailed, InterruptedException {
        for (TomcatNode node : nodes) {
            start(node.name());
        }
    }

    /** Every running node agrees on the members, and every session that can have a backup has one. */
    private void awaitMembership(TomcatNode started) throws DemoFailed, InterruptedException {
        if (!baton) {
            return;
        }
        long begin = System.nanoTime();
        List<TomcatNode> running = nodes.stream().filter(TomcatNode::up).toList();
        String seen = "";
        while (System.nanoTime() - begin < JOIN_LIMIT_NANOS) {
            seen = "";
            for (TomcatNode node : running) {
                Figures figures = node.figures(null);
                boolean complete = running.size() == 1 || figures.number("underReplicated") == 0;
                if (figures.members().size() != running.size() || !complete || !"true".equals(figures.get("serving"))) {
                    seen = node.name() + " knows the members " + figures.members() + ", serving "
                            + figures.get("serving") + ", under-replicated segments " + figures.get("underReplicated");
                }
            }
            if (seen.isEmpty()) {
                progress.say("%s: member of the cluster, its copies complete, after another %s", started.name(),
                        Progress.seconds(System.nanoTime() - begin));
                return;
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
        throw new DemoFailed("the cluster of " + running.size() + " did not form within "
                + TimeUnit.NANOSECONDS.toSeconds(JOIN_LIMIT_NANOS) + " s: " + seen + "\n" + started.tail());
    }

    @Override
    public void kill(String name) throws InterruptedException {
        TomcatNode node = node(name);
        long pid = node.pid();
        node.kill();
        progress.say("%s: killed process %d with SIGKILL", node.name(), pid);
    }

    /**
     * Stops all nodes at the same time; none is started any more.
     *
     * @return whether there was anything to stop
     */
    boolean stopAll() throws InterruptedException {
        closing = true;
        boolean running = false;
        for (TomcatNode node : nodes) {
            running |= node.beginStop();
        }
        for (TomcatNode node : nodes) {
            node.awaitStop();
        }
        return running;
    }
}
