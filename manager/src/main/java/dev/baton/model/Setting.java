package dev.baton.model;

import java.util.Locale;

/** Every setting with its rule, default and meaning: the one place. Read through {@link Settings}. */
enum Setting {
    STACK("stack", Scope.CLUSTER, SettingRule.text(1_000, "^\\p{Cntrl}", false,
            "local, or a file, URL or classpath resource of a JGroups XML"), "local", null,
            "JGroups stack: local (built in: TCP on 127.0.0.1, finds its peers on this machine without any "
                    + "configuration), or file, URL or classpath resource of a JGroups XML"),
    CLUSTER("cluster", Scope.CLUSTER, SettingRule.text(100, "A-Za-z0-9._-", false,
            "1 to 100 of the characters A-Z a-z 0-9 . _ -"), "baton", null, "name of the group"),
    NODE_NAME("nodeName", Scope.NODE, SettingRule.text(NodeId.MAX_NAME, "A-Za-z0-9.:_-", true,
            "at most " + NodeId.MAX_NAME + " of the characters A-Z a-z 0-9 . : _ -, or empty"), "",
            "jvmRoute, else host + HTTP port",
            "name of this node and of no other: who starts under it proves its former holder dead; in logs, JMX, "
                    + "status"),
    STORE("store", Scope.NODE, SettingRule.choice(Settings.Switch.class), "true", null,
            "whether this Tomcat keeps sessions for the cluster, primaries and backups; false: only other Tomcats or "
                    + "dedicated store nodes do"),
    BACKUPS("backups", Scope.CLUSTER, SettingRule.number(0, 5), "1", null, "backup copies per session"),
    MIN_IN_SYNC("minInSync", Scope.CLUSTER, SettingRule.number(0, 5), "0", null,
            "changes are refused (503) while fewer than that many backups of the session are in sync; at most backups"),
    ACKNOWLEDGE("acknowledge", Scope.APPLICATION, SettingRule.choice(Settings.Acknowledge.class), "backups", null,
            "a request's changes are complete when: backups (all in-sync backups have them), primary, none "
                    + "(asynchronous)"),
    FLUSH_INTERVAL("flushInterval", Scope.APPLICATION, SettingRule.number(0, 3_600_000), "0", null,
            "ms between synchronisations, also when the token goes back; no request waits then, what a crash can lose is "
                    + "bounded by the interval, and acknowledge must be none; 0: at the end of each request"),
    COMMIT_TIMEOUT("commitTimeout", Scope.APPLICATION, SettingRule.number(1, 3_600_000), "5000", null,
            "ms a request waits for its acknowledgement; then 503 \"outcome unknown\""),
    TRACKING("tracking", Scope.APPLICATION, SettingRule.choice(Settings.Tracking.class), "mutable", null,
            "which attributes are compared: all, accessed, mutable (mutably accessed), written "
                    + "(setAttribute/removeAttribute only)"),
    DIFFERENCING("differencing", Scope.APPLICATION, SettingRule.differencing(), "auto", null,
            "how changed attributes travel: binary (changed byte ranges), graph (changed parts of the object graph), "
                    + "auto (byte ranges, or the graph where these are much of the whole), none (whole attributes); "
                    + "after this first word, separated by spaces, METHOD:EXPRESSION for attributes of which the whole name "
                    + "or class matches this regular expression, as in auto none:thumb.* graph:com\\.example\\..*"),
    IMMUTABLE_NAMES("immutableNames", Scope.APPLICATION, SettingRule.expression(), "", "empty",
            "regular expression: names of attributes that never change in place"),
    IMMUTABLE_CLASSES("immutableClasses", Scope.APPLICATION, SettingRule.expression(), "", "empty",
            "regular expression: names of classes whose objects never change in place"),
    LOCK_RELEASE("lockRelease", Scope.APPLICATION, SettingRule.choice(Settings.LockRelease.class), "lazy", null,
            "lazy (the token is kept until asked for), eager (given back after each request)"),
    RELEASE_IDLE("releaseIdle", Scope.APPLICATION, SettingRule.number(0, 86_400_000), "60000", null,
            "ms after which a session that nobody used goes out of the process that holds it: the token goes back and the "
                    + "attributes' objects are let go of, to be read again from the bytes that the store has; 0: not "
                    + "before another process asks for it"),
    ACQUIRE("acquire", Scope.APPLICATION, SettingRule.choice(Settings.Acquire.class), "access", null,
            "when the request takes the token: access (at its first touch of the session), request (at its start)"),
    LOCK_TIMEOUT("lockTimeout", Scope.APPLICATION, SettingRule.number(1, 3_600_000), "10000", null,
            "ms a request waits for the token; then 503 with Retry-After"),
    MAX_WAITERS("maxWaiters", Scope.APPLICATION, SettingRule.number(1, 100_000), "100", null,
            "requests that may wait for one session in this process; more get 503 at once"),
    MAX_SESSION_SIZE("maxSessionSize", Scope.APPLICATION, SettingRule.number(1_000, 100_000_000), "50000000", null,
            "bytes that the attributes of a session may have together, at most 100000000 since a message must hold them "
                    + "twice; what would exceed it stays on this node, as what cannot be serialised does"),
    THREAD_LOCKS("threadLocks", Scope.APPLICATION, SettingRule.choice(Settings.ThreadLocks.class), "none", null,
            "locks between requests of one session in a process: none, attribute (each attribute a request touches is "
                    + "locked to its end), session (the requests run one after the other)"),
    PLACEMENT("placement", Scope.CLUSTER, SettingRule.choice(Settings.Placement.class), "local", null,
            "local (primary on the creating node) or hash"),
    PARTITION("partition", Scope.CLUSTER, SettingRule.choice(Settings.Partition.class, "available"), "deny", null,
            "in a network partition: deny (only the majority serves)"),
    LOST_AFTER("lostAfter", Scope.CLUSTER, SettingRule.numberOrEmpty(10_000, 604_800_000, -1, "the default"), "",
            "60000 with two nodes, else never",
            "ms after which an unreachable node that is not proven dead counts as lost"),
    UNREADABLE("unreadable", Scope.APPLICATION, SettingRule.choice(Settings.Unreadable.class), "keep", null,
            "an attribute whose bytes the application's classes cannot read any more is: keep (absent for the "
                    + "application, its bytes kept until it is set), drop (removed when it is asked for)"),
    VERIFY("verify", Scope.APPLICATION, SettingRule.choice(Settings.Switch.class), "false", null,
            "development mode: checks designated immutables, aliases between attributes, serialisability of every "
                    + "attribute at each request's end, and that it can be read back, which finds classes that "
                    + "serialFilter refuses; and says what it finds"),
    SERIAL_FILTER("serialFilter", Scope.APPLICATION, SettingRule.serialFilter(), "", "built-in allow list",
            "JEP 290 pattern on top of Tomcat's sessionAttributeValueClassNameFilter");

    /** Who must agree on a setting. */
    enum Scope { CLUSTER, NODE, APPLICATION }

    final String text;
    final Scope scope;
    final SettingRule rule;
    final String defaultText;
    final String defaultForPeople;
    final String meaning;

    Setting(String text, Scope scope, SettingRule rule, String defaultText, String defaultForPeople, String meaning) {
        this.text = text;
        this.scope = scope;
        this.rule = rule;
        this.defaultText = defaultText;
        this.defaultForPeople = defaultForPeople == null ? defaultText : defaultForPeople;
        this.meaning = rule.type().equals(SettingRule.NUMBER) ? meaning + " (" + rule.allowed() + ")" : meaning;
    }

    /** @throws IllegalArgumentException where there is none of that name */
    static Setting named(String name) {
        for (Setting setting : values()) {
            if (setting.text.equals(name)) {
                return setting;
            }
        }
        for (Setting setting : values()) {
            if (setting.text.toLowerCase(Locale.ROOT).equals(name.toLowerCase(Locale.ROOT))) {
                throw new IllegalArgumentException("setting " + name + " is not known; meant is " + setting.text);
            }
        }
        throw new IllegalArgumentException("setting " + name + " is not known; there are "
                + Settings.descriptions().stream().map(Settings.Description::name).toList());
    }
}
