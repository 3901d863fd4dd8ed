package dev.baton.benchmarks;

import java.util.Locale;

/** A session manager as Tomcat's configuration names it. */
enum ManagerKind {
    /** Tomcat's own without a cluster: what a request costs without any replication. */
    STANDARD,
    /**
     * The same, and a valve that serialises what was changed and waits until another node has it, over bare sockets: a
     * measure of what waiting for another node costs on this machine at least. Keeps no session alive.
     */
    PLAIN,
    /**
     * As {@link #STANDARD}, and where requests go round each node has a session of its own for each visitor: what the
     * routing costs by itself.
     */
    STANDARD_TURNS,
    /**
     * As {@link #PLAIN} with sessions like that; another node is asked before the request, too, as for a token: what the
     * messages of a request that goes round cost on this machine at least.
     */
    PLAIN_TURNS,
    /** As shipped: the answer waits for the backup. */
    BATON("", 0),
    /** Requests of one session take turns. */
    BATON_SESSION("threadLocks='session'", 0),
    /** Nobody waits for the backup. */
    BATON_ASYNC("acknowledge='none'", 0),
    /** Tomcat's all-to-all replication; the sender waits until each peer has applied the change. */
    DELTA_SYNC("DeltaManager", TribesChannel.SYNCHRONOUS),
    DELTA_ASYNC("DeltaManager", TribesChannel.ASYNCHRONOUS),
    /** Tomcat's replication to one backup; the sender waits until it has applied the change. */
    BACKUP_SYNC("BackupManager", TribesChannel.SYNCHRONOUS),
    BACKUP_ASYNC("BackupManager", TribesChannel.ASYNCHRONOUS);

    /** Class of a Tribes manager, or attributes of Baton's. */
    private final String detail;
    private final int tribesOptions;

    ManagerKind() {
        this("", 0);
    }

    ManagerKind(String detail, int tribesOptions) {
        this.detail = detail;
        this.tribesOptions = tribesOptions;
    }

    /** Whether the sessions of one node can be reached through another. */
    boolean shares() {
        return this != STANDARD && this != STANDARD_TURNS && !plain();
    }

    /** Whether requests go round where the layout says so, else they are sticky always. */
    boolean goesRound() {
        return shares() || this == STANDARD_TURNS || this == PLAIN_TURNS;
    }

    boolean plain() {
        return this == PLAIN || this == PLAIN_TURNS;
    }

    boolean baton() {
        return name().startsWith("BATON");
    }

    /** Whether the answer does not wait for the other nodes; nothing else is different. */
    boolean asynchronous() {
        return name().endsWith("ASYNC");
    }

    /** Whether the application must call {@code setAttribute} after it has changed an attribute in place. */
    boolean mustBeTold() {
        return tribesOptions != 0;
    }

    /** The element that goes into the Context. */
    String managerElement(Seat seat) {
        if (!shares()) {
            return "<Manager className='org.apache.catalina.session.StandardManager' pathname=''/>" + (plain()
                    ? "<Valve className='dev.baton.benchmarks.plain.PlainExchange' port='" + seat.receiver()
                            + "' peer='" + seat.nextReceiver() + "' asks='" + (this == PLAIN_TURNS) + "'/>" : "");
        }
        if (baton()) {
            return "<Manager className='dev.baton.tomcat.BatonManager' stack='local:" + seat.localPort() + "' cluster='"
                    + seat.cluster() + "' nodeName='" + seat.name() + "' " + detail + "/>";
        }
        String backup = detail.equals("BackupManager") ? " mapSendOptions='" + tribesOptions + "'" : "";
        return "<Manager className='org.apache.catalina.ha.session." + detail
                + "' notifyListenersOnReplication='false'" + backup + "/>";
    }

    /** The element that goes into the Host, or nothing. */
    String clusterElement(Seat seat) {
        return tribesOptions == 0 ? "" : TribesChannel.element(seat, tribesOptions);
    }

    /** As in options and tables. */
    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
