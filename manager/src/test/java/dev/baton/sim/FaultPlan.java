package dev.baton.sim;

import java.util.ArrayList;
import java.util.List;

/** What goes wrong, when, and how it is undone. */
final class FaultPlan {
    private static final long MS = 1_000_000L;

    private final Simulation sim;
    private final Rng rng;
    private final Scenario scenario;
    private boolean over;

    FaultPlan(Simulation sim, Rng rng) {
        this.sim = sim;
        this.rng = rng;
        this.scenario = sim.scenario();
    }

    void schedule(long from) {
        for (int i = 0; i < scenario.faults; i++) {
            sim.scheduler().at(from + rng.between(0, scenario.faultNanos), this::strike);
        }
        if (scenario.outlived) {
            sim.scheduler().at(from, this::outlive);
        }
    }

    private void strike() {
        if (over) {
            return;
        }
        int[] weights = {scenario.crash, scenario.crashMany, scenario.pause, scenario.leave, scenario.cut, scenario.oneWay,
                scenario.partition, scenario.noise, scenario.whim, scenario.exclude, scenario.slow, scenario.deaf};
        int sum = 0;
        for (int w : weights) {
            sum += w;
        }
        int drawn = rng.below(sum);
        int which = 0;
        while (drawn >= weights[which]) {
            drawn -= weights[which++];
        }
        switch (which) {
            case 0 -> crash(1);
            case 1 -> crash(2 + rng.below(Math.max(1, scenario.nodes - 1)));
            case 2 -> pause();
            case 3 -> leave();
            case 4 -> cutOff();
            case 5 -> oneWay();
            case 6 -> partition();
            case 7 -> noise();
            case 8 -> sim.membership().whim(false);
            case 9 -> sim.membership().whim(true);
            case 10 -> slow();
            default -> deafen();
        }
    }

    private List<SimNode> up() {
        List<SimNode> up = new ArrayList<>();
        for (SimNode n : sim.nodes()) {
            if (n.up()) {
                up.add(n);
            }
        }
        return up;
    }

    private void crash(int count) {
        for (int i = 0; i < count; i++) {
            List<SimNode> up = up();
            if (up.isEmpty()) {
                return;
            }
            SimNode victim = rng.pick(up);
            if (rng.chance(0.4)) {
                victim.crashWhileSending(rng);
            } else {
                victim.crash();
            }
            if (rng.chance(0.8)) {
                restart(victim, rng.between(200 * MS, 12_000 * MS));
            }
        }
    }

    private void restart(SimNode node, long delay) {
        sim.scheduler().after(delay, () -> {
            if (!over && !node.up()) {
                node.start();
            }
        });
    }

    private void pause() {
        List<SimNode> up = up();
        if (up.isEmpty()) {
            return;
        }
        SimNode victim = rng.pick(up);
        victim.pause();
        long length = rng.chance(0.5) ? rng.between(100 * MS, 3_000 * MS) : rng.between(3_000 * MS, 16_000 * MS);
        sim.scheduler().after(length, victim::resume);
    }

    private void leave() {
        List<SimNode> up = up();
        if (up.size() < 2) {
            return;
        }
        SimNode leaver = rng.pick(up);
        if (!leaver.paused() && !leaver.process().leaving()) {
            leaver.process().leave();
            sim.scheduler().after(20_000 * MS, () -> {
                if (!over && !leaver.up() && rng.chance(0.7)) {
                    leaver.start();
                }
            });
        }
    }

    private long cutLength() {
        return rng.chance(0.4) ? rng.between(200 * MS, 3_000 * MS) : rng.between(3_000 * MS, 15_000 * MS);
    }

    private void cutBetween(SimNode a, SimNode b, boolean both, long length) {
        sim.trace().line("--", () -> "cut " + a.name + (both ? " | " : " -> ") + b.name);
        sim.network().cutOneWay(a.name, b.name);
        if (both) {
            sim.network().cutOneWay(b.name, a.name);
        }
        sim.scheduler().after(length, () -> {
            if (!over) {
                sim.trace().line("--", () -> "heal " + a.name + " " + b.name);
                sim.network().healOneWay(a.name, b.name);
                if (both) {
                    sim.network().healOneWay(b.name, a.name);
                }
            }
        });
    }

    private void cutOff() {
        SimNode one = rng.pick(sim.nodes());
        long length = cutLength();
        for (SimNode other : sim.nodes()) {
            if (other != one) {
                cutBetween(one, other, true, length);
            }
        }
    }

    /** One hears nothing any more, and is heard: so it is out before it knows. */
    private void deafen() {
        SimNode one = rng.pick(sim.nodes());
        long length = rng.between(6_000 * MS, 15_000 * MS);
        for (SimNode other : sim.nodes()) {
            if (other != one) {
                cutBetween(other, one, false, length);
            }
        }
    }

    /**
     * Some restart while one is cut off; then everybody dies whom it knows. It may learn that they are dead and go on, while
     * the restarted ones have gone on by majority; some of the dead come back on either side, and at last all meet.
     */
    private void outlive() {
        List<SimNode> nodes = new ArrayList<>(sim.nodes());
        rng.shuffle(nodes);
        SimNode one = nodes.remove(0);
        int fresh = 1 + rng.below(nodes.size() / 2);
        List<SimNode> restarting = nodes.subList(0, fresh);
        List<SimNode> known = nodes.subList(fresh, nodes.size());
        restarting.forEach(SimNode::crash);
        long at = rng.between(5_000 * MS, 9_000 * MS);
        long cut = 40_000 * MS + rng.between(0, 30_000 * MS);
        sim.scheduler().after(at, () -> restarting.forEach(n -> cutBetween(one, n, true, cut)));
        for (SimNode n : known) {
            long dies = at + rng.between(8_000 * MS, 26_000 * MS);
            sim.scheduler().after(at, () -> cutBetween(one, n, true, dies - at));
            sim.scheduler().after(dies, n::crash);
            long back = dies + rng.between(10_000 * MS, 20_000 * MS);
            boolean atItsSide = rng.chance(0.5);
            sim.scheduler().after(back, () -> (atItsSide ? restarting : List.of(one)).forEach(r -> cutBetween(n, r, true, at + cut - back)));
            restart(n, back + MS);
        }
        for (SimNode n : restarting) {
            restart(n, at + rng.between(500 * MS, 6_000 * MS));
        }
    }

    private void oneWay() {
        SimNode a = rng.pick(sim.nodes());
        SimNode b = rng.pick(sim.nodes());
        if (a != b) {
            cutBetween(a, b, rng.chance(0.3), cutLength());
        }
    }

    private void partition() {
        List<SimNode> left = new ArrayList<>(sim.nodes());
        rng.shuffle(left);
        int size = 1 + rng.below(left.size() - 1);
        List<SimNode> right = new ArrayList<>(left.subList(size, left.size()));
        long length = cutLength();
        for (SimNode a : left.subList(0, size)) {
            for (SimNode b : right) {
                cutBetween(a, b, true, length);
            }
        }
    }

    private void noise() {
        sim.trace().line("--", () -> "noise");
        for (SimNode a : sim.nodes()) {
            for (SimNode b : sim.nodes()) {
                if (a.index < b.index && rng.chance(0.7)) {
                    sim.network().disturb(a.id(), b.id(), rng.between(200 * MS, 4_000 * MS));
                }
            }
        }
    }

    private void slow() {
        SimNode a = rng.pick(sim.nodes());
        SimNode b = rng.pick(sim.nodes());
        if (a != b) {
            sim.trace().line("--", () -> "slow " + a.name + " " + b.name);
            sim.network().slow(a.id(), b.id(), rng.between(500 * MS, 6_000 * MS));
        }
    }

    /** Nothing goes wrong any more: all are connected and awake, most of the dead come back, proofs are given. */
    void end() {
        over = true;
        sim.trace().line("--", () -> "the faults end");
        sim.network().healAll();
        sim.proofs().policy = Proofs.Policy.GIVEN;
        sim.nodes().forEach(SimNode::resume);
        boolean anybody = !up().isEmpty();
        for (SimNode n : sim.nodes()) {
            if (!n.up() && (!anybody || rng.chance(0.6))) {
                anybody = true;
                n.start();
            }
        }
    }
}
