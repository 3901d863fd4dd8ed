package dev.baton.tomcat;

import dev.baton.node.Application;
import dev.baton.node.JmxView;

/** What JMX shows of the sessions of each web application. */
final class Figures {
    private Figures() {
    }

    static JmxView of(Deployment deployment, AttributeProblems problems) {
        Application application = deployment.application();
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
                .figure("Refused", Long.class, "requests that ended with 503 since their session could not be had, or"
                        + " their changes are not known to be durable, or with a cut connection where the answer had"
                        + " begun; the log has a line of each", deployment::refusals)
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
