package dev.baton.node;

import dev.baton.access.ValueSerializer;
import dev.baton.model.Location;
import dev.baton.model.NodeId;
import dev.baton.model.SessionKey;
import dev.baton.model.Topology;
import dev.baton.node.SessionUnavailable.Reason;
import dev.baton.protocol.Effect;
import dev.baton.protocol.Input;
import dev.baton.protocol.Message;
import dev.baton.protocol.NodeCore;
import dev.baton.protocol.ProtocolReport;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * This process as a node of the cluster. One per process, shared by its applications. Order of life: constructed,
 * {@link #deploy} any time, {@link #start} once, {@link #stop} once.
 */
public final class SessionNode {
    /** Share of the time to stop that is kept for leaving the cluster, after requests and tokens. */
    private static final int LEAVE_SHARE = 2;
    private static final int MAX_APPLICATION_NAME = 2_000;

    private final NodeId self;
    private final boolean localPlacement;
    private final Transport transport;
    private final Clock clock;
    private final NodeEvents events;
    private final NodeThreads threads;
    private final TimerQueue timers;
    private final Outbox outbox;
    private final Membership membership;
    private final EventLoop loop;
    private final Leases leases;
    private final Lookups lookups;
    private final Parts parts;
    private final Map<Long, DeployedApplication> applications = new ConcurrentSkipListMap<>();
    private final AtomicBoolean started = new AtomicBoolean();
    private final AtomicBoolean stopped = new AtomicBoolean();

    /**
     * @param store whether this node keeps segments; false: it only uses the store of the others
     */
    public SessionNode(Location location, boolean store, NodeSettings settings, Transport transport, Clock clock,
                       NodeEvents events) {
        this(new ProtocolCore(new NodeCore(transport.self(), location, store, List.of(), settings.core())), settings,
                transport, clock, events, new NodeThreads(transport.self().name()));
    }

    SessionNode(Core core, NodeSettings settings, Transport transport, Clock clock, NodeEvents events,
                NodeThreads threads) {
        this.self = transport.self();
        this.localPlacement = !settings.core().hashPlacement();
        this.transport = transport;
        this.clock = clock;
        this.events = events;
        this.threads = threads;
        this.timers = new TimerQueue(clock, e -> events.note(Effect.Level.ERROR, "a timer's action failed", e));
        this.outbox = new Outbox(transport);
        this.membership = new Membership(self, clock, events);
        EffectRunner runner = new EffectRunner(outbox, transport, membership, events, applications::get,
                this::rejected);
        this.loop = new EventLoop(core, clock, settings.inboxLimit(), runner, threads.helpers(), this::broken);
        this.leases = new Leases(clock, loop, timers, membership);
        this.lookups = new Lookups(loop);
        Censuses censuses = new Censuses(loop);
        runner.connect(loop, leases, lookups, censuses, new Ticker(timers, loop));
        this.parts = new Parts(loop, clock, leases, lookups, censuses, timers, threads.helpers(),
                new AwaitedCommits(clock, timers, threads.helpers()),
                new ShortTasks(clock, timers, threads.helpers(), loop::run), membership, events);
    }

    /**
     * Joins the cluster and returns once a table that lists this node is in effect; without a store of its own also
     * after the time-out where no other node in sight has one: it joins when there is one, and serves nothing until then.
     *
     * @throws ClusterRefused        where the cluster has other settings
     * @throws SessionUnavailable    where that did not come about in time, or at all; the node is stopped then
     * @throws IllegalStateException where the node was started before, or the transport finds no way into the cluster
     */
    public void start(long timeoutNanos) {
        if (!started.compareAndSet(false, true)) {
            throw new IllegalStateException("node " + self + " was started before");
        }
        boolean done = false;
        try {
            timers.start(threads);
            giveDeployed();
            loop.give(new Input.Tick());
            transport.start(new Arrivals());
            loop.run();
            awaitJoined(timeoutNanos);
            done = true;
        } finally {
            if (!done) {
                shutDown("could not join the cluster");
            }
        }
    }

    private void awaitJoined(long timeoutNanos) {
        try {
            membership.joined().get(timeoutNanos, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            if (membership.waitsForStore()) {
                return;
            }
            throw new SessionUnavailable(Reason.STORE_UNREACHABLE, "node " + self + " was not taken into the cluster"
                    + " within " + TimeUnit.NANOSECONDS.toSeconds(timeoutNanos) + " s; its effective table: "
                    + membership.effective());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SessionUnavailable(Reason.STOPPING, "interrupted while joining the cluster");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ClusterRefused refused) {
                throw refused;
            }
            throw new SessionUnavailable(Reason.STOPPING, "node " + self + " failed while joining", e.getCause());
        }
    }

    /**
     * Lets requests finish, gives tokens and segments to other nodes, leaves. After the time-out it goes without
     * ceremony. Never throws; may be called twice.
     */
    public void stop(long timeoutNanos) {
        if (stopped.get()) {
            return;
        }
        long deadline = clock.nanos() + timeoutNanos;
        for (DeployedApplication application : applications.values()) {
            application.close((deadline - clock.nanos()) / LEAVE_SHARE);
        }
        if (started.get() && !loop.ended()) {
            loop.give(new Input.Leave());
            loop.run();
            try {
                membership.whenLeft().get(Math.max(0, deadline - clock.nanos()), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException | TimeoutException e) {
                events.note(Effect.Level.WARNING, "node " + self + " leaves without having handed over everything"
                        + " within " + TimeUnit.NANOSECONDS.toMillis(timeoutNanos) + " ms", null);
            }
        }
        shutDown("stopped");
    }

    /** Ends everything; what is still inside a session fails. */
    private void shutDown(String reason) {
        if (!stopped.compareAndSet(false, true)) {
            return;
        }
        loop.end();
        leases.end(); // a node whose port is closed counts as dead
        transport.close();
        parts.awaitedCommits().close();
        parts.shortTasks().close();
        timers.stop();
        abandon();
        threads.stop();
        events.stopped(reason);
    }

    private void abandon() {
        lookups.end();
        applications.values().forEach(DeployedApplication::abandon);
    }

    /** The core's state is not to be trusted any more: out of the cluster at once, before anything wrong is said. */
    private void broken(Throwable cause) {
        leases.end();
        shutDownSoon("failed: " + cause); // whatever becomes of the rest
        events.note(Effect.Level.ERROR, "node " + self + " leaves the cluster, since its own state is contradictory",
                cause);
        membership.broken(cause);
        abandon();
    }

    private void rejected(String text) {
        events.note(Effect.Level.ERROR, "the cluster does not take node " + self + ": " + text, null);
        shutDownSoon("refused: " + text);
    }

    private void shutDownSoon(String reason) {
        try {
            threads.daemon("shutdown", () -> shutDown(reason));
        } catch (OutOfMemoryError noThread) { // which may be why the node fails
            timers.after(0, () -> shutDown(reason));
        }
    }

    /**
     * Makes the sessions of a web application accessible.
     *
     * @param name       host, context path and version, the same on all nodes
     * @param serializer used in the threads of requests
     * @throws IllegalArgumentException where an application of that name is deployed already, or the name is too long
     */
    public Application deploy(String name, ValueSerializer serializer, ApplicationEvents listener,
                              ApplicationSettings settings) {
        if (name.isEmpty() || name.length() > MAX_APPLICATION_NAME) {
            throw new IllegalArgumentException("an application's name has 1 to " + MAX_APPLICATION_NAME
                    + " characters, this one " + name.length());
        }
        DeployedApplication application = new DeployedApplication(name, self, localPlacement, serializer,
                listener, settings, parts, threads);
        DeployedApplication other = applications.putIfAbsent(application.hash(), application);
        if (other != null) {
            throw new IllegalArgumentException("application '" + name + "' cannot be deployed beside '" + other.name()
                    + "': it is the same, or their names have the same hash");
        }
        application.start();
        giveDeployed();
        loop.run();
        return application;
    }

    /** Lets the application's requests finish, returns its tokens, forgets its live objects. Sessions stay stored. */
    public void undeploy(Application application, long timeoutNanos) {
        DeployedApplication mine = applications.get(application.hash());
        if (mine != application) {
            return;
        }
        mine.close(timeoutNanos);
        applications.remove(mine.hash(), mine);
        mine.abandon();
        giveDeployed();
        loop.run();
    }

    private void giveDeployed() {
        loop.give(new Input.Deployed(applications.values().stream()
                .map(a -> new Message.App(a.hash(), a.name())).toList()));
    }

    /** For tests that move the time. */
    TimerQueue timers() {
        return timers;
    }

    public NodeId self() {
        return self;
    }

    /** The effective table, or null. */
    public Topology effective() {
        return membership.effective();
    }

    /** Whether there is a table with this node in it and a majority behind it. */
    public boolean serving() {
        return membership.serving() && !loop.ended();
    }

    /** Never null; of a node that does not run any more, empty and frozen. */
    public ProtocolReport report() {
        ProtocolReport report = loop.ask(Core::report);
        return report != null ? report : new ProtocolReport(self, membership.effective(), true, List.of(), 0, 0, 0, 0,
                0, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    /** Where one session stands, as far as this node knows; never null. */
    public ProtocolReport.SessionReport report(SessionKey key) {
        ProtocolReport.SessionReport report = loop.ask(core -> core.report(key));
        return report != null ? report : new ProtocolReport.SessionReport(key, null, List.of(), null, null, 0, 0);
    }

    /** An administrator says that the node of that name will not come back. */
    public void forget(String name) {
        loop.give(new Input.Forget(name));
        loop.run();
    }

    public NodeCounters counters() {
        return new NodeCounters(outbox.sentByKind(), outbox.receivedByKind(), transport.traffic(), loop.steps(),
                loop.overflows());
    }

    private final class Arrivals implements Transport.Listener {
        @Override
        public void received(NodeId from, List<Message> envelope) {
            for (Message message : envelope) {
                outbox.received(message);
                // Dropped where the inbox is full: the sender will say it again.
                loop.offer(new Input.Received(from, message));
            }
            loop.run();
        }

        @Override
        public void viewChanged(List<NodeId> members) {
            loop.give(new Input.ViewChanged(members));
            loop.run();
        }

        @Override
        public void provenDead(NodeId node) {
            loop.give(new Input.ProvenDead(node));
            loop.run();
        }
    }
}
