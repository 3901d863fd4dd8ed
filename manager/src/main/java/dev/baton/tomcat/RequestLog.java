package dev.baton.tomcat;

import dev.baton.model.SessionKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The last changes that requests of this process made to an application's sessions, for status pages: those of all
 * sessions together are bounded, since there may be many. Any thread.
 */
final class RequestLog {
    private static final int KEPT = 512;
    private static final int KEPT_OF_ONE = 20;

    private final AtomicReferenceArray<Entry> entries = new AtomicReferenceArray<>(KEPT);
    private final AtomicLong count = new AtomicLong();

    /**
     * @param request      method and path
     * @param sentBytes    size of the delta, about
     * @param sessionBytes size of the whole session, about
     */
    record Entry(SessionKey session, String request, long version, int sentBytes, int sessionBytes) {}

    void add(Entry entry) {
        entries.set((int) (count.getAndIncrement() % KEPT), entry);
    }

    /** Of one session, oldest first, as values of the JDK. */
    List<Map<String, Object>> oldestFirst(SessionKey session) {
        List<Map<String, Object>> all = new ArrayList<>();
        long next = count.get();
        for (long i = next - 1; i >= Math.max(0, next - KEPT) && all.size() < KEPT_OF_ONE; i--) {
            Entry e = entries.get((int) (i % KEPT));
            if (e != null && e.session().equals(session)) {
                Map<String, Object> map = new TreeMap<>();
                map.put("request", e.request());
                map.put("version", e.version());
                map.put("sentBytes", e.sentBytes());
                map.put("sessionBytes", e.sessionBytes());
                all.add(0, map);
            }
        }
        return all;
    }
}
