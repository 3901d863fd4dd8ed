package dev.baton.node;

import dev.baton.model.NodeId;
import dev.baton.model.Topology;
import java.util.List;

/** What JMX shows of a node, in a Tomcat or not. */
public final class NodeFigures {
    /** Of the bean; the name of the cluster follows. */
    public static final String NAME = "dev.baton:type=Node,cluster=";

    private NodeFigures() {
    }

    /** Not registered yet. */
    public static JmxView of(SessionNode node) {
        return new JmxView("This process as a node of the session cluster")
                .figure("Name", String.class, "name and incarnation of this node", () -> node.self().toString())
                .figure("Serving", Boolean.class, "whether this node has a majority behind it; if not, sessions are"
                        + " refused with 503", node::serving)
                .figure("Members", String[].class, "names of all members of the cluster",
                        () -> members(node).toArray(new String[0]))
                .figure("View", String[].class, "nodes that the network sees now",
                        () -> node.report().view().stream().map(NodeId::name).toArray(String[]::new))
                .figure("SegmentsPrimary", Integer.class, "of the 256 segments, those served here as primary",
                        () -> node.report().primaries())
                .figure("SegmentsStarting", Integer.class, "segments this node is primary of but does not serve yet",
                        () -> node.report().starting())
                .figure("SegmentsBackup", Integer.class, "segments of which a complete backup is kept here",
                        () -> node.report().backups())
                .figure("SegmentsUnderReplicated", Integer.class, "segments of the whole cluster with fewer complete"
                        + " backups than asked for", () -> node.report().underReplicated())
                .figure("SessionsLagging", Integer.class, "sessions of which some backup was not sent the present state"
                        + " yet", () -> node.report().lagging())
                .figure("SegmentsLost", Long.class, "segments begun anew because every copy was lost",
                        () -> node.report().lostSegments())
                .figure("SessionsPrimary", Integer.class, "sessions of all applications this node is primary of",
                        () -> node.report().sessions())
                .figure("SessionsBackup", Integer.class, "sessions this node keeps a backup of",
                        () -> node.report().copies())
                .figure("StoredBytes", Long.class, "bytes of all sessions stored here",
                        () -> node.report().storedBytes())
                .figure("TokensHeld", Integer.class, "lock tokens this process holds", () -> node.report().tokens())
                .figure("Waiting", Integer.class, "processes queued for tokens at this node",
                        () -> node.report().waiting())
                .figure("Unacknowledged", Integer.class, "changes of this process not acknowledged yet",
                        () -> node.report().uncommitted())
                .figure("RejectedLateWrites", Long.class, "writes refused because their token was not current any more",
                        () -> node.report().fencedWrites())
                .figure("EnvelopesSent", Long.class, "envelopes sent to other nodes",
                        () -> node.counters().traffic().envelopesSent())
                .figure("BytesSent", Long.class, "bytes of those envelopes",
                        () -> node.counters().traffic().bytesSent())
                .figure("EnvelopesReceived", Long.class, "envelopes received",
                        () -> node.counters().traffic().envelopesReceived())
                .figure("BytesReceived", Long.class, "bytes of those envelopes",
                        () -> node.counters().traffic().bytesReceived())
                .figure("MessagesSent", String.class, "messages sent, by kind",
                        () -> node.counters().sentByKind().toString())
                .figure("MessagesReceived", String.class, "messages received, by kind",
                        () -> node.counters().receivedByKind().toString())
                .figure("MessagesDropped", Long.class, "messages not sent, because nobody knew the way to their node or too"
                        + " much was waiting for it", () -> node.counters().traffic().dropped())
                .figure("EnvelopesUnreadable", Long.class, "received and dropped, because they make no sense, or come from"
                        + " strangers or from nodes that no view brought in", () -> node.counters().traffic().unreadable())
                .operation("forget", "says that a node will not come back, where nothing proves its death; what only it"
                        + " had is lost", "name", "name of a member that is out of reach", name -> forget(node, name));
    }

    private static String forget(SessionNode node, String name) {
        if (node.report().view().stream().anyMatch(n -> n.name().equals(name))) {
            throw new IllegalArgumentException("node '" + name + "' is in reach; allowed: a member that is out of reach");
        }
        List<String> members = members(node);
        node.forget(name);
        return "forgotten: " + name + (members.contains(name) ? "" : "; no member has that name, there are " + members);
    }

    /** Names of the members of the cluster, ascending; none before the first table. */
    public static List<String> members(SessionNode node) {
        Topology table = node.effective();
        return table == null ? List.of() : table.members().stream().map(m -> m.node().name()).sorted().toList();
    }
}
