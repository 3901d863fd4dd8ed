package dev.baton.demo.wire;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One request of a session, as the front door saw it.
 *
 * @param request      method and path
 * @param node         node that answered
 * @param note         what else happened, for people; empty for nothing
 * @param sentBytes    bytes of the session's changes that left the node for this request; -1: not known
 * @param sessionBytes bytes of the whole session after it; -1: not known
 * @param millis       time until the answer was complete
 */
public record TraceRow(String request, String node, String note, long sentBytes, long sessionBytes, long millis) {
    /** Header that carries the last requests of the visitor's session, newest first. */
    public static final String HEADER = "Demo-Trace";
    /** Requests kept per session. */
    public static final int MAX_ROWS = 10;
    private static final int MAX_TEXT = 60;

    public TraceRow {
        request = cut(request);
        note = cut(note);
    }

    private static String cut(String text) {
        return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT - 1) + "…";
    }

    public static String encode(List<TraceRow> rows) {
        return rows.stream().limit(MAX_ROWS)
                .map(r -> Fields.join(r.request, r.node, r.note, r.sentBytes, r.sessionBytes, r.millis))
                .collect(Collectors.joining(" "));
    }

    /**
     * @param text what {@link #encode} made, or null for none
     * @throws IllegalArgumentException if it is anything else
     */
    public static List<TraceRow> parse(String text) {
        if (text == null || text.isBlank()) {
            return List.of();
        }
        return Stream.of(text.split(" ")).limit(MAX_ROWS).map(t -> {
            List<String> f = Fields.split(t, 6);
            return new TraceRow(f.get(0), f.get(1), f.get(2), Long.parseLong(f.get(3)), Long.parseLong(f.get(4)),
                    Long.parseLong(f.get(5)));
        }).toList();
    }
}
