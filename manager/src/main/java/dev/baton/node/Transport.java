package dev.baton.node;

import dev.baton.model.NodeId;
import dev.baton.protocol.Message;
import java.util.List;

/**
 * The way to the other nodes, a port. It may lose, delay and double what it carries, and the protocol makes that
 * harmless; it may neither block its callers nor throw at them, since they may be request threads or the very threads
 * that deliver.
 *
 * <p>All methods but {@link #start} and {@link #close} may be called from any thread, also from inside a call to the
 * {@link Listener}, and at any time: before the start and after the close they do nothing.
 */
public interface Transport extends AutoCloseable {

    /** This node, as the others will see it. */
    NodeId self();

    /**
     * Joins the cluster. Blocks until this node is a member, within a bound of the transport's own. The listener may
     * be called before this returns.
     *
     * @throws IllegalStateException when it cannot join; the message says where it tried and why it failed. Nothing
     *                               is left running then
     */
    void start(Listener listener);

    /**
     * Hands these messages, in this order, to that node if it can be reached. Whatever is ready for one node at the
     * same time leaves in one piece. Messages to one node keep their order while the connection lives.
     *
     * @param envelope not changed afterwards; not empty
     */
    void send(NodeId to, List<Message> envelope);

    /**
     * Finds out whether that process still exists, without waiting for the answer: {@link Listener#provenDead} follows
     * only where its port refuses connections. Silence proves nothing and is not reported.
     */
    void probe(NodeId node);

    /** Leaves the cluster and ends every thread of the transport. May be repeated. */
    @Override
    void close();

    /** What was carried since the start; zeros where nobody counts. */
    default Traffic traffic() {
        return Traffic.NONE;
    }

    /**
     * @param bytesSent       of the payloads, as given to the network library
     * @param dropped         messages not sent, because their target was unknown or a queue was full
     * @param unreadable      envelopes received that could not be decoded
     */
    record Traffic(long envelopesSent, long bytesSent, long envelopesReceived, long bytesReceived, long dropped,
                   long unreadable) {
        public static final Traffic NONE = new Traffic(0, 0, 0, 0, 0, 0);
    }

    /**
     * What the cluster says. Called from threads that must not be held up: an implementation must not block, wait for
     * an answer, or take a lock that is held while something is sent.
     */
    interface Listener {
        /** Messages of one sender, in the order in which it sent them; not empty. */
        void received(NodeId from, List<Message> envelope);

        /** The members as the transport sees them now, this node included, the coordinating one first. */
        void viewChanged(List<NodeId> members);

        /** The process of that life does not exist any more. */
        void provenDead(NodeId node);
    }
}
