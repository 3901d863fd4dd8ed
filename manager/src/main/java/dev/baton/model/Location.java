package dev.baton.model;

import java.util.Objects;
import java.util.function.UnaryOperator;

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

    /**
     * What an administrator says of this process by {@code baton.site}, {@code baton.rack} and {@code baton.host}.
     *
     * @param properties those of the system, by their names; null where there is none
     * @param host       name of the machine, where nothing else is said
     * @throws IllegalArgumentException with the property, its value and what is allowed
     */
    public static Location of(UnaryOperator<String> properties, String host) {
        return new Location(place(properties, "baton.site", ""), place(properties, "baton.rack", ""),
                place(properties, "baton.host", host));
    }

    private static String place(UnaryOperator<String> properties, String name, String preset) {
        String said = properties.apply(name);
        return checked("system property " + name, said == null ? preset : said);
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
