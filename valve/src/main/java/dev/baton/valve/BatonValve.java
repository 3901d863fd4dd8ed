package dev.baton.valve;

import dev.baton.tomcat.RequestBoundary;

/**
 * The Valve to name in a {@code context.xml} beside {@code dev.baton.tomcat.BatonManager}; optional, since the Manager
 * adds one where there is none. Naming it fixes its place among other Valves: those before it see a session only as far
 * as it takes no token.
 */
public final class BatonValve extends RequestBoundary {
}
