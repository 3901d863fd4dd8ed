package dev.baton.sim;

import dev.baton.model.Location;
import dev.baton.model.NodeId;
import dev.baton.protocol.CoreWindow;
import dev.baton.protocol.Effect;
import dev.baton.protocol.Input;
import dev.baton.protocol.InvariantBroken;
import dev.baton.protocol.Message;
import dev.baton.protocol.NodeCore;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * A place for a named node: one life of it after the other. Runs the core one input at a time, keeps its timer, and
 * stands still while paused, with everything that happens meanwhile piling up.
 */
final class SimNode {
    private static final long MS = 1_000_000L;

    final int index;
    final String name;
    private final Simulation sim;
    private final Location location;
    /** Each node's monotonic clock starts somewhere else, below zero too. */
    private long clockOffset;
    private NodeId id;
    private long lives;
    private NodeCore core;
    private Process process;
    private boolean up;
    private boolean paused;
    private boolean draining;
    /** Envelopes that still leave before the process dies, or -1. */
    private int sendThenDie = -1;
    private final ArrayDeque<Runnable> backlog = new ArrayDeque<>();
    private long wakeScheduledFor = Long.MAX_VALUE;
    private long viewNumber;
    private List<NodeId> view = List.of();
    /** Every life that this one was ever told of. */
    private final TreeSet<NodeId> met = new TreeSet<>();

    SimNode(Simulation sim, int index, Location location) {
        this.sim = sim;
        this.index = index;
        this.name = "n" + (index + 1);
        this.location = location;
        this.id = new NodeId(name, 1);
    }

    // ---- life

    void start() {
        id = new NodeId(name, ++lives);
        clockOffset = sim.rng().between(-1_000_000_000_000_000L, 1_000_000_000_000_000L);
        up = true;
        paused = false;
        backlog.clear();
        sendThenDie = -1;
        wakeScheduledFor = Long.MAX_VALUE;
        viewNumber = -1;
        view = List.of();
        met.clear();
        boolean late = sim.scenario().varied && index % 2 == 1;
        core = CoreWindow.start(id, location, stores(), late ? List.of() : sim.scenario().apps, sim.scenario().settings,
                sim.bug());
        process = new Process(sim, this);
        if (late) {
            after(sim.rng().between(0, 20_000 * MS), () -> give(new Input.Deployed(sim.scenario().apps)));
        }
        sim.trace().line(name, () -> "starts as " + id);
        sim.observer().started(this);
        sim.membership().started(id);
        scheduleWake();
    }

    /** The process is gone, from one moment to the next. */
    void crash() {
        sim.trace().line(name, () -> "crashes");
        end();
    }

    /** Dies in the middle of its next sending: some of its peers get their envelope, others do not. */
    void crashWhileSending(Rng rng) {
        NodeId life = id;
        sendThenDie = rng.below(4);
        sim.scheduler().after(500 * MS, () -> {
            if (up && life.equals(id) && sendThenDie >= 0) {
                crash();
            }
        });
    }

    private void end() {
        up = false;
        paused = false;
        backlog.clear();
        process.ended();
        sim.observer().ended(this);
    }

    void pause() {
        sim.trace().line(name, () -> "stands still");
        paused = true;
        sim.observer().lifeChanged();
    }

    void resume() {
        if (up && paused) {
            sim.trace().line(name, () -> "goes on");
            paused = false;
            sim.observer().lifeChanged();
            drain();
        }
    }

    /** Whether it keeps segments. */
    boolean stores() {
        return index >= sim.scenario().withoutStore;
    }

    boolean up() {
        return up;
    }

    boolean paused() {
        return paused;
    }

    /** Up and not standing still. */
    boolean running() {
        return up && !paused;
    }

    NodeId id() {
        return id;
    }

    NodeCore core() {
        return core;
    }

    Process process() {
        return process;
    }

    List<NodeId> view() {
        return view;
    }

    boolean met(NodeId life) {
        return met.contains(life);
    }

    /** This node's clock. */
    long clock() {
        return sim.now() + clockOffset;
    }

    // ---- what happens to it

    void view(List<NodeId> members, long number) {
        later(() -> {
            if (number > viewNumber && members.contains(id) && !members.equals(view)) {
                viewNumber = number;
                view = members;
                met.addAll(members);
                give(new Input.ViewChanged(members));
            }
        });
    }

    void receive(NodeId from, List<Message> envelope) {
        later(() -> envelope.forEach(m -> give(new Input.Received(from, m))));
    }

    /** Runs an action of this life: at once, or when it goes on. Dropped where the life has ended by then. */
    void later(Runnable action) {
        if (up) {
            backlog.add(action);
            drain();
        }
    }

    /** Runs an action of this life after a while. */
    void after(long delayNanos, Runnable action) {
        NodeId life = id;
        sim.scheduler().after(delayNanos, () -> {
            if (up && life.equals(id)) {
                later(action);
            }
        });
    }

    void give(Input input) {
        later(() -> step(input));
    }

    /** An input that is made when its turn comes, from what is true then. */
    void giveThen(Supplier<Input> input) {
        later(() -> step(input.get()));
    }

    private void drain() {
        if (draining || paused) {
            return;
        }
        draining = true;
        try {
            while (up && !paused && !backlog.isEmpty()) {
                backlog.poll().run();
            }
        } finally {
            draining = false;
        }
    }

    private void step(Input input) {
        if (!(input instanceof Input.Tick)) {
            sim.trace().line(name, () -> Lines.of(input));
        }
        List<Effect> effects;
        try {
            effects = core.step(input, clock());
        } catch (InvariantBroken e) {
            throw new InvariantViolated("core", name + " on " + Lines.of(input) + ": " + e.getMessage(), e);
        } catch (RuntimeException e) {
            throw new InvariantViolated("core", name + " on " + Lines.of(input) + ": " + e, e);
        }
        sim.observer().stepped(this, input);
        carryOut(effects);
        if (up) {
            scheduleWake();
        }
    }

    private void carryOut(List<Effect> effects) {
        Map<NodeId, List<Message>> envelopes = new LinkedHashMap<>();
        for (Effect e : effects) {
            if (e instanceof Effect.Send s) {
                envelopes.computeIfAbsent(s.to(), n -> new ArrayList<>()).add(s.message());
            }
        }
        for (Map.Entry<NodeId, List<Message>> e : envelopes.entrySet()) {
            if (sendThenDie == 0) {
                crash();
                return;
            }
            sendThenDie -= sendThenDie > 0 ? 1 : 0;
            sim.trace().line(name, () -> "  to " + e.getKey() + ": " + Lines.of(e.getValue()));
            sim.network().send(id, e.getKey(), e.getValue());
        }
        for (Effect e : effects) {
            if (!up) {
                return;
            }
            if (e instanceof Effect.Send) {
                continue;
            }
            if (!(e instanceof Effect.Serving || e instanceof Effect.Note || e instanceof Effect.UsersWanted)) {
                sim.trace().line(name, () -> "  " + Lines.of(e));
            }
            if (e instanceof Effect.Probe p) {
                sim.proofs().probe(this, p.node());
            } else if (e instanceof Effect.Note n) {
                sim.observer().noted(this, n);
            } else if (e instanceof Effect.Left) {
                sim.observer().leaves(this);
                sim.membership().left(id);
                end();
            } else if (e instanceof Effect.Rejected r) {
                throw new InvariantViolated("core", name + " was rejected: " + r.text());
            } else {
                process.effect(e);
            }
        }
    }

    private void scheduleWake() {
        long wake = core.nextWakeNanos();
        if (wake == Long.MAX_VALUE) {
            return;
        }
        // Not at the very same instant again, lest a core that is always due stops time.
        long at = Math.max(wake - clockOffset, sim.now() + MS / 10);
        if (at >= wakeScheduledFor && wakeScheduledFor > sim.now()) {
            return;
        }
        wakeScheduledFor = at;
        NodeId life = id;
        sim.scheduler().at(at, () -> {
            if (up && life.equals(id) && wakeScheduledFor == at) {
                wakeScheduledFor = Long.MAX_VALUE;
                later(() -> {
                    if (wakeScheduledFor == Long.MAX_VALUE) {
                        step(new Input.Tick());
                    }
                });
            }
        });
    }

    @Override
    public String toString() {
        return id.toString();
    }
}
