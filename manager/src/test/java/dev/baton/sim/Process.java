package dev.baton.sim;

import dev.baton.model.Fence;
import dev.baton.model.NodeId;
import dev.baton.model.SessionImage;
import dev.baton.model.SessionKey;
import dev.baton.model.SessionMeta;
import dev.baton.protocol.Change;
import dev.baton.protocol.Denial;
import dev.baton.protocol.Effect;
import dev.baton.protocol.Input;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** The applications' side of one life of a node: gates, copies, look-ups, and the lease that requests must respect. */
final class Process {
    private static final long SECOND = 1_000_000_000L;

    interface LookupAnswer {
        void answer(SessionMeta meta, Denial reason);
    }

    final Simulation sim;
    final SimNode node;
    final NodeId life;
    private final TreeMap<SessionKey, Gate> gates = new TreeMap<>();
    private final TreeMap<Long, LookupAnswer> lookups = new TreeMap<>();
    private final List<Request> leaseWaiters = new ArrayList<>();
    private final List<Request> requests = new ArrayList<>();
    private long lastTicket;
    private long[] servingUntil;
    private boolean frozen = true;
    private boolean leaving;
    private boolean leaveGiven;

    Process(Simulation sim, SimNode node) {
        this.sim = sim;
        this.node = node;
        this.life = node.id();
        node.after(5 * SECOND, this::touch);
    }

    // ---- requests

    void begun(Request r) {
        requests.add(r);
    }

    void over(Request r) {
        requests.remove(r);
    }

    Gate gate(SessionKey key) {
        return gates.computeIfAbsent(key, k -> new Gate(this, k));
    }

    Gate gateIfAny(SessionKey key) {
        return gates.get(key);
    }

    void dropGate(SessionKey key) {
        gates.remove(key);
    }

    void putGate(SessionKey key, Gate gate) {
        gates.put(key, gate);
    }

    long lookup(SessionKey key, LookupAnswer answer) {
        long ticket = ++lastTicket;
        lookups.put(ticket, answer);
        node.give(new Input.Lookup(ticket, key));
        return ticket;
    }

    void cancelLookup(long ticket) {
        if (lookups.remove(ticket) != null) {
            node.give(new Input.CancelLookup(ticket));
        }
    }

    boolean mayServe(int segment) {
        return servingUntil != null && servingUntil[segment] > node.clock();
    }

    /** Runs the request again once the lease may have been confirmed. */
    void awaitLease(Request request) {
        leaseWaiters.add(request);
        node.give(new Input.ConfirmLease(request.key().segment()));
    }

    void stopAwaiting(Request request) {
        leaseWaiters.remove(request);
    }

    boolean accepting() {
        return !leaving;
    }

    boolean founded() {
        return node.core().effective() != null && !frozen;
    }

    // ---- what the oracle asks

    boolean couldServe(SessionKey key) {
        Gate g = gates.get(key);
        return g != null && g.held() && mayServe(key.segment());
    }

    /** How long the token has been here without anybody using it; 0 where it is not, or on its way. */
    long idleNanos(SessionKey key) {
        Gate g = gates.get(key);
        return g == null || !g.idle() ? 0 : g.ageNanos();
    }

    Fence fence(SessionKey key) {
        Gate g = gates.get(key);
        return g == null ? null : g.fence();
    }

    int waiting() {
        return gates.values().stream().mapToInt(Gate::busy).sum() + lookups.size() + leaseWaiters.size();
    }

    // ---- effects of the core

    void effect(Effect e) {
        if (e instanceof Effect.LookedUp x) {
            LookupAnswer answer = lookups.remove(x.ticket());
            if (answer != null) {
                answer.answer(x.meta(), x.reason());
            }
        } else if (e instanceof Effect.OpenGate x) {
            gate(x.key()).open(x);
        } else if (e instanceof Effect.CloseGate x) {
            gate(x.key()).close();
        } else if (e instanceof Effect.UsersWanted x && sim.scenario().varied) {
            node.give(new Input.Users(x.key(), "somebody"));
        } else if (e instanceof Effect.Returned x) {
            gate(x.key()).returned();
        } else if (e instanceof Effect.AcquireFailed x) {
            gate(x.key()).acquireFailed(x.reason());
        } else if (e instanceof Effect.Created x) {
            gate(x.key()).created(x.fence());
        } else if (e instanceof Effect.CreateFailed x) {
            gate(x.key()).createFailed(x.reason());
        } else if (e instanceof Effect.Committed x) {
            gate(x.key()).committed(x.version());
        } else if (e instanceof Effect.TokenLost x) {
            gate(x.key()).lost(x.reason());
        } else if (e instanceof Effect.Destroyed x) {
            gate(x.key()).destroyed(x.reason());
        } else if (e instanceof Effect.Renamed x) {
            gate(x.key()).renamed(x);
        } else if (e instanceof Effect.ImageWanted x) {
            gate(x.key()).imageWanted();
        } else if (e instanceof Effect.Expire x) {
            expire(x);
        } else if (e instanceof Effect.Serving x) {
            servingUntil = x.untilNanos();
            List<Request> again = new ArrayList<>(leaseWaiters);
            again.forEach(Request::leaseChanged);
        } else if (e instanceof Effect.TopologyChanged x) {
            frozen = x.frozen();
        }
    }

    private void expire(Effect.Expire x) {
        sim.oracle().expires(node, x.key(), x.fence(), x.contents(), x.image());
        Gate gate = gate(x.key());
        gate.expiring(x.fence());
        node.after(sim.rng().between(0, 20_000_000L), () -> node.give(new Input.Expired(x.key(), x.fence())));
    }

    /** Accesses that changed nothing are told now and then. */
    private void touch() {
        List<Change.Touch> touches = new ArrayList<>();
        for (Gate g : gates.values()) {
            if (g.touched()) {
                touches.add(new Change.Touch(g.key(), g.ageNanos()));
            }
        }
        if (!touches.isEmpty()) {
            node.give(new Input.Touch(touches));
        }
        node.after(5 * SECOND, this::touch);
    }

    // ---- leaving

    /** No new requests; tokens go back as they become idle; then the node leaves. */
    void leave() {
        leaving = true;
        sim.trace().line(node.name, () -> "leaves");
        leaveOn();
    }

    private void leaveOn() {
        boolean busy = false;
        for (Gate g : new ArrayList<>(gates.values())) {
            g.drain();
            busy |= g.busy() > 0 || g.held();
        }
        if (!busy && !leaveGiven) {
            leaveGiven = true;
            node.give(new Input.Leave());
        } else if (!leaveGiven) {
            node.after(SECOND / 10, this::leaveOn);
        }
    }

    boolean leaving() {
        return leaving;
    }

    boolean eager() {
        return sim.scenario().eager || leaving;
    }

    SessionImage image(SessionKey key) {
        Gate g = gates.get(key);
        return g == null ? null : g.image();
    }

    /** The life is over: nobody in it answers any more. */
    void ended() {
        new ArrayList<>(requests).forEach(Request::cutOff);
        leaseWaiters.clear();
        lookups.clear();
    }
}
