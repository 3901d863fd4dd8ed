package dev.baton.demo.launcher;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a node told of itself and of one session, as far as it knows.
 *
 * @param facts   name to value
 * @param commits the session's last changes made at that node, oldest first
 */
record Figures(Map<String, String> facts, List<Commit> commits) {
    static final Figures NONE = new Figures(Map.of(), List.of());
    private static final int MAX_LINES = 200;

    /**
     * @param version      that the change made
     * @param sentBytes    bytes of the change
     * @param sessionBytes bytes of the whole session then
     */
    record Commit(long version, long sentBytes, long sessionBytes) {}

    /** @param text lines {@code name=value}; what is not understood is left out */
    static Figures parse(String text) {
        Map<String, String> facts = new HashMap<>();
        List<Commit> commits = new ArrayList<>();
        text.lines().limit(MAX_LINES).forEach(line -> {
            int equals = line.indexOf('=');
            if (equals > 0 && !line.startsWith("commit=")) {
                facts.put(line.substring(0, equals), line.substring(equals + 1));
            } else if (equals > 0) {
                String[] numbers = line.substring(equals + 1).split(" ");
                if (numbers.length == 3) {
                    try {
                        commits.add(new Commit(Long.parseLong(numbers[0]), Long.parseLong(numbers[1]),
                                Long.parseLong(numbers[2])));
                    } catch (NumberFormatException e) {
                        // A fact the manager does not know stands as "null": no figure then.
                    }
                }
            }
        });
        return new Figures(Map.copyOf(facts), List.copyOf(commits));
    }

    String get(String name) {
        return facts.getOrDefault(name, "?");
    }

    /** The number, or -1 where it is not known. */
    long number(String name) {
        try {
            return Long.parseLong(facts.getOrDefault(name, "-1"));
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /** Names of the cluster's members as the node knows them. */
    List<String> members() {
        String members = facts.getOrDefault("members", "");
        return members.isBlank() ? List.of() : List.of(members.split(" "));
    }

    /** Bytes of the changes after {@code version}; 0 if there was none, -1 if nothing is known of the session. */
    long sentSince(long version) {
        if (number("version") < 0) {
            return -1;
        }
        return commits.stream().filter(c -> c.version() > version).mapToLong(Commit::sentBytes).sum();
    }
}
