/**
 * The protocol: segment tables stored by a majority, lock tokens, deltas, replication, leases and expiry, as a
 * deterministic core. {@link dev.baton.protocol.NodeCore#step} takes an input and the time and returns effects; there
 * is no IO, clock, thread, randomness or log in here, and no collection whose order depends on hash codes, so that a
 * simulator can own everything. One thread at a time.
 */
package dev.baton.protocol;
