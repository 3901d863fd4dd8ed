package dev.baton.itests.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jboss.arquillian.container.test.api.ContainerController;

/** The nodes of one test class, all with the same applications. */
public final class Cluster {
    /** Kinds of messages that belong to the passing of time or to membership, not to a request. */
    private static final Set<String> BACKGROUND = Set.of("Beat", "BeatAnswer", "Touched", "Hello", "Claim", "Promise",
            "Refused", "Store", "Stored", "Effective", "TableWanted", "Adopted", "Joined", "LeaveWanted", "Attach",
            "Attached");
    private static final int JOIN_SECONDS = 30;
    private static String logsBelongTo;

    private final List<Node> nodes;

    /**
     * Lays fresh installations; nothing is started yet.
     *
     * @param owner name under which the logs are kept
     */
    public Cluster(String owner, int size, List<WebApp> applications, ContainerController controller) {
        this.nodes = Stream.iterate(1, n -> n + 1).limit(size).map(n -> new Node(n, controller)).toList();
        for (Node node : nodes) {
            clean(node);
            applications.forEach(each -> each.exportTo(
                    node.home().resolve("webapps").resolve(each.name() + ".war")));
        }
        logsBelongTo = owner;
    }

    private static void clean(Node node) {
        if (logsBelongTo != null) {
            node.log().moveTo(Path.of(System.getProperty("itests.logs"), logsBelongTo, node.name() + ".log"));
        }
        deleteInside(node.home().resolve("webapps"), Set.of("manager"));
        deleteInside(node.home().resolve("work"), Set.of());
        deleteInside(node.home().resolve("conf/Catalina/localhost"), Set.of());
    }

    private static void deleteInside(Path directory, Set<String> kept) {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (Stream<Path> entries = Files.list(directory)) {
            for (Path entry : entries.filter(e -> !kept.contains(e.getFileName().toString())).toList()) {
                try (Stream<Path> tree = Files.walk(entry)) {
                    for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                        Files.delete(path);
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Puts the archive of an application aside, for a test that deploys it itself. */
    public Path archive(WebApp application) {
        Path target = nodes.get(0).home().resolve("temp").resolve(application.name() + ".war");
        application.exportTo(target);
        return target;
    }

    public List<Node> nodes() {
        return nodes;
    }

    /** By number, from 1. */
    public Node node(int number) {
        return nodes.get(number - 1);
    }

    /**
     * Starts what does not run, and waits until all nodes are members and every session has its backup.
     *
     * @param others members that are no Tomcats
     */
    public void whole(int others) {
        for (Node node : nodes) {
            if (!node.running()) {
                node.start();
            }
        }
        awaitMembers(nodes.size() + others);
    }

    /** Writes what the nodes tell about themselves into a file beside their logs. */
    public void picture(String name) {
        Path directory = Path.of(System.getProperty("itests.logs"));
        StringBuilder text = new StringBuilder();
        for (Node node : nodes) {
            if (node.running() && !node.paused()) {
                text.append("==== ").append(node).append('\n').append(node.beans().picture());
            }
        }
        try {
            Files.createDirectories(directory);
            Files.writeString(directory.resolve(name + ".txt"), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lets nodes that stand still go on. */
    public void wake() {
        nodes.stream().filter(Node::paused).forEach(Node::resume);
    }

    /** Ends all processes at the same time; those that do not end by themselves are killed, which fails. */
    public void end() {
        nodes.forEach(Node::dismiss);
        try {
            for (Node node : nodes) {
                Await.until(node + " has ended after SIGTERM", 40, node::gone);
            }
        } finally {
            nodes.stream().filter(node -> !node.gone()).forEach(Node::kill);
        }
    }

    /** Waits until each running node serves in a cluster of that many, with all backups in place. */
    public void awaitMembers(int members) {
        if (System.getProperty("itests.manager", "baton").equals("standard")) {
            return;
        }
        for (Node node : nodes) {
            if (node.running() && !node.paused()) {
                Await.until(node + " is one of " + members + " members with all backups in place", JOIN_SECONDS,
                        () -> node.beans().settledWith(members));
            }
        }
    }

    /** Ports of the cluster itself, on which anything listens. */
    public List<Integer> listeningPorts() {
        return IntStream.range(Ports.cluster(), Ports.cluster() + Ports.CLUSTER_RANGE).boxed().filter(Ports::listened)
                .toList();
    }

    /** A visitor of that application whose requests stay at one node while it lives, beginning with {@code first}. */
    public Visitor stickyVisitor(String application, Node first) {
        int start = nodes.indexOf(first);
        List<Node> order = Stream.concat(nodes.subList(start, nodes.size()).stream(), nodes.subList(0, start).stream())
                .toList();
        return new Visitor(application, Balance.sticky(order));
    }

    /** A visitor whose requests go to each node in turn. */
    public Visitor roundRobinVisitor(String application) {
        return new Visitor(application, Balance.roundRobin(nodes));
    }

    /** Messages that all nodes sent for requests, by kind, once no more are under way. */
    public Map<String, Long> messages() {
        Map<String, Long> last = sent();
        for (int i = 0; i < 100; i++) {
            Map<String, Long> before = last;
            pause();
            last = sent();
            if (last.equals(before)) {
                return last;
            }
        }
        throw new AssertionError("messages go on and on: " + last);
    }

    /** Kinds and numbers of messages that {@code work} caused. */
    public Map<String, Long> messagesOf(Runnable work) {
        Map<String, Long> before = messages();
        work.run();
        Map<String, Long> after = new TreeMap<>(messages());
        before.forEach((kind, count) -> after.merge(kind, -count, Long::sum));
        after.values().removeIf(count -> count == 0);
        return after;
    }

    private Map<String, Long> sent() {
        Map<String, Long> all = new TreeMap<>();
        for (Node node : nodes) {
            if (node.running() && !node.paused()) {
                node.beans().sent().forEach((kind, count) -> all.merge(kind, count, Long::sum));
            }
        }
        all.keySet().removeAll(BACKGROUND);
        return all;
    }

    /** Long enough that a message on loopback is counted where it arrives and its answer is sent. */
    private static void pause() {
        Await.quietly(100);
    }
}
