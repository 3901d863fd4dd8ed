package dev.baton.node;

import java.util.Map;

/**
 * Counted since the start.
 *
 * @param sentByKind     messages given to the transport, by the simple name of their type, ascending
 * @param receivedByKind messages received, likewise
 * @param traffic        envelopes and bytes
 * @param steps          inputs taken by the core
 * @param overflows      inputs refused because the inbox was full
 */
public record NodeCounters(Map<String, Long> sentByKind, Map<String, Long> receivedByKind, Transport.Traffic traffic,
                           long steps, long overflows) {}
