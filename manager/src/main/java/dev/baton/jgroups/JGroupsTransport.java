package dev.baton.jgroups;

import dev.baton.model.NodeId;
import dev.baton.node.Transport;
import dev.baton.protocol.Message;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jgroups.Address;
import org.jgroups.BytesMessage;
import org.jgroups.Event;
import org.jgroups.JChannel;
import org.jgroups.Message.Flag;
import org.jgroups.PhysicalAddress;
import org.jgroups.Receiver;
import org.jgroups.View;
import org.jgroups.protocols.BasicTCP;
import org.jgroups.protocols.TP;
import org.jgroups.stack.IpAddress;
import org.jgroups.util.Tuple;

/**
 * The cluster over a JGroups channel of its own. Messages are delivered in the threads that read the sockets, one
 * sender after the other, several senders at the same time.
 *
 * <p>It has a few threads, because JGroups may block where the port promises not to: up to {@value #SENDERS} for
 * nodes that have not answered yet, up to {@value #PROBERS} that ask ports, one that ticks.
 */
public final class JGroupsTransport implements Transport {
    private static final int SENDERS = 16;
    private static final int PROBERS = 2;
    private static final int PROBES_WAITING = 64;
    private static final long TICK_MILLIS = 250;
    private static final long IDLE_SECONDS = 10;
    /** Together half a second. */
    private static final int LAST_WORDS_ROUNDS = 50;
    private static final long LAST_WORDS_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final Logger LOG = JarContext.logger(JGroupsTransport.class);

    private final NodeId self;
    private final String stack;
    private final String cluster;
    private final boolean refusalProvesDeath;
    private final TrafficMeter meter = new TrafficMeter();
    private final Semaphore parking = new Semaphore(PeerReceiver.PARKING);
    private final ViewMapper mapper;
    private final Handlers handlers = new Handlers();
    private final Set<NodeId> probing = ConcurrentHashMap.newKeySet();

    private final ThreadPoolExecutor senders;
    private final ThreadPoolExecutor probers;
    private final ScheduledThreadPoolExecutor ticker;

    private volatile Listener listener;
    private volatile JChannel channel;
    private volatile boolean closed;
    /** Guarded by this: a thread is inside {@link #start}, and closes the channel if the transport is closed meanwhile. */
    private boolean joining;

    /** As the other constructor; a refused connection proves the death of a process. */
    public JGroupsTransport(String stack, String cluster, NodeId self) {
        this(stack, cluster, self, true);
    }

    /**
     * @param stack              {@code local}, {@code local:PORT}, or file, URL or class path resource of a JGroups XML
     * @param cluster            name of the group, 1 to {@value ChannelFactory#MAX_CLUSTER} characters
     * @param refusalProvesDeath false where a firewall or proxy refuses connections on behalf of living hosts
     * @throws IllegalArgumentException with the value, where one of them is not possible
     */
    public JGroupsTransport(String stack, String cluster, NodeId self, boolean refusalProvesDeath) {
        this.self = Objects.requireNonNull(self, "self");
        this.stack = ChannelFactory.checkStack(stack);
        this.cluster = ChannelFactory.checkCluster(cluster);
        this.refusalProvesDeath = refusalProvesDeath;
        this.mapper = new ViewMapper(self, this::peer);
        senders = pool("baton-send", SENDERS, 0);
        probers = pool("baton-probe", PROBERS, PROBES_WAITING);
        ticker = new ScheduledThreadPoolExecutor(1, JarContext.threads("baton-links"));
        ticker.setRemoveOnCancelPolicy(true);
    }

    private static ThreadPoolExecutor pool(String name, int threads, int waiting) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(waiting == 0 ? 0 : threads, threads, IDLE_SECONDS,
                TimeUnit.SECONDS, waiting == 0 ? new SynchronousQueue<>() : new LinkedBlockingQueue<>(waiting),
                JarContext.threads(name));
        if (waiting > 0) {
            pool.allowCoreThreadTimeOut(true);
        }
        return pool;
    }

    @Override
    public NodeId self() {
        return self;
    }

    @Override
    public void start(Listener newListener) {
        synchronized (this) {
            if (listener != null || closed) {
                throw new IllegalStateException("transport of " + self + " was started before");
            }
            listener = Objects.requireNonNull(newListener, "listener");
            joining = true;
        }
        boolean joined = false;
        try {
            JarContext.inside(() -> {
                connect();
                return null;
            });
            joined = true;
        } finally {
            if (!endJoining(joined)) {
                close();
            }
        }
        if (closed) {
            throw closedWhileJoining();
        }
    }

    /** Whether this transport runs now. */
    private synchronized boolean endJoining(boolean joined) {
        joining = false;
        if (!joined || closed) {
            return false;
        }
        ticker.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
        return true;
    }

    private IllegalStateException closedWhileJoining() {
        return new IllegalStateException("Node " + self + " was stopped while it joined cluster '" + cluster + "'");
    }

    private void connect() {
        JChannel fresh = ChannelFactory.create(stack, self);
        channel = fresh;
        fresh.setReceiver(handlers);
        try (StartTurn turn = ChannelFactory.turn(stack, fresh)) {
            if (closed) {
                throw closedWhileJoining();
            }
            fresh.connect(cluster);
        } catch (Exception e) {
            throw new IllegalStateException("Node " + self + " cannot join cluster '" + cluster + "' with stack '"
                    + stack + "': " + ChannelFactory.reasons(e), e);
        }
        LOG.info("Node " + self + " joined cluster '" + cluster + "' with stack '" + stack + "', listens on "
                + physical(fresh.getAddress()));
    }

    @Override
    public void send(NodeId to, List<Message> envelope) {
        Peer peer = mapper.of(to);
        if (peer == null || channel == null) {
            meter.dropped.add(envelope.size());
            return;
        }
        peer.sender.send(envelope);
    }

    @Override
    public void probe(NodeId node) {
        Peer peer = mapper.of(node);
        JChannel present = channel;
        // Of a process that talks UDP a TCP port says nothing.
        if (peer == null || !refusalProvesDeath || present == null
                || !(present.getProtocolStack().getTransport() instanceof BasicTCP) || !probing.add(node)) {
            return;
        }
        try {
            probers.execute(() -> {
                try {
                    if (isDead(peer)) {
                        listener.provenDead(node);
                    }
                } catch (RuntimeException e) {
                    LOG.log(Level.WARNING, "Probe of " + node + " failed", e);
                } finally {
                    probing.remove(node);
                }
            });
        } catch (RejectedExecutionException tooManyOrClosed) {
            probing.remove(node);
        } catch (Throwable e) { // the system may have no thread to give, which is an Error
            probing.remove(node);
            LOG.log(Level.WARNING, "Probe of " + node + " could not be begun", e);
        }
    }

    private boolean isDead(Peer peer) {
        learn(peer);
        if (!(peer.physical instanceof IpAddress address)) {
            return false;
        }
        for (Peer other : mapper.all()) {
            if (other != peer && other.inView && address.equals(other.physical)
                    && other.node.incarnation() > peer.node.incarnation()) {
                return true; // a later process listens there: the port was free
            }
        }
        return DeathProbe.refused(new InetSocketAddress(address.getIpAddress(), address.getPort()));
    }

    @Override
    public Traffic traffic() {
        return meter.read();
    }

    /**
     * {@inheritDoc} During {@link #start} it does not wait for that: JGroups cannot be called back from joining, which
     * may take a minute. The thread that joins leaves the cluster then.
     */
    @Override
    public void close() {
        closed = true;
        ticker.shutdownNow();
        sayLastWords();
        probers.shutdownNow();
        senders.shutdown();
        JChannel old = takeChannel();
        if (old != null) {
            JarContext.inside(() -> {
                old.close();
                return null;
            });
        }
    }

    /** The channel, for whoever is to close it; null where that is somebody else. */
    private synchronized JChannel takeChannel() {
        if (joining) {
            return null;
        }
        JChannel old = channel;
        channel = null;
        return old;
    }

    /** What was said before the end arrives, if the others are there to hear it: among it why this node may go. */
    private void sayLastWords() {
        for (int round = 0; round < LAST_WORDS_ROUNDS; round++) {
            boolean settled = true;
            for (Peer peer : mapper.all()) {
                if (peer.inView && !peer.sender.settled()) {
                    settled = false;
                    peer.sender.flush();
                }
            }
            if (settled || channel == null || Thread.currentThread().isInterrupted()) {
                return;
            }
            LockSupport.parkNanos(LAST_WORDS_PAUSE_NANOS);
        }
    }

    /** Where this node listens, once started; null before and after. For messages and tests. */
    InetSocketAddress listensOn() {
        JChannel current = channel;
        return current != null && physical(current.getAddress()) instanceof IpAddress ip
                ? new InetSocketAddress(ip.getIpAddress(), ip.getPort()) : null;
    }

    /** Whether no probe is under way. For tests. */
    boolean idle() {
        return probing.isEmpty();
    }

    /** The channel, for tests that break it; null before and after. */
    JChannel channel() {
        return channel;
    }

    private Peer peer(NodeId node, Address address) {
        Address target = NodeAddress.bare(address);
        Executor threads = senders;
        PeerSender sender = new PeerSender(node.toString(),
                (frame, introduced) -> give(node, target, frame, introduced),
                threads, meter);
        PeerReceiver receiver = new PeerReceiver(node.toString(), sender, messages -> listener.received(node, messages),
                meter, parking);
        return new Peer(node, address, sender, receiver);
    }

    private boolean give(NodeId node, Address target, byte[] frame, boolean introduced) {
        JChannel current = channel;
        Peer peer = mapper.of(node);
        if (current == null || peer == null) {
            return false;
        }
        if (!peer.inView && !reachable(current, peer)) {
            return false;
        }
        return JarContext.inside(() -> {
            try {
                // NO_FC: the window of PeerSender is the flow control; credits could block the thread that brings them
                BytesMessage message = new BytesMessage(target, frame);
                message.setFlag(Flag.NO_FC);
                if (introduced) {
                    message.setSrc(NodeAddress.bare(current.getAddress()));
                }
                current.send(message);
                return true;
            } catch (Exception e) {
                LOG.log(Level.FINE, "Frame to " + node + " not sent", e);
                return false;
            }
        });
    }

    /** JGroups forgets where former members listen, and asks the whole cluster then: remind it instead. */
    private boolean reachable(JChannel current, Peer peer) {
        PhysicalAddress remembered = peer.physical;
        if (physical(peer.address) != null) {
            return true;
        }
        if (remembered == null) {
            return false;
        }
        current.down(new Event(Event.ADD_PHYSICAL_ADDRESS, new Tuple<>(peer.address, remembered)));
        return true;
    }

    private PhysicalAddress physical(Address address) {
        JChannel current = channel;
        TP transport = current == null ? null : current.getProtocolStack().getTransport();
        return transport == null ? null : transport.getPhysicalAddressFromCache(address);
    }

    private void learn(Peer peer) {
        if (peer.inView || peer.physical == null) {
            PhysicalAddress now = physical(peer.address);
            if (now != null) {
                peer.physical = now;
            }
        }
    }

    private void tick() {
        guarded("The view that was missed", handlers::acceptMissed);
        each(mapper.all(), peer -> {
            learn(peer);
            peer.receiver.tick();
            peer.sender.tick();
        });
    }

    /** Does that with every peer; a failure is told and holds up no other, nor the caller. */
    static void each(Iterable<Peer> peers, Consumer<Peer> action) {
        for (Peer peer : peers) {
            guarded("Care of the link to " + peer.node, () -> action.accept(peer));
        }
    }

    private static void guarded(String what, Runnable action) {
        try {
            action.run();
        } catch (Throwable e) { // an Error would end the ticks, or leave a view half accepted
            try {
                LOG.log(Level.SEVERE, what + " failed, goes on", e);
            } catch (Throwable again) {
                // no memory even for that, and nobody to tell
            }
        }
    }

    /** What JGroups calls; it swallows what is thrown at it. */
    private final class Handlers implements Receiver {
        private long newest = -1;
        /** Its acceptance ended in an Error, and JGroups tells a view once. Written with the lock. */
        private volatile View missed;

        @Override
        public synchronized void viewAccepted(View view) {
            if (view.getViewId().getId() < newest) {
                return; // overtaken on its way here
            }
            newest = view.getViewId().getId();
            missed = null;
            guarded("View " + view, () -> {
                try {
                    accept(view);
                } catch (Throwable e) {
                    missed = view;
                    throw e;
                }
            });
        }

        void acceptMissed() {
            View again = missed;
            if (again != null) {
                viewAccepted(again);
            }
        }

        private void accept(View view) {
            List<Peer> present = mapper.accept(List.of(view.getMembersRaw()));
            LOG.fine(() -> "View " + mapper.view());
            each(mapper.all(), JGroupsTransport.this::learn);
            // before the listener knows them: what it says to them at once must not meet a sender that gave them up
            each(present, peer -> peer.sender.in());
            guarded("Telling of view " + view, () -> listener.viewChanged(mapper.view()));
            each(present, peer -> peer.receiver.open(true));
        }

        @Override
        public void receive(org.jgroups.Message message) {
            try {
                Peer peer = message.getType() == org.jgroups.Message.BYTES_MSG && message.hasArray()
                        ? mapper.at(message.getSrc()) : null;
                if (peer == null) {
                    meter.unreadable.increment();
                    return;
                }
                peer.receiver.offer(message.getArray(), message.getOffset(), message.getLength());
            } catch (Throwable e) {
                LOG.log(Level.SEVERE, "A message of " + message.getSrc() + " could not be handled", e);
            }
        }
    }
}
