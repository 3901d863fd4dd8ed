package dev.baton.tomcat;

import dev.baton.model.SessionKey;

/**
 * Session ids as clients send them: the id proper, and behind the first dot the route, which tells a load balancer the
 * node and is no part of the session's name.
 */
final class SessionIds {
    private static final String ALLOWED = "-_!~*+$:@=,";

    private SessionIds() {
    }

    /**
     * The id without its route, or null where the text cannot be an id. What comes from a client is checked here,
     * before it reaches a log or the network.
     */
    static String base(String id) {
        if (id == null) {
            return null;
        }
        int dot = id.indexOf('.');
        String base = dot < 0 ? id : id.substring(0, dot);
        if (base.isEmpty() || base.length() > SessionKey.MAX_ID || id.length() > 2 * SessionKey.MAX_ID) {
            return null;
        }
        for (int i = 0; i < base.length(); i++) {
            char c = base.charAt(i);
            boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            if (!letter && ALLOWED.indexOf(c) < 0) {
                return null;
            }
        }
        return base;
    }

    /** The route of an id, or null. */
    static String route(String id) {
        int dot = id.indexOf('.');
        return dot < 0 ? null : id.substring(dot + 1);
    }

    static String withRoute(String base, String route) {
        return route == null || route.isEmpty() ? base : base + "." + route;
    }
}
