package dev.baton.benchmarks;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How many nodes a cluster has, and which of them a request goes to.
 *
 * @param sticky to the node that made the session, else each request of a session to the next node
 */
record Layout(boolean sticky, int nodes) {
    private static final Pattern TEXT = Pattern.compile("(sticky|robin)-([2-5])");

    /** @throws IllegalArgumentException if the text is not like {@code sticky-2} or {@code robin-3} */
    static Layout of(String text) {
        Matcher matcher = TEXT.matcher(text.trim());
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' is not sticky-N or robin-N with 2 to 5 nodes");
        }
        return new Layout(matcher.group(1).equals("sticky"), Integer.parseInt(matcher.group(2)));
    }

    @Override
    public String toString() {
        return (sticky ? "sticky, " : "round-robin, ") + nodes + " nodes";
    }
}
