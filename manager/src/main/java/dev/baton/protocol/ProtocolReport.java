package dev.baton.protocol;

import dev.baton.model.Fence;
import dev.baton.model.NodeId;
import dev.baton.model.SessionKey;
import dev.baton.model.Topology;
import java.util.List;

/**
 * An immutable picture of a node, for JMX, status pages and checkers.
 *
 * @param effective       effective table, or null
 * @param frozen          no majority: nothing is served
 * @param view            the transport's view
 * @param primaries       segments served here as primary
 * @param starting        segments this node is primary of but does not serve yet
 * @param backups         complete copies kept as backup
 * @param underReplicated segments of the cluster with fewer in-sync backups than asked for
 * @param sessions        sessions this node is primary of
 * @param copies          sessions this node keeps a backup of
 * @param storedBytes     bytes of all sessions stored here
 * @param tokens          tokens this process holds
 * @param uncommitted     deltas of this process not acknowledged yet
 * @param waiting         processes queued for tokens at this node
 * @param fencedWrites    writes refused because their token was not current
 * @param lostSegments    segments created anew because every copy was lost
 * @param lagging         sessions of which this primary has not sent the present state to some backup
 */
public record ProtocolReport(NodeId self, Topology effective, boolean frozen, List<NodeId> view, int primaries,
                             int starting, int backups, int underReplicated, int sessions, int copies,
                             long storedBytes, int tokens, int uncommitted, int waiting, long fencedWrites,
                             long lostSegments, int lagging) {
    public ProtocolReport {
        view = List.copyOf(view);
    }

    /** Where one session stands, as far as this node knows; fields are null or 0 where it does not. */
    public record SessionReport(SessionKey key, NodeId primary, List<NodeId> backups, NodeId holder, Fence fence,
                                long version, int bytes) {
        public SessionReport {
            backups = List.copyOf(backups);
        }
    }
}
