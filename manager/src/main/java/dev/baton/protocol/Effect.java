package dev.baton.protocol;

import dev.baton.model.Fence;
import dev.baton.model.NodeId;
import dev.baton.model.SessionImage;
import dev.baton.model.SessionKey;
import dev.baton.model.SessionMeta;
import dev.baton.model.Stamp;
import dev.baton.model.Topology;
import java.util.List;

/** What the node must do after a step, in the order given, outside of any lock. */
public sealed interface Effect {

    // ---- to the cluster

    /** Never to the node itself: what it says to itself it hears within the step. */
    record Send(NodeId to, Message message) implements Effect {}

    /** Find out whether that process still exists; {@link Input.ProvenDead} only where connections are refused. */
    record Probe(NodeId node) implements Effect {}

    // ---- to the process

    /** @param reason null where the store answered: then {@code meta} is null only if there is no such session */
    record LookedUp(long ticket, SessionKey key, SessionMeta meta, long idleNanos, NodeId holder, Denial reason)
            implements Effect {}

    /**
     * The end of a census.
     *
     * @param known    whether every segment was accounted for; else the rest means nothing
     * @param sessions number of sessions
     * @param keys     of them, of each node as many as fit into an answer
     */
    record Counted(long ticket, boolean known, long sessions, List<SessionKey> keys) implements Effect {}

    /**
     * The token is here. Bring the copy to {@code contents}, then let in everybody who waits.
     *
     * @param contents         version after {@code content} was applied, and the fence it was made under
     * @param closeBehind let in those who wait now and nobody after them; report {@link Input.Idle} when they are out
     */
    record OpenGate(SessionKey key, Fence fence, Stamp contents, Content content, long idleNanos, boolean closeBehind)
            implements Effect {}

    /** Nobody new enters; {@link Input.Idle} when nobody is inside (at once, if so). */
    record CloseGate(SessionKey key) implements Effect {}

    /**
     * Another process has been waiting for this token for a while: {@link Input.Users} tells it who is inside, for people
     * to read. Without an answer those who wait in vain hear that the store is silent.
     */
    record UsersWanted(SessionKey key) implements Effect {}

    /** The token that was asked for is in use there, by those. */
    record UsedBy(SessionKey key, NodeId holder, String text) implements Effect {}

    /** The token went back and the store has everything; the copy stays usable as a cache. */
    record Returned(SessionKey key) implements Effect {}

    /** @param holder process known to have the token, or null */
    record AcquireFailed(SessionKey key, Denial reason, NodeId holder) implements Effect {}

    /** The created, or offered, session is durable and held under {@code fence}. */
    record Created(SessionKey key, Fence fence) implements Effect {}

    record CreateFailed(SessionKey key, Denial reason) implements Effect {}

    /** Every change up to {@code version} is acknowledged at the level that was asked for. */
    record Committed(SessionKey key, long version) implements Effect {}

    /**
     * The token is void: the copy must not be used any more, whoever is inside fails, what was not acknowledged has
     * an unknown outcome. {@link Denial#GONE}: the session was destroyed.
     */
    record TokenLost(SessionKey key, Denial reason) implements Effect {}

    /**
     * The store lost every copy of this held session: give {@link Input.Offer} with the present image. Commits may go
     * on; they wait.
     */
    record ImageWanted(SessionKey key) implements Effect {}

    /** @param reason null where the session is destroyed, durably */
    record Destroyed(SessionKey key, Denial reason) implements Effect {}

    /** @param reason null where the session goes on as {@code newId} under {@code fence} */
    record Renamed(SessionKey key, String newId, Fence fence, Denial reason) implements Effect {}

    /** Run the destroyed listeners of this session, held under {@code fence}, then give {@link Input.Expired}. */
    record Expire(SessionKey key, Fence fence, Stamp contents, SessionImage image, long idleNanos) implements Effect {}

    /**
     * Until when this process may serve sessions it holds tokens of, by segment, on the clock of {@code step};
     * {@link Long#MIN_VALUE}: not at all. The array is not changed afterwards.
     */
    record Serving(long[] untilNanos) implements Effect {}

    // ---- to people and adapters

    /** @param effective null until the first table: nobody in sight stores; {@code frozen}: nothing is served */
    record TopologyChanged(Topology effective, boolean frozen) implements Effect {}

    /** A line for the log. */
    record Note(Level level, String text) implements Effect {}

    enum Level { INFO, WARNING, ERROR }

    /** The node has left and owns nothing. */
    record Left() implements Effect {}

    /** The cluster does not take this node: the text says why, with both values. */
    record Rejected(String text) implements Effect {}
}
