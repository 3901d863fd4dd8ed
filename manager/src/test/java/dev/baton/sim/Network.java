package dev.baton.sim;

import dev.baton.model.NodeId;
import dev.baton.protocol.Change;
import dev.baton.protocol.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The transport as the facts about JGroups describe it: FIFO and reliable between two lives while nothing happens;
 * what was sent across a cut is kept and comes up to the length of the cut late, or is lost; around cuts and view
 * changes messages are lost, doubled and overtaken; a life that was excluded is still heard; to the dead nothing comes.
 */
final class Network {
    private static final long MS = 1_000_000L;
    private static final long KEPT = 60_000 * MS;

    private final class Link {
        final NodeId from;
        final NodeId to;
        long lastArrival;
        long noisyUntil = -1;
        long slowUntil = -1;
        final List<Held> held = new ArrayList<>();

        Link(NodeId from, NodeId to) {
            this.from = from;
            this.to = to;
        }
    }

    /** What a story does to envelopes with a message of one kind from one name to another. */
    static final class Trick {
        enum Form { LOSE, DOUBLE, DELAY }

        private final Form form;
        private final String kind;
        private final Pair on;
        private int skip;
        private final boolean always;
        private final long nanos;

        /**
         * @param skip   so many of them pass untouched
         * @param always all others, not just the next one
         * @param nanos  how late the second one, or the only one, comes
         */
        Trick(Form form, String kind, String from, String to, int skip, boolean always, long nanos) {
            this.form = form;
            this.kind = kind;
            this.on = new Pair(from, to);
            this.skip = skip;
            this.always = always;
            this.nanos = nanos;
        }

        private boolean strikes(Pair pair, List<Message> envelope) {
            return on.equals(pair) && envelope.stream().anyMatch(m -> m.getClass().getSimpleName().equals(kind))
                    && --skip < 0;
        }
    }

    private record Held(long sentAt, byte[] bytes, List<Message> plain) {}

    private record Pair(String from, String to) implements Comparable<Pair> {
        @Override
        public int compareTo(Pair o) {
            int c = from.compareTo(o.from);
            return c != 0 ? c : to.compareTo(o.to);
        }
    }

    private record Lives(NodeId from, NodeId to) implements Comparable<Lives> {
        @Override
        public int compareTo(Lives o) {
            int c = from.compareTo(o.from);
            return c != 0 ? c : to.compareTo(o.to);
        }
    }

    private final Simulation sim;
    private final Rng rng;
    private final Wire wire;
    private final TreeMap<Lives, Link> links = new TreeMap<>();
    private final TreeMap<Pair, Integer> cuts = new TreeMap<>();
    private final List<Trick> tricks = new ArrayList<>();
    private long troubledUntil;
    long envelopes;
    long messages;
    /** Differences of several changes, and copies that went on where they had stopped. */
    long coalesced;
    /** Tombstones that copies were told to forget. */
    long purged;
    long continued;
    /** Hears what is sent, or null. */
    Consumer<Message> tap;

    Network(Simulation sim, Rng rng, Wire wire) {
        this.sim = sim;
        this.rng = rng;
        this.wire = wire;
    }

    long bytes() {
        return wire.bytes;
    }

    private Link link(NodeId from, NodeId to) {
        return links.computeIfAbsent(new Lives(from, to), l -> new Link(from, to));
    }

    boolean cut(String from, String to) {
        return cuts.containsKey(new Pair(from, to));
    }

    /** Both directions open between two names. */
    boolean connected(String a, String b) {
        return !cut(a, b) && !cut(b, a);
    }

    /** Cuts one direction; cuts add up. */
    void cutOneWay(String from, String to) {
        cuts.merge(new Pair(from, to), 1, Integer::sum);
    }

    void healOneWay(String from, String to) {
        Pair pair = new Pair(from, to);
        Integer n = cuts.get(pair);
        if (n == null) {
            return;
        }
        if (n > 1) {
            cuts.put(pair, n - 1);
        } else {
            cuts.remove(pair);
            flushHeld(pair);
        }
    }

    void play(Trick trick) {
        tricks.add(trick);
    }

    void noTricks() {
        tricks.clear();
    }

    void healAll() {
        List<Pair> all = new ArrayList<>(cuts.keySet());
        cuts.clear();
        all.forEach(this::flushHeld);
    }

    /** Since when every message has come, in order and once; it may still be to come. */
    long soundSince() {
        return cuts.isEmpty() && (sim.calm() || !sim.scenario().alwaysNoisy) ? troubledUntil : Long.MAX_VALUE;
    }

    private void trouble(long until) {
        troubledUntil = Math.max(troubledUntil, until);
    }

    /** For a while, what these two say to each other may be lost, doubled or overtaken. */
    void disturb(NodeId a, NodeId b, long nanos) {
        for (Link l : List.of(link(a, b), link(b, a))) {
            l.noisyUntil = Math.max(l.noisyUntil, sim.now() + nanos);
        }
        trouble(sim.now() + nanos + 6_000 * MS); // what is doubled may come late
    }

    void slow(NodeId a, NodeId b, long nanos) {
        for (Link l : List.of(link(a, b), link(b, a))) {
            l.slowUntil = Math.max(l.slowUntil, sim.now() + nanos);
        }
        trouble(sim.now() + nanos);
    }

    void send(NodeId from, NodeId to, List<Message> envelope) {
        envelopes++;
        messages += envelope.size();
        envelope.forEach(this::count);
        sim.observer().sent(from, to, envelope);
        Link link = link(from, to);
        Held held = new Held(sim.now(), wire.encode(envelope), envelope);
        for (Trick t : tricks) {
            if (t.strikes(new Pair(from.name(), to.name()), envelope)) {
                tricked(t, link, held);
                return;
            }
        }
        if (cut(from.name(), to.name())) {
            link.held.add(held);
            return;
        }
        transmit(link, held);
    }

    private void count(Message m) {
        if (m instanceof Message.Replicate r) {
            coalesced += r.changes().stream().filter(c -> c instanceof Change.Synced).count();
            purged += r.changes().stream().mapToLong(c -> c instanceof Change.Purged p ? p.keys().size() : 0).sum();
        } else if (m instanceof Message.Attached a && a.match() == Message.Match.CONTINUED) {
            continued++;
        }
        if (tap != null) {
            tap.accept(m);
        }
    }

    private void tricked(Trick t, Link link, Held held) {
        if (!t.always) {
            tricks.remove(t);
        }
        trouble(sim.now() + t.nanos);
        if (t.form == Trick.Form.LOSE) {
            sim.trace().line(link.to.name(), () -> "lost from " + link.from.name() + ": " + Lines.of(held.plain));
            return;
        }
        deliverAt(sim.now() + t.nanos, link, held);
        if (t.form == Trick.Form.DOUBLE) {
            transmit(link, held);
        }
    }

    private void transmit(Link link, Held held) {
        boolean noisy = sim.now() < link.noisyUntil || sim.scenario().alwaysNoisy && !sim.calm();
        if (noisy && rng.chance(sim.scenario().loss)) {
            sim.trace().line(link.to.name(), () -> "lost from " + link.from.name() + ": " + Lines.of(held.plain));
            return;
        }
        long delay = sim.scenario().steady ? MS : rng.between(100_000, 2 * MS);
        if (sim.now() < link.slowUntil) {
            delay += rng.between(5 * MS, 400 * MS);
        }
        boolean overtakes = noisy && rng.chance(sim.scenario().overtaken);
        long at = sim.now() + delay;
        if (overtakes) {
            at += rng.between(0, 300 * MS);
        } else {
            at = Math.max(at, link.lastArrival + 1);
            link.lastArrival = at;
        }
        deliverAt(at, link, held);
        if (noisy && rng.chance(sim.scenario().twice)) {
            deliverAt(at + rng.between(0, rng.chance(0.3) ? 5_000 * MS : 300 * MS), link, held);
        }
    }

    private void deliverAt(long at, Link link, Held held) {
        sim.scheduler().at(at, () -> {
            if (cut(link.from.name(), link.to.name())) {
                link.held.add(held);
            } else {
                deliver(link, held);
            }
        });
    }

    private void deliver(Link link, Held held) {
        SimNode node = sim.life(link.to);
        if (node != null) {
            node.receive(link.from, wire.decode(held.bytes));
        }
    }

    /** After the heal: all of it in order, or some of it lost, doubled or out of order; nothing that is too old. */
    private void flushHeld(Pair pair) {
        for (Link link : links.values()) {
            if (!link.from.name().equals(pair.from) || !link.to.name().equals(pair.to)) {
                continue;
            }
            List<Held> held = new ArrayList<>(link.held);
            link.held.clear();
            trouble(sim.now() + 1_000 * MS);
            held.removeIf(h -> sim.now() - h.sentAt > KEPT);
            double lossy = rng.chance(0.3) ? rng.chance(0.5) ? 1 : 0.3 : 0;
            if (rng.chance(0.3)) {
                link.noisyUntil = Math.max(link.noisyUntil, sim.now() + 1_000 * MS);
            }
            for (Held h : held) {
                if (!rng.chance(lossy)) {
                    transmit(link, h);
                }
            }
        }
    }
}
