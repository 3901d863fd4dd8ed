package dev.baton.tomcat;

import dev.baton.model.NodeId;
import dev.baton.node.Application;
import dev.baton.node.SessionNode;
import java.util.List;

/** What JMX shows: of the node, and of the sessions of each web application. */
final class Figures {
    private Figures() {
    }

    static JmxView ofNode(SessionNode node) {
        return new JmxView("This process as a node of the session cluster")
                .figure("Name", String.class, "name and incarnation of this node", () -> node.self().toString())
                .figure("Serving", Boolean.class, "whether this node has a majority behind it; if not, sessions are"
                        + " refused with 503", node::serving)
                .figure("Members", String[].class, "names of all members of the cluster",
                        () -> SessionStatus.members(node.effective()).toArray(new String[0]))
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
                .operation("forget", "says that a node will not come back, where nothing proves its death; what only it"
                        + " had is lost", "name", "name of a member that is out of reach", name -> forget(node, name));
    }

    private static String forget(SessionNode node, String name) {
        if (node.report().view().stream().anyMatch(n -> n.name().equals(name))) {
            throw new IllegalArgumentException("node '" + name + "' is in reach; allowed: a member that is out of reach");
        }
        List<String> members = SessionStatus.members(node.effective());
        node.forget(name);
        return "forgotten: " + name + (members.contains(name) ? "" : "; no member has that name, there are " + members);
    }

    static JmxView ofApplication(Application application, AttributeProblems problems) {
        return new JmxView("Sessions of the web application " + application.name() + " in this process")
                .figure("Primary", Integer.class, "sessions whose primary is this node",
                        () -> application.primarySessions().size())
                .figure("Copies", Integer.class, "copies of sessions in memory", () -> application.counters().states())
                .figure("TokensHeld", Integer.class, "copies whose lock token is held here",
                        () -> application.counters().tokens())
                .figure("Entries", Long.class, "uses of sessions begun", () -> application.counters().entries())
                .figure("Waits", Long.class, "uses that had to wait for the token",
                        () -> application.counters().waits())
                .figure("LockWaits", Long.class, "waits for an attribute's lock, or for the turn, in this process",
                        () -> application.counters().lockWaits())
                .figure("Deadlocks", Long.class, "uses refused because requests of this process would have waited for"
                        + " each other for ever", () -> application.counters().deadlocks())
                .figure("Refused", Long.class, "uses that ended with 503", () -> application.counters().refused())
                .figure("LookupsSent", Long.class, "look-ups that memory could not answer",
                        () -> application.counters().lookupsSent())
                .figure("Deltas", Long.class, "changes sent", () -> application.counters().deltas())
                .figure("DeltaBytes", Long.class, "their bytes", () -> application.counters().deltaBytes())
                .figure("WholeBytes", Long.class, "bytes of the whole sessions at these times, which is what would have"
                        + " travelled without deltas", () -> application.counters().wholeBytes())
                .figure("DeltaRatio", Double.class, "DeltaBytes / WholeBytes", () -> ratio(application))
                .figure("Unchanged", Long.class, "uses that sent nothing", () -> application.counters().unchanged())
                .figure("TokensLost", Long.class, "tokens taken away", () -> application.counters().tokensLost())
                .figure("UnreadableAttributes", Long.class, "attributes whose bytes could not be read here",
                        problems::unreadable)
                .figure("NotSerializableAttributes", Long.class, "attributes that could not be serialised",
                        problems::notSerializable)
                .figure("BenchmarkBytes", Long.class, "bytes of the copies of sessions here as the store has them, about;"
                        + " one array with the store's where that is this process", application::benchmarkBytes)
                .figure("SnapshotBytes", Long.class, "bytes beside these by which live objects are compared, about; those"
                        + " of sessions unused for a minute are freed", application::snapshotBytes)
                .figure("RestlessAttributes", Long.class, "comparisons of attributes that other threads kept changing"
                        + " meanwhile; they are compared again", problems::restless)
                .operation("flush", "sends what waits for the next round of flushInterval now", () -> {
                    application.flush();
                    return "sent";
                });
    }

    private static double ratio(Application application) {
        long whole = application.counters().wholeBytes();
        return whole == 0 ? 0 : (double) application.counters().deltaBytes() / whole;
    }
}
