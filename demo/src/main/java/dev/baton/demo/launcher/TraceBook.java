package dev.baton.demo.launcher;

import dev.baton.demo.wire.TraceRow;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The last requests of the last visitors. May be used from any thread. */
final class TraceBook {
    private static final int MAX_SESSIONS = 200;

    private static final class Page {
        private final Deque<TraceRow> rows = new ArrayDeque<>();
        private long version = -1;
    }

    private final Map<String, Page> pages = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Page> eldest) {
            return size() > MAX_SESSIONS;
        }
    };

    /** Newest first. */
    synchronized List<TraceRow> rows(String sessionId) {
        Page page = pages.get(Cookies.bare(sessionId));
        return page == null ? List.of() : List.copyOf(page.rows);
    }

    /**
     * Notes a request that was answered.
     *
     * @param figures what the node that answered tells of the session now; changes since the request before count as
     *                this one's
     */
    synchronized void record(String sessionId, String request, String node, String note, long millis,
                             Figures figures) {
        Page page = pages.computeIfAbsent(Cookies.bare(sessionId), id -> new Page());
        page.rows.addFirst(new TraceRow(request, node, note, figures.sentSince(page.version),
                figures.number("sessionBytes"), millis));
        page.version = Math.max(page.version, figures.number("version"));
        if (page.rows.size() > TraceRow.MAX_ROWS) {
            page.rows.removeLast();
        }
    }
}
