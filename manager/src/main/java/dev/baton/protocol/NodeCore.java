package dev.baton.protocol;

import dev.baton.model.Fence;
import dev.baton.model.Location;
import dev.baton.model.Member;
import dev.baton.model.NodeId;
import dev.baton.model.SegmentEntry;
import dev.baton.model.SessionImage;
import dev.baton.model.SessionKey;
import dev.baton.model.TableNumber;
import dev.baton.model.Topology;
import java.util.ArrayList;
import java.util.List;

/**
 * One node of the cluster as a deterministic machine: an input and the time go in, effects come out. It owns the
 * segments stored here ({@link Segments}), the tokens of this process ({@link ProcessTokens}), this seat's part in
 * choosing tables ({@link TableKeeper}, {@link Coordinator}) and the leases ({@link Leases}).
 *
 * <p>Not thread-safe: one step at a time, and every effect of a step is carried out before the effects of the next.
 */
public final class NodeCore {
    /** Who lost a word of what this node is, or has deployed, learns it then. */
    private static final int RESENDS_PER_HELLO = 60;

    private final NodeId self;
    private final Location location;
    private final boolean store;
    private List<Message.App> apps;
    private final Step step;
    private final Directory directory;
    private final Leases leases;
    private final Segments segments;
    private final ProcessTokens tokens;
    private final Censuses censuses;
    private final TableKeeper keeper;
    private final Coordinator coordinator;

    private boolean leaving;
    private boolean left;
    private boolean started;
    private long tickNanos;
    private long slowTickNanos;
    private long helloNanos;
    private long duplicateSince = Long.MIN_VALUE;
    private long namesakeSince = Long.MAX_VALUE;
    private boolean namesakeTold;
    private boolean storeMissing;
    private boolean frozenTold;

    /**
     * @param self     name and incarnation of this life
     * @param store    whether this node keeps segments
     * @param apps     applications deployed here so far
     */
    public NodeCore(NodeId self, Location location, boolean store, List<Message.App> apps, CoreSettings settings) {
        this(self, location, store, apps, settings, Guards.STRICT);
    }

    NodeCore(NodeId self, Location location, boolean store, List<Message.App> apps, CoreSettings settings, Guards guards) {
        this.self = self;
        this.location = location;
        this.store = store;
        this.apps = List.copyOf(apps);
        this.step = new Step(self, settings, guards);
        this.directory = new Directory(step);
        this.segments = new Segments(step, directory);
        this.leases = segments.leases;
        this.tokens = new ProcessTokens(step, directory);
        this.censuses = new Censuses(step, directory);
        this.keeper = new TableKeeper(step, directory, segments, this::adopt);
        this.coordinator = new Coordinator(step, directory, keeper);
        directory.hello(self, hello());
    }

    private Message.Hello hello() {
        return new Message.Hello(location, store, step.settings.canonical(), apps);
    }

    /**
     * Takes one input and says what must be done.
     *
     * @param nowNanos monotonic time, never less than in the step before
     * @return effects, to be carried out in this order
     * @throws InvariantBroken where the node must stop taking part
     */
    public List<Effect> step(Input input, long nowNanos) {
        if (!started) {
            started = true;
            step.now = nowNanos; // monotonic clocks may begin below zero
            tickNanos = nowNanos;
            slowTickNanos = nowNanos;
            helloNanos = nowNanos;
        }
        step.now = Math.max(step.now, nowNanos);
        take(input);
        do {
            Message m;
            while ((m = step.nextToSelf()) != null) {
                received(self, m);
            }
        } while (segments.settle());
        segments.acknowledgeAlong();
        return step.takeEffects();
    }

    private void take(Input input) {
        if (input instanceof Input.Received in) {
            directory.seen(in.from());
            received(in.from(), in.message());
        } else if (input instanceof Input.Commit in) {
            tokens.commit(in);
        } else if (input instanceof Input.LastCommit in) {
            tokens.lastCommit(in);
        } else if (input instanceof Input.Acquire in) {
            tokens.acquire(in);
        } else if (input instanceof Input.CancelAcquire in) {
            tokens.cancelAcquire(in);
        } else if (input instanceof Input.Idle in) {
            tokens.idle(in);
        } else if (input instanceof Input.Lookup in) {
            tokens.lookup(in);
        } else if (input instanceof Input.Census in) {
            censuses.ask(in);
        } else if (input instanceof Input.CancelCensus in) {
            censuses.cancel(in.ticket());
        } else if (input instanceof Input.CancelLookup in) {
            tokens.cancelLookup(in.ticket());
        } else if (input instanceof Input.Create in) {
            tokens.create(in);
        } else if (input instanceof Input.Offer in) {
            tokens.offer(in);
        } else if (input instanceof Input.Destroy in) {
            tokens.destroy(in);
        } else if (input instanceof Input.Expired in) {
            tokens.expired(in);
        } else if (input instanceof Input.Rename in) {
            tokens.rename(in);
        } else if (input instanceof Input.Users in) {
            tokens.users(in);
        } else if (input instanceof Input.Touch in) {
            tokens.touch(in);
        } else if (input instanceof Input.ConfirmLease in) {
            leases.askForRight(in.segment());
        } else if (input instanceof Input.Tick) {
            tick();
        } else if (input instanceof Input.ViewChanged in) {
            viewChanged(in.members());
        } else if (input instanceof Input.ProvenDead in) {
            if (directory.provenDead(in.node())) {
                review();
                segments.tick();
            }
        } else if (input instanceof Input.Forget in) {
            directory.forget(in.name());
            review();
        } else if (input instanceof Input.Deployed in) {
            apps = in.apps();
            directory.hello(self, hello());
            directory.view().forEach(n -> sayHello(n));
        } else if (input instanceof Input.Leave) {
            leaving = true;
            tokens.leave();
            leaveOn();
        }
    }

    // ---- membership

    private void viewChanged(List<NodeId> members) {
        List<NodeId> fresh = directory.view(members);
        fresh.forEach(this::sayHello);
        review();
        reviewStore();
        coordinator.viewChanged();
        probeMissing();
        leaveOn();
    }

    private void sayHello(NodeId to) {
        if (!to.equals(self)) {
            step.send(to, hello());
        }
    }

    /** Something about who is there has changed. */
    private void review() {
        boolean changed = directory.reviewFrozen();
        if (changed) {
            step.emit(new Effect.TopologyChanged(directory.effective, directory.frozen));
            leases.publish();
            segments.allDirty();
        }
        coordinator.consider();
    }

    /** From when requests are refused: a freeze that ends before, with the proof of a crash, is nothing to act upon. */
    private void tellFrozen() {
        if (frozenTold && !directory.frozen) {
            frozenTold = false;
            step.info("sessions are served again");
        } else if (!frozenTold && directory.effective != null && directory.frozenForLong()) {
            frozenTold = true;
            step.warn("no majority of " + directory.effective.seats() + " in sight of " + directory.view()
                    + ": sessions are not served until it is back");
        }
    }

    /** Without a node that stores nothing is served: people are told, and requests need not wait. */
    private void reviewStore() {
        if (directory.nobodyStores() && !storeMissing) {
            storeMissing = true;
            step.warn("waiting for a node that stores sessions: there is none in sight of " + directory.view()
                    + ", and no session is served without");
            if (directory.effective == null) {
                step.emit(new Effect.TopologyChanged(null, true));
            }
        } else if (directory.storeInSight()) {
            storeMissing = false;
        }
    }

    private void probeMissing() {
        Topology table = coordinator.newestKnown();
        if (table != null) {
            directory.missing(table).forEach(n -> step.emit(new Effect.Probe(n)));
        } else {
            directory.mayKnowCluster(directory.view()).forEach(n -> step.emit(new Effect.Probe(n)));
        }
    }

    private void hello(NodeId from, Message.Hello m) {
        if (directory.hello(from) == null && (directory.member(self) || directory.coordinating())
                && !m.settings().equals(step.settings.canonical())) {
            step.warn(from.name() + " is refused, its settings differ from the cluster's: here " + step.settings.canonical()
                    + ", there " + m.settings());
        }
        directory.hello(from, m);
        reviewStore();
        boolean first = !directory.view().isEmpty() && directory.view().get(0).equals(from);
        if (first && !directory.member(self)) {
            if (!m.settings().equals(step.settings.canonical())) {
                step.emit(new Effect.Rejected("settings differ from the cluster's: here " + step.settings.canonical()
                        + ", at " + from.name() + " " + m.settings()));
            }
        }
        for (Message.App theirs : m.apps()) {
            for (Message.App mine : apps) {
                if (theirs.hash() == mine.hash() && !theirs.name().equals(mine.name())) {
                    step.emit(new Effect.Rejected("applications '" + mine.name() + "' here and '" + theirs.name()
                            + "' at " + from.name() + " have the same hash; rename one"));
                }
            }
        }
        coordinator.consider();
    }

    /** A name that another living node has: at first that may be a former life about to be noticed as gone. */
    private void checkName() {
        boolean duplicate = directory.view().stream()
                .anyMatch(n -> n.name().equals(self.name()) && n.incarnation() < self.incarnation());
        if (!duplicate || directory.member(self)) {
            duplicateSince = Long.MIN_VALUE;
        } else if (duplicateSince == Long.MIN_VALUE) {
            duplicateSince = step.now;
        } else if (step.now - duplicateSince > 15 * step.settings.resendNanos()) {
            step.emit(new Effect.Rejected("a living node of the cluster has the name '" + self.name() + "' already"));
        }
    }

    /** Whoever comes under the name of this living node, and stays, is refused; this side says so too. */
    private void tellNamesake() {
        boolean namesake = directory.member(self) && directory.view().stream().anyMatch(n -> n.supersedes(self));
        if (!namesake) {
            namesakeSince = Long.MAX_VALUE;
        } else if (namesakeSince == Long.MAX_VALUE) {
            namesakeSince = step.now;
            namesakeTold = false;
        } else if (!namesakeTold && step.now - namesakeSince > 10 * step.settings.resendNanos()) {
            namesakeTold = true;
            step.warn("another process that started as '" + self.name() + "' is refused: this node lives");
        }
    }

    private void leaveOn() {
        if (!leaving || left) {
            return;
        }
        boolean alone = directory.view().size() <= 1;
        boolean out = directory.effective == null || !directory.member(self);
        // The whole store stops, or is gone: there is nobody to hand anything to, and nobody coming.
        boolean all = !out && directory.effective.members().stream().filter(Member::store).allMatch(Member::leaving)
                && directory.view().stream().noneMatch(this::mayJoinStore);
        if (alone || out || all || directory.nobodyStores()) {
            left = true;
            step.emit(new Effect.Left());
        } else {
            step.send(directory.view().get(0), new Message.LeaveWanted());
        }
    }

    /** Whether that node is about to become a member that stores, as far as can be known: it may not have said hello. */
    private boolean mayJoinStore(NodeId node) {
        Message.Hello hello = directory.hello(node);
        return !directory.member(node)
                && (hello == null || hello.store() && hello.settings().equals(step.settings.canonical()));
    }

    // ---- tables

    private void adopt(Topology table) {
        Topology before = directory.effective;
        directory.effective = table;
        if (!table.number().epoch().coordinator().equals(self)) {
            directory.news(); // one's own table is none
        }
        directory.reviewFrozen();
        boolean conflict = before != null && !table.continues(before);
        if (conflict) {
            step.warn("another part of the cluster goes on: what this node changed meanwhile is dropped");
        }
        if (conflict || outInBetween(before, table)) {
            if (tokens.holdsTokens()) {
                step.warn("this node was out of the cluster: its tokens are void");
            }
            tokens.dropAll();
            segments.keepForReturn();
        }
        boolean[] primaryChanged = new boolean[Topology.SEGMENTS];
        for (int i = 0; i < Topology.SEGMENTS; i++) {
            SegmentEntry entry = table.segment(i);
            primaryChanged[i] = before == null || before.segment(i).term() != entry.term();
            segments.follow(i, entry, before, conflict);
        }
        segments.tellSuccessors();
        tokens.offerWhereLost(table);
        tokens.resend(primaryChanged);
        tellMembers(before, table);
        step.emit(new Effect.TopologyChanged(table, directory.frozen));
        leases.publish();
        leaveOn();
    }

    private boolean outInBetween(Topology before, Topology table) {
        if (before == null || before.member(self) == null) {
            return false;
        }
        return table.member(self) == null
                || step.guards.membershipGap(before.member(self).since(), table.member(self).since());
    }

    private void tellMembers(Topology before, Topology table) {
        for (var m : table.members()) {
            if (before == null || before.member(m.node()) == null) {
                step.info(m.node().name() + " joined the cluster (table " + table.number() + ")");
            }
        }
        if (before != null) {
            for (var m : before.members()) {
                if (table.member(m.node()) == null) {
                    step.info(m.node().name() + (m.leaving() ? " left" : " is out of") + " the cluster (table "
                            + table.number() + ")");
                }
            }
        }
    }

    // ---- messages

    private void received(NodeId from, Message m) {
        if (m instanceof Message.Replicate x) {
            segments.replicate(from, x);
        } else if (m instanceof Message.Replicated x) {
            segments.replicated(from, x);
        } else if (m instanceof Message.Relayed x) {
            received(x.primary(), x.answer());
        } else if (m instanceof Message.Commit x) {
            segments.request(from, x.key(), m);
        } else if (m instanceof Message.Taken x) {
            tokens.taken(x);
        } else if (m instanceof Message.Committed x) {
            tokens.committed(x);
        } else if (m instanceof Message.Acquire x) {
            segments.request(from, x.key(), x.rid(), m);
        } else if (m instanceof Message.Grant x) {
            tokens.grant(from, x);
        } else if (m instanceof Message.Revoke x) {
            tokens.revoke(from, x);
        } else if (m instanceof Message.Release x) {
            segments.request(from, x.key(), m);
        } else if (m instanceof Message.Released x) {
            tokens.released(x);
        } else if (m instanceof Message.Lookup x) {
            segments.request(from, x.key(), x.rid(), m);
        } else if (m instanceof Message.Meta x) {
            tokens.meta(x);
        } else if (m instanceof Message.Denied x) {
            tokens.denied(from, x);
        } else if (m instanceof Message.Cancel x) {
            segments.request(from, x.key(), m);
        } else if (m instanceof Message.Create x) {
            segments.request(from, x.key(), x.rid(), m);
        } else if (m instanceof Message.Offer x) {
            segments.request(from, x.key(), x.rid(), m);
        } else if (m instanceof Message.Destroy x) {
            segments.request(from, x.key(), m);
        } else if (m instanceof Message.Destroyed x) {
            tokens.destroyed(x);
        } else if (m instanceof Message.Rename x) {
            segments.request(from, x.key(), m);
        } else if (m instanceof Message.Renamed x) {
            tokens.renamed(x);
        } else if (m instanceof Message.Users x) {
            segments.request(from, x.key(), m);
        } else if (m instanceof Message.UsedBy x) {
            tokens.usedBy(x);
        } else if (m instanceof Message.Touched x) {
            segments.touched(x);
        } else if (m instanceof Message.Attach x) {
            segments.attach(from, x);
        } else if (m instanceof Message.Attached x) {
            segments.attached(from, x);
        } else {
            receivedAboutTables(from, m);
        }
    }

    private void receivedAboutTables(NodeId from, Message m) {
        if (m instanceof Message.Beat x) {
            leases.beat(from, x);
        } else if (m instanceof Message.BeatAnswer x) {
            if (leases.beatAnswer(from, x)) {
                leases.publish();
                segments.retryParked();
            }
        } else if (m instanceof Message.Census x) {
            censuses.answer(from, x, segments.led(), segments.primarySessions(x.application()));
        } else if (m instanceof Message.Counted x) {
            censuses.counted(from, x);
        } else if (m instanceof Message.Hello x) {
            hello(from, x);
        } else if (m instanceof Message.Claim x) {
            keeper.claim(from, x);
        } else if (m instanceof Message.Promise x) {
            coordinator.promise(from, x);
        } else if (m instanceof Message.Refused x) {
            coordinator.refused(from, x);
        } else if (m instanceof Message.Store x) {
            keeper.store(from, x);
        } else if (m instanceof Message.Stored x) {
            coordinator.stored(from, x);
        } else if (m instanceof Message.Effective x) {
            keeper.effective(from, x.table());
            coordinator.heard(from, x.table());
        } else if (m instanceof Message.TableWanted x) {
            if (directory.effective != null && directory.effective.number().compareTo(x.have()) > 0) {
                step.send(from, new Message.Effective(directory.effective));
            }
        } else if (m instanceof Message.Adopted x) {
            leases.told(from, x.number());
            segments.retryParked();
        } else if (m instanceof Message.Joined x) {
            coordinator.joined(x);
        } else if (m instanceof Message.LeaveWanted) {
            coordinator.leaveWanted(from);
        } else {
            throw new InvariantBroken("no handler for " + m.getClass().getSimpleName());
        }
    }

    // ---- time

    private long interval() {
        return step.settings.resendNanos() / 8;
    }

    private void tick() {
        tickNanos = step.now;
        if (step.now - slowTickNanos >= step.settings.resendNanos()) {
            slowTickNanos = step.now;
            slowTick();
        }
        tellFrozen();
        coordinator.tick();
        leases.tick();
        segments.tick();
        tokens.resend(null);
    }

    private void slowTick() {
        probeMissing();
        checkName();
        tellNamesake();
        review();
        leaveOn();
        if (step.now - helloNanos >= RESENDS_PER_HELLO * step.settings.resendNanos()) {
            helloNanos = step.now;
            directory.view().forEach(this::sayHello);
        } else if (!directory.member(self) && !directory.view().isEmpty()) {
            sayHello(directory.view().get(0));
        }
    }

    /** When the next {@link Input.Tick} is due, on the clock of {@code step}. */
    public long nextWakeNanos() {
        return tickNanos + interval();
    }

    // ---- pictures

    /** The effective table, or null. */
    public Topology effective() {
        return directory.effective;
    }

    public boolean frozen() {
        return directory.frozen;
    }

    public ProtocolReport report() {
        return segments.report(self, tokens);
    }

    /** What is known here of one session, never null. */
    public ProtocolReport.SessionReport report(SessionKey key) {
        return segments.report(key, tokens.hold(key), self);
    }

    /** Whether that session is to expire here, by an {@link Effect.Expire} that is not void. */
    public boolean expires(SessionKey key, Fence fence) {
        return tokens.expires(key, fence);
    }

    /** Keys of the live sessions of an application that this node is primary of. */
    public List<SessionKey> primarySessions(long application) {
        return new ArrayList<>(segments.primarySessions(application));
    }

    /** Contents of a session as the copy here has it, of the primary or a backup, or null. */
    public SessionImage image(SessionKey key) {
        return segments.image(key);
    }

    Segments segments() {
        return segments;
    }

    ProcessTokens tokens() {
        return tokens;
    }

    TableNumber storedNumber() {
        return keeper.stored() == null ? TableNumber.NONE : keeper.stored().number();
    }
}
