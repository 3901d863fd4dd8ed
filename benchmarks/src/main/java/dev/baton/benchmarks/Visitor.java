package dev.baton.benchmarks;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;

/**
 * One session as its client knows it, or one at each node: the bytes it sends and the answers that must come. One thread
 * at a time.
 */
final class Visitor {
    /** What the application answers to {@link Workload#READ}: the entries of its attribute. */
    static final int ENTRIES = 40;

    private final List<EnumMap<Workload, byte[]>> requests = new ArrayList<>();
    private final EnumMap<Workload, long[]> numbers = new EnumMap<>(Workload.class);
    private final EnumMap<Workload, Integer> next = new EnumMap<>(Workload.class);
    private final List<String> cookies;
    private int node;

    /**
     * @param cookies of the session, or of each node's
     * @param home    the node that made the session
     * @param set     whether the application calls {@code setAttribute} after changes in place
     */
    Visitor(List<String> cookies, int home, boolean set) {
        this.cookies = cookies;
        this.node = home;
        for (String cookie : cookies) {
            EnumMap<Workload, byte[]> ofSession = new EnumMap<>(Workload.class);
            for (Workload workload : Workload.values()) {
                String query = workload.inPlace() ? "?i=00&set=" + set : "";
                ofSession.put(workload, request(workload.path + query, cookie));
            }
            requests.add(ofSession);
        }
        for (Workload workload : Workload.values()) {
            numbers.put(workload, new long[workload.items]);
            next.put(workload, 0);
        }
    }

    /** A request for that path of the measured application. */
    static byte[] request(String path, String cookie) {
        return ("GET /bench" + path + " HTTP/1.1\r\nHost: bench\r\n"
                + (cookie == null ? "" : "Cookie: " + cookie + "\r\n") + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Of the session, or of the first node's. */
    String cookie() {
        return cookies.get(0);
    }

    /** The node for the next request if requests go round. */
    int nextNode(int nodes) {
        node = node + 1 >= nodes ? 0 : node + 1;
        return node;
    }

    /** The next request of that kind. */
    byte[] request(Workload workload) {
        byte[] request = requests.get(requests.size() == 1 ? 0 : node).get(workload);
        if (workload.inPlace()) {
            int item = next.get(workload);
            int at = "GET /bench".length() + workload.path.length() + "?i=".length();
            request[at] = (byte) ('0' + item / 10);
            request[at + 1] = (byte) ('0' + item % 10);
        }
        return request;
    }

    /**
     * Whether the answer is the one that a session that lost nothing gives. After another one the session is believed
     * to be what it said.
     */
    boolean accept(Workload workload, long answer) {
        if (workload.items == 0) {
            return answer == ENTRIES;
        }
        long[] counts = numbers.get(workload);
        int item = next.get(workload);
        if (answer < 0) {
            return false;
        }
        next.put(workload, (item + 1) % workload.items);
        boolean expected = answer == counts[item] + 1;
        counts[item] = answer;
        return expected;
    }
}
