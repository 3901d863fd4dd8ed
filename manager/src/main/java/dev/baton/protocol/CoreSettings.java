package dev.baton.protocol;

import java.util.concurrent.TimeUnit;

/**
 * Settings of the core. Durations in nanoseconds.
 *
 * @param backups         copies beside the primary, 0 to 5
 * @param hashPlacement   primaries by hash; else new sessions are created on the node that draws the id
 * @param leaseNanos      how long an answered question lets a process serve
 * @param beatNanos       interval of beats between nodes
 * @param resendNanos     first resend of an unanswered message; doubles twice
 * @param lostAfterNanos  when an unreachable node counts as lost; -1: after 60 s with two seats, else never
 * @param aloneAfterNanos how long the last survivor waits for news of a newer table
 * @param tombstoneNanos  how long a destroyed session is remembered
 * @param sweepNanos      interval of the expiry check
 * @param maxQueue        processes' waiters per session, sessions parked per segment, and other lists
 * @param windowBytes     unacknowledged bytes per copy; beyond, changes wait and several become one
 * @param recentBytes     deltas kept per session to bring a process's cached copy up
 * @param chunkBytes      size of one step when a segment is copied
 * @param minInSync       with fewer in-sync backups than this, changes are refused
 */
public record CoreSettings(int backups, boolean hashPlacement, long leaseNanos, long beatNanos, long resendNanos,
                           long lostAfterNanos, long aloneAfterNanos, long tombstoneNanos, long sweepNanos,
                           int maxQueue, int windowBytes, int recentBytes, int chunkBytes, int minInSync) {

    public static CoreSettings defaults(int backups) {
        return new CoreSettings(backups, false, seconds(5), seconds(1), seconds(1), -1, seconds(10),
                seconds(300), seconds(5), 1_000, 64 << 10, 16 << 10, 256 << 10, 0);
    }

    private static long seconds(long s) {
        return TimeUnit.SECONDS.toNanos(s);
    }

    /** How long a copy that is out of the table is kept, and what it lacks is kept in mind: it may come back. */
    long keepNanos() {
        return tombstoneNanos / 5;
    }

    public CoreSettings withHashPlacement(boolean hash) {
        return new CoreSettings(backups, hash, leaseNanos, beatNanos, resendNanos, lostAfterNanos,
                aloneAfterNanos, tombstoneNanos, sweepNanos, maxQueue, windowBytes, recentBytes, chunkBytes, minInSync);
    }

    public CoreSettings withLostAfterNanos(long nanos) {
        return new CoreSettings(backups, hashPlacement, leaseNanos, beatNanos, resendNanos, nanos,
                aloneAfterNanos, tombstoneNanos, sweepNanos, maxQueue, windowBytes, recentBytes, chunkBytes, minInSync);
    }

    public CoreSettings withWindowBytes(int bytes) {
        return new CoreSettings(backups, hashPlacement, leaseNanos, beatNanos, resendNanos, lostAfterNanos,
                aloneAfterNanos, tombstoneNanos, sweepNanos, maxQueue, bytes, recentBytes, chunkBytes, minInSync);
    }

    public CoreSettings withTombstoneNanos(long nanos) {
        return new CoreSettings(backups, hashPlacement, leaseNanos, beatNanos, resendNanos, lostAfterNanos,
                aloneAfterNanos, nanos, sweepNanos, maxQueue, windowBytes, recentBytes, chunkBytes, minInSync);
    }

    public CoreSettings withChunkBytes(int bytes) {
        return new CoreSettings(backups, hashPlacement, leaseNanos, beatNanos, resendNanos, lostAfterNanos,
                aloneAfterNanos, tombstoneNanos, sweepNanos, maxQueue, windowBytes, recentBytes, bytes, minInSync);
    }

    public CoreSettings withMinInSync(int backups) {
        return new CoreSettings(this.backups, hashPlacement, leaseNanos, beatNanos, resendNanos, lostAfterNanos,
                aloneAfterNanos, tombstoneNanos, sweepNanos, maxQueue, windowBytes, recentBytes, chunkBytes, backups);
    }

    /** Text of the settings on which all nodes of a cluster must agree. */
    public String canonical() {
        return "backups=" + backups + " placement=" + (hashPlacement ? "hash" : "local") + " lostAfter="
                + (lostAfterNanos < 0 ? "default" : lostAfterNanos / 1_000_000 + "ms") + " lease="
                + leaseNanos / 1_000_000 + "ms" + (minInSync == 0 ? "" : " minInSync=" + minInSync);
    }
}
