package dev.baton.model;

import java.util.Objects;

/**
 * Where a node stands, for spreading backups. An empty part means "not known".
 */
public record Location(String site, String rack, String host) {
    public static final Location UNKNOWN = new Location("", "", "");

    /** Longest name of a place that an administrator may give, in characters. */
    public static final int MAX_NAME = 200;

    public Location {
        Objects.requireNonNull(site);
        Objects.requireNonNull(rack);
        Objects.requireNonNull(host);
    }

    /**
     * Checks what an administrator says.
     *
     * @param source where it was said, for the message
     * @return the name
     * @throws IllegalArgumentException where it is too long, or would break lines of a log
     */
    public static String checked(String source, String name) {
        if (name.length() > MAX_NAME || name.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(source + " is '" + name + "'; allowed: at most " + MAX_NAME
                    + " characters, no control characters");
        }
        return name;
    }

    /** 0 on the same host or nothing known to differ, 1 another host, 2 another rack, 3 another site. */
    public int distance(Location other) {
        if (differ(site, other.site)) {
            return 3;
        }
        if (differ(rack, other.rack)) {
            return 2;
        }
        return differ(host, other.host) ? 1 : 0;
    }

    private static boolean differ(String a, String b) {
        return !a.isEmpty() && !b.isEmpty() && !a.equals(b);
    }
}
