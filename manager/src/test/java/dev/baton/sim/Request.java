package dev.baton.sim;

import dev.baton.diff.AttributeDiff;
import dev.baton.model.AttributeChange;
import dev.baton.model.SessionDelta;
import dev.baton.model.SessionImage;
import dev.baton.model.SessionKey;
import dev.baton.model.SessionMeta;
import dev.baton.model.Stamp;
import dev.baton.protocol.Denial;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * One request of a client: look-up, token, lease, work, acknowledgement, lease again, answer. It reports success only
 * where all of that held.
 */
final class Request {
    private static final long MS = 1_000_000L;
    private static final long LOCK_TIMEOUT = 10_000 * MS;
    private static final long COMMIT_TIMEOUT = 5_000 * MS;

    enum Kind { READ, WRITE, LOOK, DESTROY, RENAME, CREATE }

    enum Outcome { OK, ABSENT, REFUSED, UNKNOWN, CUT_OFF }

    interface Done {
        void done(Request r, Outcome outcome);
    }

    private enum Phase { LOOKUP, WAITING, ENTRY_LEASE, WORKING, COMMITTING, ANSWER_LEASE, CREATING, DESTROYING, RENAMING, OVER }

    final Kind kind;
    final int number;
    private final Process process;
    private final Simulation sim;
    private final Rng rng;
    private final Done done;
    private SessionKey key;
    private Gate gate;
    private Phase phase;
    private Oracle.Floor floor;
    private long ticket;
    private int writesLeft;
    private long awaited;
    private Stamp answer;
    private boolean gaveBack;

    Request(Process process, int number, Kind kind, SessionKey key, int writes, Done done) {
        this.process = process;
        this.sim = process.sim;
        this.rng = sim.driver().rng();
        this.number = number;
        this.kind = kind;
        this.key = key;
        this.writesLeft = writes;
        this.done = done;
        process.begun(this);
    }

    SessionKey key() {
        return key;
    }

    private void say(String text) {
        sim.trace().line(process.node.name, () -> "request " + number + " " + kind + " " + key + ": " + text);
    }

    void start(boolean lookFirst, SessionImage first) {
        say("begins");
        floor = sim.oracle().floor(key);
        if (kind == Kind.CREATE) {
            phase = Phase.CREATING;
            gate = process.gate(key);
            gate.create(this, first);
            limit(Phase.CREATING, COMMIT_TIMEOUT + LOCK_TIMEOUT);
        } else if (lookFirst || kind == Kind.LOOK) {
            phase = Phase.LOOKUP;
            limit(Phase.LOOKUP, LOCK_TIMEOUT);
            ticket = process.lookup(key, (meta, reason) -> {
                if (phase != Phase.LOOKUP) {
                    return;
                }
                if (reason != null) {
                    over(Outcome.REFUSED, "look-up: " + reason);
                } else if (meta == null) {
                    sim.oracle().absent(process.node, key);
                    over(Outcome.ABSENT, "no such session");
                } else {
                    sim.oracle().exists(process.node, key, floor.at());
                    if (kind == Kind.LOOK) {
                        over(Outcome.OK, "exists");
                    } else {
                        acquire();
                    }
                }
            });
        } else {
            acquire();
        }
    }

    private void limit(Phase of, long nanos) {
        process.node.after(nanos, () -> {
            if (phase == of) {
                say("time is up in " + of);
                switch (of) {
                    case LOOKUP -> process.cancelLookup(ticket);
                    case WAITING -> {
                        sim.observer().waitedInVain(process.node, key);
                        gate.giveUp(this);
                    }
                    case CREATING -> gate.creatorGone();
                    default -> { }
                }
                over(of == Phase.WAITING || of == Phase.LOOKUP || of == Phase.ENTRY_LEASE ? Outcome.REFUSED
                        : Outcome.UNKNOWN, "time-out");
            }
        });
    }

    private void acquire() {
        phase = Phase.WAITING;
        limit(Phase.WAITING, LOCK_TIMEOUT);
        gate = process.gate(key);
        gate.enter(this);
    }

    void entered() {
        phase = Phase.ENTRY_LEASE;
        limit(Phase.ENTRY_LEASE, COMMIT_TIMEOUT);
        // The request's own thread goes on, after the step that let it in.
        process.node.later(() -> {
            if (phase == Phase.ENTRY_LEASE) {
                leaseChanged();
                if (phase == Phase.ENTRY_LEASE) {
                    process.awaitLease(this);
                }
            }
        });
    }

    void leaseChanged() {
        if (phase != Phase.ENTRY_LEASE && phase != Phase.ANSWER_LEASE || !process.mayServe(key.segment())) {
            return;
        }
        process.stopAwaiting(this);
        if (phase == Phase.ENTRY_LEASE) {
            sim.oracle().serves(process.node, key, gate.fence(), gate.stamp(), floor, Oracle.Moment.ENTRY);
            phase = Phase.WORKING;
            process.node.after(think(), this::work);
        } else {
            sim.oracle().serves(process.node, key, gate.fence(), answer, floor,
                    gaveBack ? Oracle.Moment.LATE_ANSWER : Oracle.Moment.ANSWER);
            over(Outcome.OK, "answers with " + answer);
        }
    }

    private long think() {
        if (sim.scenario().steady) {
            return MS;
        }
        return rng.chance(0.9) ? rng.between(MS / 10, 30 * MS) : rng.between(MS, 1_500 * MS);
    }

    private void work() {
        if (phase != Phase.WORKING) {
            return;
        }
        if (gate.renaming()) {
            process.node.after(5 * MS, this::work);
        } else if (writesLeft > 0) {
            writesLeft--;
            if (writesLeft == 0 && kind == Kind.WRITE && gate.goesBackWith(this)) {
                gaveBack = true;
                gate.writeLast(this, delta());
                finish();
            } else {
                gate.write(delta());
                process.node.after(think(), this::work);
            }
        } else if (kind == Kind.DESTROY) {
            phase = Phase.DESTROYING;
            limit(Phase.DESTROYING, COMMIT_TIMEOUT);
            say("destroys");
            gate.destroy();
        } else if (kind == Kind.RENAME) {
            phase = Phase.RENAMING;
            limit(Phase.RENAMING, COMMIT_TIMEOUT);
            String id = sim.driver().drawId(key.segment());
            say("renames to " + new SessionKey(key.application(), id));
            gate.rename(this, id);
        } else {
            finish();
        }
    }

    /** Waits for the newest version that exists now, whoever made it. */
    private void finish() {
        phase = Phase.COMMITTING;
        answer = gate.stamp();
        boolean early = sim.bugInClient(Simulation.ClientBug.ANSWERS_EARLY)
                || gaveBack && sim.bugInClient(Simulation.ClientBug.ANSWERS_BEFORE_RELEASED);
        awaited = early ? 0 : answer.version();
        limit(Phase.COMMITTING, COMMIT_TIMEOUT);
        if (sim.bugInClient(Simulation.ClientBug.RELEASE_OVERTAKES_COMMIT)) {
            gate.leave(this);
        }
        acknowledged();
    }

    void acknowledged() {
        if (phase == Phase.COMMITTING && gate.acknowledged(awaited)) {
            phase = Phase.ANSWER_LEASE;
            limit(Phase.ANSWER_LEASE, COMMIT_TIMEOUT);
            leaseChanged();
            if (phase == Phase.ANSWER_LEASE) {
                process.awaitLease(this);
            }
        }
    }

    private SessionDelta delta() {
        SessionImage image = gate.image();
        boolean varied = sim.scenario().varied;
        List<AttributeChange> changes = new ArrayList<>();
        List<Integer> names = new ArrayList<>(List.of(rng.below(4)));
        while (varied && rng.chance(0.5)) {
            names.add(rng.below(8));
        }
        for (int name : new LinkedHashSet<>(names)) {
            changes.add(change(image, "a" + name, varied && rng.chance(0.1)));
        }
        SessionMeta meta = varied && rng.chance(0.2) ? meta(image.meta()) : null;
        return new SessionDelta(gate.stamp().version(), meta != null && rng.chance(0.5) ? List.of() : changes, meta, 0);
    }

    /** A login, a logout, or other notes. */
    private SessionMeta meta(SessionMeta before) {
        boolean user = rng.chance(0.5);
        return new SessionMeta(before.createdMillis(), before.maxInactiveSeconds(), user ? "FORM" : null,
                user ? bytes(20) : null, rng.chance(0.5) ? bytes(rng.below(30)) : before.notes());
    }

    private AttributeChange change(SessionImage image, String name, boolean large) {
        List<String> names = image.names();
        byte[] before = image.attribute(name);
        int form = rng.below(10);
        AttributeChange change;
        if (before != null && form == 0 && names.size() > 1) {
            change = new AttributeChange.Remove(name);
        } else if (before != null && (before.length < 200 || sim.scenario().varied) && form < 6) {
            change = AttributeDiff.between(name, before, edited(before)).orElseThrow();
        } else {
            change = new AttributeChange.Put(name, bytes(large ? 3_000 : 4 + rng.below(40)));
        }
        return change;
    }

    private byte[] bytes(int length) {
        byte[] value = new byte[length];
        for (int i = 0; i < length; i++) {
            value[i] = (byte) rng.next();
        }
        return value;
    }

    /** One byte becomes two others. */
    private byte[] edited(byte[] before) {
        byte[] after = new byte[before.length + 1];
        int at = rng.below(before.length);
        System.arraycopy(before, 0, after, 0, at);
        after[at] = (byte) (before[at] + 1 + rng.below(200));
        after[at + 1] = (byte) rng.next();
        System.arraycopy(before, at + 1, after, at + 2, before.length - at - 1);
        return after;
    }

    // ---- what the gate tells

    void refused(Denial reason, boolean absent) {
        if (phase == Phase.WAITING && absent) {
            over(Outcome.ABSENT, "refused: " + reason);
        } else {
            over(phase == Phase.WAITING ? Outcome.REFUSED : Outcome.UNKNOWN, "refused: " + reason);
        }
    }

    void createdHere() {
        if (phase == Phase.CREATING) {
            over(Outcome.OK, "created");
        }
    }

    void destroyed(Denial reason) {
        over(phase == Phase.DESTROYING && reason == null ? Outcome.OK : Outcome.UNKNOWN, "destroyed " + reason);
    }

    void destroyRefused(Denial reason) {
        if (phase == Phase.DESTROYING) {
            over(Outcome.UNKNOWN, "destroy refused: " + reason);
        }
    }

    void moved(SessionKey newKey) {
        key = newKey;
    }

    void renamedTo(SessionKey newKey) {
        if (phase == Phase.RENAMING) {
            finish();
        }
    }

    void renameRefused(Denial reason) {
        if (phase == Phase.RENAMING) {
            over(Outcome.UNKNOWN, "rename refused: " + reason);
        }
    }

    void cutOff() {
        over(Outcome.CUT_OFF, "the node ends");
    }

    private void over(Outcome outcome, String text) {
        if (phase == Phase.OVER) {
            return;
        }
        say(text);
        phase = Phase.OVER;
        process.over(this);
        process.stopAwaiting(this);
        if (gate != null && outcome != Outcome.CUT_OFF) {
            gate.leave(this);
        }
        done.done(this, outcome);
    }
}
