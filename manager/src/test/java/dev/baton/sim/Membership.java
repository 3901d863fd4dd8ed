package dev.baton.sim;

import dev.baton.model.NodeId;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/**
 * Gives the nodes their views, as a failure detector and a merge protocol would: late, at different times at
 * different nodes, split along cuts, merged in any order under any coordinator, and sometimes for no good reason.
 *
 * <p>A fresh node gets its first view only from a living cluster it can reach; it founds one only where nobody lives.
 */
final class Membership {
    private static final long MS = 1_000_000L;
    private static final long ROUND = 200 * MS;

    /** Nodes that agree on a view, or soon will. */
    private static final class Group {
        final List<NodeId> members = new ArrayList<>();
        long mergeAt = -1;
        long keptApartUntil;
        long publishedAt;
    }

    private final Simulation sim;
    private final Rng rng;
    private final List<Group> groups = new ArrayList<>();
    private final List<NodeId> joiners = new ArrayList<>();
    private long views;
    private final TreeMap<String, Long> lastReach = new TreeMap<>();
    /** Longest delay of a view at a node; the recovery makes it short. */
    long maxViewDelay = 2_000 * MS;

    Membership(Simulation sim, Rng rng) {
        this.sim = sim;
        this.rng = rng;
        sim.scheduler().after(ROUND, this::round);
    }

    void started(NodeId node) {
        joiners.add(node);
        sim.scheduler().after(rng.between(20 * MS, 120 * MS), this::admit);
    }

    /** A graceful end is noticed at once. */
    void left(NodeId node) {
        joiners.remove(node);
        for (Group g : new ArrayList<>(groups)) {
            if (g.members.remove(node)) {
                publish(g, 60 * MS);
            }
        }
        groups.removeIf(g -> g.members.isEmpty());
    }

    private void round() {
        long now = sim.now();
        for (SimNode a : sim.nodes()) {
            for (SimNode b : sim.nodes()) {
                if (a.index < b.index && reachable(a, b)) {
                    lastReach.put(pair(a.id(), b.id()), now);
                }
            }
        }
        for (Group g : new ArrayList<>(groups)) {
            split(g);
        }
        groups.removeIf(g -> g.members.isEmpty());
        List.copyOf(groups).forEach(this::tellAgain); // what is told may part a group
        merge();
        admit();
        sim.scheduler().after(ROUND, this::round);
    }

    private boolean reachable(SimNode a, SimNode b) {
        return a.up() && b.up() && !a.paused() && !b.paused() && sim.network().connected(a.name, b.name);
    }

    private static String pair(NodeId a, NodeId b) {
        return a.compareTo(b) < 0 ? a + "|" + b : b + "|" + a;
    }

    /** Crashes are found by their closed sockets, silence only by its length. */
    private boolean suspected(NodeId a, NodeId b) {
        long silent = sim.now() - lastReach.getOrDefault(pair(a, b), -1L);
        boolean gone = sim.life(a) == null || sim.life(b) == null;
        return silent > (gone ? 1_200 * MS : 6_200 * MS);
    }

    private void split(Group g) {
        List<List<NodeId>> parts = new ArrayList<>();
        Set<NodeId> left = new LinkedHashSet<>(g.members);
        left.removeIf(n -> sim.life(n) == null && g.members.stream()
                .filter(m -> sim.life(m) != null).allMatch(m -> suspected(m, n)));
        while (!left.isEmpty()) {
            List<NodeId> part = new ArrayList<>();
            NodeId first = left.iterator().next();
            part.add(first);
            left.remove(first);
            for (int i = 0; i < part.size(); i++) {
                NodeId from = part.get(i);
                for (NodeId n : new ArrayList<>(left)) {
                    if (!suspected(from, n)) {
                        part.add(n);
                        left.remove(n);
                    }
                }
            }
            part.sort((x, y) -> Integer.compare(g.members.indexOf(x), g.members.indexOf(y)));
            parts.add(part);
        }
        if (parts.size() == 1 && parts.get(0).equals(g.members)) {
            return;
        }
        List<NodeId> before = new ArrayList<>(g.members);
        g.members.clear();
        for (int i = 0; i < parts.size(); i++) {
            Group part = i == 0 ? g : new Group();
            part.members.addAll(parts.get(i));
            if (i > 0) {
                groups.add(part);
            }
            disturb(before);
            publish(part, maxViewDelay);
        }
    }

    /** Whoever was excluded without being told finds out by itself after a while. */
    private void tellAgain(Group g) {
        boolean stale = g.members.stream().map(sim::life).anyMatch(n -> n != null && n.running() && !n.view().equals(g.members));
        if (stale && sim.now() - g.publishedAt > 9_000 * MS) {
            publish(g, 100 * MS);
        }
    }

    private void merge() {
        for (int i = 0; i < groups.size(); i++) {
            for (int j = i + 1; j < groups.size(); j++) {
                Group a = groups.get(i);
                Group b = groups.get(j);
                if (!meet(a, b) || sim.now() < a.keptApartUntil || sim.now() < b.keptApartUntil) {
                    continue;
                }
                if (b.mergeAt < 0 || b.mergeAt < sim.now() - 3_000 * MS) {
                    b.mergeAt = sim.now() + rng.between(300 * MS, 4_000 * MS);
                } else if (b.mergeAt <= sim.now()) {
                    mergeNow(a, b);
                    return;
                }
            }
        }
    }

    private boolean meet(Group a, Group b) {
        for (NodeId x : a.members) {
            for (NodeId y : b.members) {
                SimNode nx = sim.life(x);
                SimNode ny = sim.life(y);
                if (nx != null && ny != null && reachable(nx, ny)) {
                    return true;
                }
            }
        }
        return false;
    }

    private void mergeNow(Group a, Group b) {
        List<NodeId> merged = new ArrayList<>(a.members);
        merged.addAll(b.members);
        if (sim.scenario().steady) {
            sim.trace().line("--", () -> "merge");
        } else if (rng.chance(0.3)) {
            rng.shuffle(merged);
        } else if (rng.chance(0.5)) {
            merged.removeAll(b.members);
            merged.addAll(0, b.members);
        }
        a.members.clear();
        a.members.addAll(merged);
        groups.remove(b);
        for (NodeId x : merged) {
            for (NodeId y : merged) {
                if (x.compareTo(y) < 0) {
                    lastReach.put(pair(x, y), sim.now());
                }
            }
        }
        disturb(merged);
        publish(a, maxViewDelay);
    }

    private void admit() {
        for (NodeId joiner : new ArrayList<>(joiners)) {
            SimNode node = sim.life(joiner);
            if (node == null) {
                joiners.remove(joiner);
                continue;
            }
            if (node.paused()) {
                continue;
            }
            boolean anybodyLives = groups.stream().anyMatch(g -> g.members.stream().anyMatch(m -> sim.life(m) != null));
            if (!anybodyLives) {
                joiners.remove(joiner);
                groups.clear();
                sim.observer().founded();
                Group g = new Group();
                g.members.add(joiner);
                groups.add(g);
                publish(g, 0);
                continue;
            }
            for (Group g : groups) {
                SimNode first = firstAlive(g);
                if (first != null && reachable(first, node)) {
                    joiners.remove(joiner);
                    g.members.add(joiner);
                    g.members.forEach(m -> lastReach.put(pair(m, joiner), sim.now()));
                    publish(g, 150 * MS);
                    break;
                }
            }
        }
    }

    private SimNode firstAlive(Group g) {
        for (NodeId m : g.members) {
            SimNode node = sim.life(m);
            if (node != null && !node.paused()) {
                return node;
            }
        }
        return null;
    }

    /** A new order, or a live member out for a while, without any fault that would explain it. */
    void whim(boolean exclude) {
        if (groups.isEmpty()) {
            return;
        }
        Group g = rng.pick(groups);
        if (g.members.size() < 2) {
            return;
        }
        if (exclude) {
            Group out = new Group();
            out.members.add(g.members.remove(rng.below(g.members.size())));
            out.keptApartUntil = sim.now() + rng.between(500 * MS, 8_000 * MS);
            groups.add(out);
            if (rng.chance(0.5)) {
                publish(out, maxViewDelay);
            } else {
                // It believes for a while that nothing happened; if it is not taken back by then it hears that it is alone.
                sim.scheduler().after(out.keptApartUntil - sim.now() + 5_000 * MS, () -> {
                    if (groups.contains(out)) {
                        publish(out, maxViewDelay);
                    }
                });
            }
        } else {
            rng.shuffle(g.members);
        }
        disturb(g.members);
        publish(g, maxViewDelay);
    }

    /** A live member goes out of the others' view, and is not told. */
    void exclude(NodeId node) {
        Group g = groupOf(node);
        Group out = new Group();
        g.members.remove(node);
        out.members.add(node);
        out.keptApartUntil = Long.MAX_VALUE;
        out.publishedAt = Long.MAX_VALUE;
        groups.add(out);
        publish(g, maxViewDelay);
    }

    /** The excluded one is found again. */
    void include(NodeId node) {
        groupOf(node).keptApartUntil = 0;
    }

    private Group groupOf(NodeId node) {
        return groups.stream().filter(g -> g.members.contains(node)).findFirst().orElseThrow();
    }

    private void disturb(List<NodeId> nodes) {
        if (sim.calm() || sim.scenario().steady || rng.chance(0.4)) {
            return;
        }
        NodeId one = rng.pick(nodes);
        for (NodeId other : nodes) {
            if (!other.equals(one)) {
                sim.network().disturb(one, other, rng.between(100 * MS, 1_500 * MS));
            }
        }
    }

    private void publish(Group g, long maxDelay) {
        List<NodeId> view = List.copyOf(g.members);
        SimNode alone = view.size() == 1 && maxDelay > 0 ? sim.life(view.get(0)) : null;
        if (alone != null && alone.view().isEmpty()) {
            // Taken out before it heard that it was in: it is no member of anything yet, and asks again.
            groups.remove(g);
            joiners.add(alone.id());
            return;
        }
        long number = ++views;
        g.publishedAt = sim.now();
        for (NodeId m : view) {
            long delay = maxDelay == 0 || sim.scenario().steady ? 0 : rng.chance(0.8) ? rng.between(0, Math.min(maxDelay, 100 * MS))
                    : rng.between(0, maxDelay);
            sim.scheduler().after(delay, () -> {
                SimNode node = sim.life(m);
                if (node != null) {
                    node.view(view, number);
                }
            });
        }
    }
}
