package dev.baton.node;

import dev.baton.access.AccessLog;
import dev.baton.access.ClientState;
import dev.baton.access.NotSerializableAttribute;
import dev.baton.access.UnreadableAttribute;
import dev.baton.model.Fence;
import dev.baton.model.NodeId;
import dev.baton.model.SessionImage;
import dev.baton.model.SessionKey;
import dev.baton.model.SessionMeta;
import dev.baton.model.Stamp;
import dev.baton.model.Topology;
import dev.baton.protocol.Content;
import dev.baton.protocol.CoreSettings;
import dev.baton.protocol.Effect;
import dev.baton.protocol.Input;
import dev.baton.protocol.Message;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A node with a core that says what a test wants, a network that swallows everything, and a time that stands still. */
final class ScriptedNode implements ApplicationEvents, NodeEvents, Transport, Clock, AutoCloseable {
    static final int INBOX = 1_000;
    static final SessionMeta META = new SessionMeta(1, 1800, null, null, null);

    final ScriptedCore core = new ScriptedCore();
    final AtomicLong nanos = new AtomicLong(-1_000_000_000_000L);
    final List<String> said = new CopyOnWriteArrayList<>();
    final List<Message> sent = new CopyOnWriteArrayList<>();
    /** Runs whenever an envelope leaves. */
    volatile Runnable whenSent = () -> { };
    final SessionNode node;
    final Application shop;
    volatile Listener listener;
    /** What the application says of sessions that nobody uses. */
    volatile boolean keeps;
    /** Whether the application is to hear before a token goes back. */
    volatile boolean handsOver;
    /** What the application does with a session before its token goes back. */
    volatile Consumer<AccessLog> whenHandedOver = access -> { };
    /** What the application does when it hears that a copy is void. */
    volatile Runnable whenDiscarded = () -> { };
    /** Runs when the node leaves the cluster. */
    volatile Runnable whenClosed = () -> { };
    /** Who is said to be inside. */
    volatile Supplier<String> users = () -> "";
    /** See {@link #waiting}. */
    volatile Supplier<Runnable> whenWaiting = () -> () -> { };

    ScriptedNode(ApplicationSettings settings) {
        this(settings, new NodeThreads("n"));
    }

    ScriptedNode(ApplicationSettings settings, NodeThreads threads) {
        node = new SessionNode(core, new NodeSettings(CoreSettings.defaults(1), INBOX), this, this, this, threads);
        shop = node.deploy("shop", new JavaSerializer(), this, settings);
        core.inputs.clear();
        serve(Long.MAX_VALUE);
    }

    SessionKey key(String id) {
        return new SessionKey(shop.hash(), id);
    }

    interface Call {
        void run();
    }

    /** Why the call was refused, or null where it was not. */
    static SessionUnavailable.Reason reason(Call call) {
        try {
            call.run();
        } catch (SessionUnavailable e) {
            return e.reason();
        }
        return null;
    }

    /** These effects happen now. */
    void happen(Effect... effects) {
        core.next(effects);
        node.forget("nobody");
    }

    void serve(long untilNanos) {
        long[] until = new long[Topology.SEGMENTS];
        Arrays.fill(until, untilNanos);
        happen(new Effect.Serving(until));
    }

    Effect grant(String id, Fence fence, long version, Content content, boolean closeBehind) {
        return new Effect.OpenGate(key(id), fence, new Stamp(fence, version), content, 0, closeBehind);
    }

    static Content whole(Map<String, Object> attributes) {
        java.util.TreeMap<String, byte[]> bytes = new java.util.TreeMap<>();
        attributes.forEach((n, v) -> {
            try {
                bytes.put(n, new JavaSerializer().serialize(n, v));
            } catch (NotSerializableAttribute e) {
                throw new AssertionError(e);
            }
        });
        return new Content.Whole(SessionImage.of(META, bytes));
    }

    /** Every acquire is granted at once, every commit acknowledged. */
    void grantEverything(Map<String, Object> attributes) {
        AtomicLong fences = new AtomicLong();
        core.answer(in -> {
            if (in instanceof Input.Acquire a) {
                Fence fence = new Fence(1, fences.incrementAndGet());
                return List.of(new Effect.OpenGate(a.key(), fence, new Stamp(fence, 1), whole(attributes), 0, false));
            }
            if (in instanceof Input.Commit c) {
                return List.of(new Effect.Committed(c.key(), c.delta().version()));
            }
            if (in instanceof Input.LastCommit c) {
                return List.of(new Effect.Committed(c.key(), c.delta().version()), new Effect.Returned(c.key()));
            }
            if (in instanceof Input.Idle i) {
                return List.of(new Effect.Returned(i.key()));
            }
            return List.of();
        });
    }

    void pass(long amount, TimeUnit unit) {
        nanos.addAndGet(unit.toNanos(amount));
        node.timers().runDue();
    }

    AccessLog enter(String id) {
        return shop.enter(shop.state(id), TimeUnit.SECONDS.toNanos(20));
    }

    @Override
    public long nanos() {
        return nanos.get();
    }

    @Override
    public long wallMillis() {
        return 0;
    }

    @Override
    public NodeId self() {
        return new NodeId("self", 1);
    }

    @Override
    public void start(Listener theListener) {
        listener = theListener;
        theListener.viewChanged(new ArrayList<>(List.of(self())));
    }

    @Override
    public void send(NodeId to, List<Message> envelope) {
        sent.addAll(envelope);
        whenSent.run();
    }

    @Override
    public void probe(NodeId target) {
        said.add("probe " + target);
    }

    @Override
    public void close() {
        listener = null;
        if (!said.contains("closed")) {
            said.add("closed");
            whenClosed.run();
            node.stop(0);
        }
    }

    @Override
    public void expired(AccessLog access) {
        ClientState state = access.state();
        said.add("expired " + state.names(access) + " " + access.state().get("n", access));
    }

    @Override
    public boolean mayLetGo(ClientState state) {
        return !keeps;
    }

    @Override
    public boolean wantsHandingOver(ClientState state) {
        return handsOver;
    }

    @Override
    public void handingOver(AccessLog access) {
        whenHandedOver.accept(access);
    }

    @Override
    public void discarded(ClientState state, boolean destroyed) {
        said.add((destroyed ? "destroyed " : "lost ") + state.key().id());
        whenDiscarded.run();
    }

    @Override
    public String users(ClientState state) {
        return users.get();
    }

    @Override
    public Runnable waiting() {
        return whenWaiting.get();
    }

    @Override
    public void unreadable(ClientState state, UnreadableAttribute problem) {
        said.add(problem.getMessage());
    }

    @Override
    public void notSerializable(ClientState state, NotSerializableAttribute problem) {
        said.add(problem.getMessage());
    }

    @Override
    public void note(Effect.Level level, String text, Throwable cause) {
        said.add(level + " " + text);
    }

    @Override
    public void stopped(String reason) {
        said.add("stopped: " + reason);
    }
}
