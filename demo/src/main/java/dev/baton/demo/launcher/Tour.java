package dev.baton.demo.launcher;

import java.net.URI;
import java.net.http.HttpClient;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The scripted tour: a cart filled through all nodes, the holder's process killed, the cart gone on with, the node
 * started again, and after each step the cart compared with every change that was confirmed.
 */
final class Tour {
    private static final List<String> SKUS = List.of("tea", "bread", "honey", "candle", "notebook", "plant");
    private static final int CROWD = 4;
    private static final int ROUNDS = 3;

    /**
     * @param confirmed changes that were answered with success
     * @param wrong     what is lost or altered; empty if nothing
     */
    record Result(int confirmed, List<String> wrong) {}

    private final DemoCluster cluster;
    private final URI shop;
    private final HttpClient client;
    private final Progress progress;
    private final Set<String> wrong = new LinkedHashSet<>();
    private int step;
    private int product;
    private String holder = "";
    private long version = -1;
    private long travelled;
    private long whole;
    private int measured;

    Tour(DemoCluster cluster, URI shop, HttpClient client, Progress progress) {
        this.cluster = cluster;
        this.shop = shop;
        this.client = client;
        this.progress = progress;
    }

    /**
     * Takes the tour on a cluster whose nodes all run; they all run at its end too.
     *
     * @throws DemoFailed if it could not be brought to its end
     */
    Result take() throws DemoFailed, InterruptedException {
        Visitor visitor = new Visitor(shop, client);
        try (Crowd crowd = new Crowd(CROWD, SKUS, shop, client)) {
            head("A visitor fills a cart through all nodes, changing it in place; " + CROWD
                    + " more shop all the time");
            for (int i = 0; i < ROUNDS * DemoOptions.NODES.size(); i++) {
                change(visitor, DemoOptions.NODES.get(i % DemoOptions.NODES.size()));
            }
            compare(visitor);

            String victim = victim(visitor);
            head("The process that holds the token is killed, and the visitor goes on at once");
            String next = cluster.up().stream().filter(n -> !n.equals(victim)).findFirst().orElseThrow();
            long killed = System.nanoTime();
            cluster.kill(victim);
            Visitor.Confirmed first = change(visitor, next);
            progress.say("the next change was confirmed %s after the kill, by %s, %s", Progress.seconds(
                    System.nanoTime() - killed), first.node(), times(first.attempts()));
            compare(visitor);
            for (String node : cluster.up()) {
                change(visitor, node);
            }
            compare(visitor);

            head("The killed node is started again, and takes part");
            cluster.start(victim);
            change(visitor, victim);
            for (String node : cluster.up()) {
                compareAt(visitor, node);
            }

            head("The other visitors finish, and everything is compared");
            Crowd.Outcome others = crowd.finish();
            progress.say("%d other visitors: %d changes confirmed, %d of them when sent again, the longest wait %s",
                    CROWD, others.changes(), others.again(), Progress.seconds(others.longestNanos()));
            wrong.addAll(others.wrong());
            if (measured > 0) {
                progress.say("the first visitor's %d changes: %,d bytes travelled, %,d as whole sessions (%.1f %%)",
                        measured, travelled, whole, 100.0 * travelled / whole);
            }
            return new Result(visitor.ledger().confirmations() + others.changes(), List.copyOf(wrong));
        }
    }

    private void head(String text) {
        progress.plain("");
        progress.plain(++step + ". " + text);
    }

    private Visitor.Confirmed change(Visitor visitor, String node) throws DemoFailed, InterruptedException {
        String sku = SKUS.get(product++ % SKUS.size());
        Visitor.Confirmed confirmed = visitor.add(sku, 2, node);
        Figures figures = cluster.figures(confirmed.node(), visitor.session());
        long sent = figures.sentSince(version);
        long size = figures.number("sessionBytes");
        String bytes = "";
        if (sent >= 0 && size > 0) {
            travelled += sent;
            whole += size;
            measured++;
            bytes = String.format(Locale.ROOT, ": %,d bytes travelled, the whole session has %,d", sent, size);
        }
        version = Math.max(version, figures.number("version"));
        String now = figures.get("holder");
        String token = now.equals("?") ? "" : now.equals(holder) || holder.isEmpty() ? "; token at " + now
                : "; token " + holder + " → " + now;
        holder = now;
        progress.say("%s: 2 × %s added%s%s", confirmed.node(), sku, bytes, token);
        return confirmed;
    }

    /** The node that holds the token; where nobody knows, the one that the session's id names. */
    private String victim(Visitor visitor) throws DemoFailed {
        String name = cluster.names().contains(holder) ? holder : Cookies.route(visitor.session());
        if (name == null || !cluster.names().contains(name)) {
            throw new DemoFailed("no node holds the token of the visitor's session: " + holder + ", " + name);
        }
        return name;
    }

    private void compare(Visitor visitor) throws DemoFailed, InterruptedException {
        compareAt(visitor, null);
    }

    private void compareAt(Visitor visitor, String node) throws DemoFailed, InterruptedException {
        List<String> found = visitor.compare(node);
        int confirmed = visitor.ledger().confirmations();
        if (found.isEmpty()) {
            progress.say("compared%s: all %d confirmed changes are in the cart", node == null ? "" : " at " + node,
                    confirmed);
        } else {
            progress.say("compared%s: WRONG in %d ways, first: %s", node == null ? "" : " at " + node, found.size(),
                    found.get(0));
            wrong.addAll(found);
        }
    }

    private static String times(int attempts) {
        return attempts == 1 ? "at the first try" : "at try " + attempts;
    }
}
