package dev.baton.benchmarks;

import java.nio.charset.StandardCharsets;
import java.util.EnumMap;

/** One session as its client knows it: the bytes it sends and the answers that must come. One thread at a time. */
final class Visitor {
    private static final int NAME_LENGTH = 9;

    private final EnumMap<Workload, byte[]> requests = new EnumMap<>(Workload.class);
    private final EnumMap<Workload, Integer> itemAt = new EnumMap<>(Workload.class);
    private final String cookie;
    private long counter;
    private long cartChanges;

    Visitor(String host, String cookie) {
        this.cookie = cookie;
        for (Workload workload : Workload.values()) {
            String start = "GET /bench" + workload.path;
            String rest = (workload.cart() ? "00" : "") + " HTTP/1.1\r\nHost: " + host + "\r\nCookie: " + cookie + "\r\n\r\n";
            itemAt.put(workload, start.length());
            requests.put(workload, (start + rest).getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    String cookie() {
        return cookie;
    }

    /** The next request of that kind. */
    byte[] request(Workload workload) {
        byte[] request = requests.get(workload);
        if (workload.cart()) {
            int item = (int) (cartChanges % Workload.ITEMS);
            int at = itemAt.get(workload);
            request[at] = (byte) ('0' + item / 10);
            request[at + 1] = (byte) ('0' + item % 10);
        }
        return request;
    }

    /** Whether the answer is the one that a session that lost nothing gives. */
    boolean accept(Workload workload, long answer) {
        switch (workload) {
            case READ:
                return answer == NAME_LENGTH;
            case COUNTER:
                return answer == ++counter;
            default:
                return answer == 2 + cartChanges++ / Workload.ITEMS;
        }
    }
}
