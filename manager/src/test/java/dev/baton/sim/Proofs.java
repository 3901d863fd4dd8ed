package dev.baton.sim;

import dev.baton.model.NodeId;
import dev.baton.protocol.Input;

/** Answers probes: a life is proven dead only where it really ended and the asker reaches its machine. */
final class Proofs {
    private static final long MS = 1_000_000L;

    enum Policy { GIVEN, LATE, WITHHELD }

    private final Simulation sim;
    private final Rng rng;
    Policy policy;

    Proofs(Simulation sim, Rng rng, Policy policy) {
        this.sim = sim;
        this.rng = rng;
        this.policy = policy;
    }

    void probe(SimNode asker, NodeId target) {
        if (sim.life(target) != null || policy == Policy.WITHHELD || !sim.network().connected(asker.name, target.name())) {
            return;
        }
        long delay = policy == Policy.LATE ? rng.between(3_000 * MS, 15_000 * MS) : rng.between(MS, 300 * MS);
        asker.after(delay, () -> asker.give(new Input.ProvenDead(target)));
    }
}
