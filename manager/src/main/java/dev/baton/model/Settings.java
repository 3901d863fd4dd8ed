package dev.baton.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The settings of one web application's sessions, checked. Immutable.
 *
 * <p>Built from texts, as they stand in a {@code context.xml}; what is not set has its default. The names, defaults and
 * meanings are {@link #descriptions()}, from which the table in the README is tested.
 */
public final class Settings {
    /** When a request's changes are complete. */
    public enum Acknowledge { BACKUPS, PRIMARY, NONE }

    /** Which attributes are compared at the end of a request. */
    public enum Tracking { ALL, ACCESSED, MUTABLE, WRITTEN }

    /** How a changed attribute travels. */
    public enum Differencing { AUTO, BINARY, GRAPH, NONE }

    /** When a process gives a token back. */
    public enum LockRelease { LAZY, EAGER }

    /** When a request takes the token. */
    public enum Acquire { ACCESS, REQUEST }

    /** What threads of one process exclude each other from. */
    public enum ThreadLocks { NONE, ATTRIBUTE, SESSION }

    /** Where the primary of a new session is. */
    public enum Placement { LOCAL, HASH }

    /** Who serves in a network partition. */
    enum Partition { DENY }

    /** What becomes of attributes that cannot be read. */
    public enum Unreadable { KEEP, DROP }

    enum Switch { FALSE, TRUE }

    /**
     * One row of the documentation.
     *
     * @param name         as in {@code context.xml}
     * @param type         kind of value
     * @param defaultValue for people: a text such as "empty" where no value can be shown
     * @param allowed      what may be set
     * @param meaning      plain text
     * @param clusterWide  whether all nodes must agree
     */
    public record Description(String name, String type, String defaultValue, String allowed, String meaning,
                              boolean clusterWide) {}

    /** Everything at its default. */
    public static final Settings DEFAULT = builder().build();

    private final EnumMap<Setting, String> texts;
    private final EnumMap<Setting, Object> values;

    private Settings(Builder builder) {
        this.texts = new EnumMap<>(builder.texts);
        this.values = new EnumMap<>(builder.values);
    }

    public static Builder builder() {
        return new Builder();
    }

    /**
     * Defaults with these values.
     *
     * @throws IllegalArgumentException see {@link Builder#set}
     */
    public static Settings of(Map<String, String> byName) {
        Builder builder = builder();
        byName.forEach(builder::set);
        return builder.build();
    }

    /** All settings, in the order of the README. */
    public static List<Description> descriptions() {
        return Arrays.stream(Setting.values()).map(s -> new Description(s.text, s.rule.type(), s.defaultForPeople,
                s.rule.allowed(), s.meaning, s.scope == Setting.Scope.CLUSTER)).toList();
    }

    public String stack() {
        return (String) values.get(Setting.STACK);
    }

    public String cluster() {
        return (String) values.get(Setting.CLUSTER);
    }

    /** Empty where it is to be made from jvmRoute, or host and port. */
    public String nodeName() {
        return (String) values.get(Setting.NODE_NAME);
    }

    /** Whether this process keeps sessions for the cluster. */
    public boolean store() {
        return values.get(Setting.STORE) == Switch.TRUE;
    }

    public int backups() {
        return (int) number(Setting.BACKUPS);
    }

    public int minInSync() {
        return (int) number(Setting.MIN_IN_SYNC);
    }

    /** 0: never by itself. */
    public long releaseIdleMillis() {
        return number(Setting.RELEASE_IDLE);
    }

    /** 0: at the end of each request. */
    public long flushIntervalMillis() {
        return number(Setting.FLUSH_INTERVAL);
    }

    public Acknowledge acknowledge() {
        return (Acknowledge) values.get(Setting.ACKNOWLEDGE);
    }

    public long commitTimeoutMillis() {
        return number(Setting.COMMIT_TIMEOUT);
    }

    public Tracking tracking() {
        return (Tracking) values.get(Setting.TRACKING);
    }

    /** For attributes of which nothing else is said. */
    public Differencing differencing() {
        return rules().usual();
    }

    /** For the attribute of this name, of which the value has a class of that name. */
    public Differencing differencing(String attribute, String className) {
        return rules().of(attribute, className);
    }

    private DifferencingRules rules() {
        return (DifferencingRules) values.get(Setting.DIFFERENCING);
    }

    /** Names of attributes that never change in place. */
    @SuppressWarnings("unchecked")
    public Predicate<String> immutableNames() {
        return (Predicate<String>) values.get(Setting.IMMUTABLE_NAMES);
    }

    /** Names of classes whose objects never change in place. */
    @SuppressWarnings("unchecked")
    public Predicate<String> immutableClasses() {
        return (Predicate<String>) values.get(Setting.IMMUTABLE_CLASSES);
    }

    public LockRelease lockRelease() {
        return (LockRelease) values.get(Setting.LOCK_RELEASE);
    }

    public Acquire acquire() {
        return (Acquire) values.get(Setting.ACQUIRE);
    }

    public long lockTimeoutMillis() {
        return number(Setting.LOCK_TIMEOUT);
    }

    public int maxWaiters() {
        return (int) number(Setting.MAX_WAITERS);
    }

    public long maxSessionSize() {
        return number(Setting.MAX_SESSION_SIZE);
    }

    public ThreadLocks threadLocks() {
        return (ThreadLocks) values.get(Setting.THREAD_LOCKS);
    }

    public Placement placement() {
        return (Placement) values.get(Setting.PLACEMENT);
    }

    /** -1: 60 s with two nodes, else never. */
    public long lostAfterMillis() {
        return number(Setting.LOST_AFTER);
    }

    public Unreadable unreadable() {
        return (Unreadable) values.get(Setting.UNREADABLE);
    }

    /** Whether the development mode is on. */
    public boolean verify() {
        return values.get(Setting.VERIFY) == Switch.TRUE;
    }

    /** A JEP 290 pattern, or empty. */
    public String serialFilter() {
        return (String) values.get(Setting.SERIAL_FILTER);
    }

    /** Every setting's text by its name, in the order of {@link #descriptions()}. */
    public Map<String, String> texts() {
        Map<String, String> all = new LinkedHashMap<>();
        texts.forEach((setting, text) -> all.put(setting.text, text));
        return all;
    }

    /**
     * Why two web applications cannot share one node: the settings that belong to the cluster or the node and differ,
     * with both values.
     */
    public Optional<String> conflictWith(Settings other) {
        List<String> differences = new ArrayList<>();
        for (Setting setting : Setting.values()) {
            if (setting.scope != Setting.Scope.APPLICATION && !values.get(setting).equals(other.values.get(setting))) {
                differences.add(difference(setting, other));
            }
        }
        return differences.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", differences));
    }

    /** Why these values do not go together, or nothing. Not checked by the builder, which gets them one by one. */
    public Optional<String> contradiction() {
        if (number(Setting.FLUSH_INTERVAL) > 0 && acknowledge() != Acknowledge.NONE) {
            return Optional.of("setting flushInterval: '" + texts.get(Setting.FLUSH_INTERVAL) + "' is not allowed with "
                    + "acknowledge='" + texts.get(Setting.ACKNOWLEDGE) + "'; allowed: 0, or acknowledge='none', since no "
                    + "request waits for what is synchronised at an interval");
        }
        if (minInSync() > backups()) {
            return Optional.of("setting minInSync: '" + minInSync() + "' is not allowed with backups='" + backups()
                    + "'; allowed: 0 to " + backups());
        }
        return Optional.empty();
    }

    private String difference(Setting setting, Settings other) {
        return setting.text + " is '" + texts.get(setting) + "' here and '" + other.texts.get(setting) + "' there";
    }

    private long number(Setting setting) {
        return (Long) values.get(setting);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Settings s && texts.equals(s.texts);
    }

    @Override
    public int hashCode() {
        return texts.hashCode();
    }

    @Override
    public String toString() {
        return texts().toString();
    }

    /** Collects values and checks each when it is set. One thread. */
    public static final class Builder {
        private final EnumMap<Setting, String> texts = new EnumMap<>(Setting.class);
        private final EnumMap<Setting, Object> values = new EnumMap<>(Setting.class);

        private Builder() {
            for (Setting setting : Setting.values()) {
                put(setting, setting.defaultText);
            }
        }

        /**
         * @param value space around it is dropped
         * @throws IllegalArgumentException where there is no such setting or the value is not allowed, with name, value
         *         and what is allowed; the setting stays as it was
         */
        public Builder set(String name, String value) {
            Setting setting = Setting.named(name);
            if (value == null) {
                throw new IllegalArgumentException("setting " + name + ": no value; allowed: "
                        + setting.rule.allowed());
            }
            put(setting, value.trim());
            return this;
        }

        private void put(Setting setting, String text) {
            values.put(setting, setting.rule.read(setting.text, text));
            texts.put(setting, text);
        }

        public Settings build() {
            return new Settings(this);
        }
    }
}
