package dev.baton.sim;

import dev.baton.model.Location;
import dev.baton.model.NodeId;
import dev.baton.model.SessionKey;
import dev.baton.protocol.Bug;
import dev.baton.protocol.CoreSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One run: a cluster starts, clients work, faults strike, the faults end, everything must settle. Single-threaded and
 * decided by its seed alone.
 */
final class Simulation {
    private static final long MS = 1_000_000L;
    private static final long SECOND = 1_000 * MS;
    private static final long SETTLE_LIMIT = 240 * SECOND;
    private static final long MAX_EVENTS = 3_000_000;

    /** Wrong behaviour of the node around the core. */
    enum ClientBug {
        ANSWERS_EARLY, RELEASE_OVERTAKES_COMMIT, ANSWERS_BEFORE_RELEASED, RELEASES_BESIDE_OTHERS
    }

    private final long seed;
    private final Rng rng;
    private final Scenario scenario;
    private final Scheduler scheduler = new Scheduler();
    private final Trace trace;
    private final Network network;
    private final Membership membership;
    private final Proofs proofs;
    private final Oracle oracle;
    private final Observer observer;
    private final ClientDriver driver;
    private final FaultPlan faults;
    private final List<SimNode> nodes = new ArrayList<>();
    private final Bug bug;
    private final ClientBug clientBug;
    private boolean calm;

    /**
     * @param scenario null: drawn from the seed
     * @param sink     takes the trace, or null
     */
    Simulation(long seed, Scenario scenario, Bug bug, ClientBug clientBug, Consumer<String> sink) {
        this.seed = seed;
        this.rng = new Rng(seed);
        Rng choice = rng.split();
        this.scenario = scenario == null ? Scenario.mixed(seed, choice) : scenario;
        this.bug = bug;
        this.clientBug = clientBug;
        this.trace = new Trace(scheduler, sink);
        this.network = new Network(this, rng.split(), new Wire());
        this.membership = new Membership(this, rng.split());
        this.proofs = new Proofs(this, rng.split(), this.scenario.proofs);
        this.oracle = new Oracle(this);
        this.observer = new Observer(this);
        for (int i = 0; i < this.scenario.nodes; i++) {
            nodes.add(new SimNode(this, i, new Location("", "", host(i))));
        }
        this.driver = new ClientDriver(this, rng.split());
        this.faults = new FaultPlan(this, rng.split());
    }

    private String host(int node) {
        return scenario.hosts > 0 ? "host" + node % scenario.hosts : node % 2 == 0 ? "" : "host" + node;
    }

    // ---- parts

    /** Started one after the other, without faults, with one segment whose sessions are used. */
    static Simulation ofThreeSteadyNodes(CoreSettings settings) {
        return ofSteadyNodes(3, 0, settings);
    }

    /** @param hosts see {@link Scenario#hosts} */
    static Simulation ofSteadyNodes(int nodes, int hosts, CoreSettings settings) {
        Scenario s = new Scenario();
        s.nodes = nodes;
        s.hosts = hosts;
        s.settings = settings;
        s.proofs = Proofs.Policy.WITHHELD;
        s.steady = true;
        s.drawSegments(new Rng(1), 1);
        Simulation sim = new Simulation(1, s, null, null, null);
        for (SimNode n : sim.nodes()) {
            n.start();
            sim.until(sim.now() + TimeUnit.SECONDS.toNanos(2));
        }
        sim.until(sim.now() + TimeUnit.SECONDS.toNanos(5));
        return sim;
    }

    Scenario scenario() {
        return scenario;
    }

    Scheduler scheduler() {
        return scheduler;
    }

    long now() {
        return scheduler.now();
    }

    Rng rng() {
        return rng;
    }

    Trace trace() {
        return trace;
    }

    Network network() {
        return network;
    }

    Membership membership() {
        return membership;
    }

    Proofs proofs() {
        return proofs;
    }

    Oracle oracle() {
        return oracle;
    }

    Observer observer() {
        return observer;
    }

    ClientDriver driver() {
        return driver;
    }

    List<SimNode> nodes() {
        return nodes;
    }

    Bug bug() {
        return bug;
    }

    boolean bugInClient(ClientBug which) {
        return clientBug == which;
    }

    /** The faults are over. */
    boolean calm() {
        return calm;
    }

    /** The node that lives this life now, or null. */
    SimNode life(NodeId id) {
        for (SimNode n : nodes) {
            if (n.up() && n.id().equals(id)) {
                return n;
            }
        }
        return null;
    }

    // ---- the run

    /** What a run did, to see that runs do something. */
    record Result(long seed, String scenario, long events, long messages, long bytes, long grants, long successes,
                  long refused, long unknown, long destroyed, long coalesced, long continued, long purged,
                  long virtualMillis, long traceHash) {}

    /** @throws InvariantViolated where something was not as it must be */
    Result run() {
        trace.line("--", () -> "seed " + seed + ": " + scenario);
        for (int i = 0; i < nodes.size(); i++) {
            SimNode n = nodes.get(i);
            scheduler.at(i == 0 ? 0 : rng.between(10 * MS, 1_500 * MS), n::start);
        }
        scheduler.at(2 * SECOND, driver::start);
        long faultsFrom = scenario.early ? rng.between(0, 2 * SECOND) : rng.between(2 * SECOND, 7 * SECOND);
        faults.schedule(faultsFrom);
        until(faultsFrom + scenario.faultNanos + 500 * MS);
        calm = true;
        membership.maxViewDelay = 300 * MS;
        faults.end();
        until(now() + rng.between(SECOND, 4 * SECOND));
        driver.stop();
        comeToRest(driver.known());
        return new Result(seed, scenario.toString(), scheduler.ran(), network.messages, network.bytes(), oracle.grants,
                oracle.successes, driver.refused, driver.unknown, oracle.destroyed, network.coalesced, network.continued,
                network.purged, now() / MS, trace.hash());
    }

    /** Nothing goes wrong any more: everything must settle, and every session be readable. */
    void comeToRest(List<SessionKey> sessions) {
        settle();
        if (nodes.stream().noneMatch(n -> n.up() && n.stores())) {
            return;
        }
        driver.readAll(sessions, () -> {
            throw new InvariantViolated("L1", "after everything settled a session could not be read");
        });
        long readUntil = now() + 60 * SECOND;
        while (driver.open() > 0 && now() < readUntil) {
            until(now() + 200 * MS);
        }
        if (driver.open() > 0) {
            throw new InvariantViolated("L1", driver.open() + " last readings were not answered");
        }
    }

    private void settle() {
        long limit = now() + SETTLE_LIMIT;
        String why;
        while ((why = driver.open() > 0 ? "L1 " + driver.open() + " requests are not answered" : observer.unsettled()) != null) {
            if (now() >= limit) {
                throw new InvariantViolated(why.substring(0, 2), "not settled " + SETTLE_LIMIT / SECOND + " s after the faults ended: " + why);
            }
            until(now() + 500 * MS);
        }
    }

    /** Moves the time; used by {@link Story} directly. */
    void until(long time) {
        while (scheduler.step(time)) {
            if (scheduler.ran() > MAX_EVENTS) {
                throw new InvariantViolated("L1", "the cluster never comes to rest: " + MAX_EVENTS + " events");
            }
        }
    }
}
