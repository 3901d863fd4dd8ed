package dev.baton.protocol;

import dev.baton.model.Fence;
import dev.baton.model.NodeId;
import dev.baton.model.SessionDelta;
import dev.baton.model.SessionImage;
import dev.baton.model.SessionKey;
import dev.baton.model.Stamp;
import java.util.List;

/** Everything that can happen to a node. */
public sealed interface Input {

    // ---- from the cluster

    record Received(NodeId from, Message message) implements Input {}

    /** The transport's view, a hint: live nodes as this node sees them, itself included, the first coordinates. */
    record ViewChanged(List<NodeId> members) implements Input {
        public ViewChanged {
            members = List.copyOf(members);
        }
    }

    /** The process of that life does not exist any more (its port refuses connections). Never from a time-out. */
    record ProvenDead(NodeId node) implements Input {}

    /** An administrator says that the node of that name will not come back. */
    record Forget(String name) implements Input {}

    /** Time has passed; due when {@link NodeCore#nextWakeNanos} says so. */
    record Tick() implements Input {}

    /** Leave gracefully; every token of this process should be idle by now. Ends with {@link Effect.Left}. */
    record Leave() implements Input {}

    /** The applications deployed here. */
    record Deployed(List<Message.App> apps) implements Input {
        public Deployed {
            apps = List.copyOf(apps);
        }
    }

    // ---- from the process: requests of its own applications

    /** Does the session exist, and what are its metadata? Answered by {@link Effect.LookedUp}. */
    record Lookup(long ticket, SessionKey key) implements Input {}

    /** Which sessions does the application have in the whole cluster? Answered by {@link Effect.Counted}, or never. */
    record Census(long ticket, long application) implements Input {}

    /** Nobody waits for the census any more. */
    record CancelCensus(long ticket) implements Input {}

    /** The waiters of a look-up gave up. */
    record CancelLookup(long ticket) implements Input {}

    /**
     * Somebody wants in and the gate is closed. Answered by {@link Effect.OpenGate} or {@link Effect.AcquireFailed}.
     * Harmless when repeated.
     */
    record Acquire(SessionKey key, Stamp cached) implements Input {}

    /** The last waiter gave up. */
    record CancelAcquire(SessionKey key) implements Input {}

    /**
     * Nobody is inside and nobody can enter: after {@link Effect.CloseGate}, or by itself (eager release, leaving).
     * The token goes back to the store.
     *
     * @param ageNanos time since the last access
     */
    record Idle(SessionKey key, long ageNanos) implements Input {}

    /** The answer to {@link Effect.UsersWanted}, of at most {@link Message#MAX_TEXT} characters. */
    record Users(SessionKey key, String text) implements Input {}

    /**
     * A session made here becomes known to the store, with its contents at the end of its first request as version 1.
     * Answered by {@link Effect.Created} or {@link Effect.CreateFailed}.
     */
    record Create(SessionKey key, SessionImage image, long ageNanos) implements Input {}

    /**
     * A delta made under the held token; {@code delta.base()} is the version before. Answered by
     * {@link Effect.Committed} or {@link Effect.TokenLost}.
     *
     * @param early whether it is enough that the primary has it
     */
    record Commit(SessionKey key, SessionDelta delta, boolean early) implements Input {}

    /**
     * {@link Commit}, not early, and {@link Idle} in one: nobody is inside any more, and the token goes back with the
     * delta.
     * Answered by {@link Effect.Committed} and {@link Effect.Returned}, or {@link Effect.TokenLost}.
     *
     * @param ageNanos time since the last access
     */
    record LastCommit(SessionKey key, SessionDelta delta, long ageNanos) implements Input {}

    /**
     * The answer to {@link Effect.ImageWanted}: the session with all commits given as inputs before, and no others. Then {@link Effect.Committed} or {@link Effect.TokenLost}.
     */
    record Offer(SessionKey key, SessionImage image, long ageNanos) implements Input {}

    /** Destroy under the held token. Answered by {@link Effect.Destroyed}. */
    record Destroy(SessionKey key) implements Input {}

    /**
     * The listeners of {@link Effect.Expire} ran: destroy. Answered by {@link Effect.Destroyed}; without effect where
     * that token is void by now, since somebody else has the session then.
     */
    record Expired(SessionKey key, Fence fence) implements Input {}

    /**
     * Change the id under the held token; the new id must fall into the same segment. All commits made before must
     * have been given as inputs before. Answered by {@link Effect.Renamed}.
     */
    record Rename(SessionKey key, String newId) implements Input {}

    /** Sessions accessed without a change. */
    record Touch(List<Change.Touch> touches) implements Input {
        public Touch {
            touches = List.copyOf(touches);
        }
    }

    /** A request must know that this process may still serve sessions of that segment; see {@link Effect.Serving}. */
    record ConfirmLease(int segment) implements Input {}
}
