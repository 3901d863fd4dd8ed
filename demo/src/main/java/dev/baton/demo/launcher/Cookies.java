package dev.baton.demo.launcher;

import java.util.List;

/** The two cookies that the front door reads. */
final class Cookies {
    static final String SESSION = "JSESSIONID";
    /** Node that the visitor chose for the next requests. */
    static final String CHOSEN = "demo-node";
    private static final int MAX_VALUE = 256;

    private Cookies() {}

    /** Value of the cookie in the Cookie headers of a request, or null; an overlong one counts as absent. */
    static String find(List<String> headers, String name) {
        if (headers != null) {
            for (String header : headers) {
                for (String pair : header.split(";")) {
                    int equals = pair.indexOf('=');
                    if (equals > 0 && pair.substring(0, equals).trim().equals(name)) {
                        return bounded(pair.substring(equals + 1).trim());
                    }
                }
            }
        }
        return null;
    }

    /** Value that the Set-Cookie headers of a response give the cookie, or null. */
    static String set(List<String> headers, String name) {
        return headers.stream().map(h -> find(List.of(h.split(";", 2)[0]), name)).filter(v -> v != null).findFirst()
                .orElse(null);
    }

    private static String bounded(String value) {
        return value.isEmpty() || value.length() > MAX_VALUE ? null : value;
    }

    /** The part after the last dot, or null. */
    static String route(String sessionId) {
        int dot = sessionId == null ? -1 : sessionId.lastIndexOf('.');
        return dot < 0 ? null : sessionId.substring(dot + 1);
    }

    /** The id without its route. */
    static String bare(String sessionId) {
        int dot = sessionId.lastIndexOf('.');
        return dot < 0 ? sessionId : sessionId.substring(0, dot);
    }
}
