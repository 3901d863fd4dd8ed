package dev.baton.tomcat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The last few changes that requests of this process made to a session, for status pages. Any thread. */
final class RequestLog {
    private static final int KEPT = 20;

    private final ArrayDeque<Entry> entries = new ArrayDeque<>(KEPT);

    /**
     * @param request      method and path
     * @param sentBytes    size of the delta, about
     * @param sessionBytes size of the whole session, about
     */
    record Entry(String request, long version, int sentBytes, int sessionBytes) {}

    synchronized void add(Entry entry) {
        if (entries.size() == KEPT) {
            entries.removeFirst();
        }
        entries.addLast(entry);
    }

    /** Oldest first, as values of the JDK. */
    synchronized List<Map<String, Object>> oldestFirst() {
        List<Map<String, Object>> all = new ArrayList<>(entries.size());
        for (Entry e : entries) {
            Map<String, Object> map = new TreeMap<>();
            map.put("request", e.request());
            map.put("version", e.version());
            map.put("sentBytes", e.sentBytes());
            map.put("sessionBytes", e.sessionBytes());
            all.add(map);
        }
        return all;
    }
}
