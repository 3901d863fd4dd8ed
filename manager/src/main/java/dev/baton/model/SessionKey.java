package dev.baton.model;

import java.nio.charset.StandardCharsets;

/**
 * Names one session in the cluster.
 *
 * @param application 64-bit hash of the application's name (host + context + version), see {@link #applicationHash}
 * @param id          session id without its route, 1 to {@value #MAX_ID} characters
 */
public record SessionKey(long application, String id) implements Comparable<SessionKey> {
    /** Longest id accepted, in characters. */
    public static final int MAX_ID = 200;

    public SessionKey {
        if (id.isEmpty() || id.length() > MAX_ID) {
            throw new IllegalArgumentException("session id must have 1 to " + MAX_ID + " characters, has " + id.length());
        }
    }

    /** The segment this id falls into. Two ids of one segment share this value whatever their application. */
    public int segment() {
        return (int) (mix(fnv(id)) >>> 56);
    }

    /** FNV-1a with a final mix, over the UTF-8 bytes of an application's name. Collisions are refused at join. */
    public static long applicationHash(String name) {
        long h = 0xcbf29ce484222325L;
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            h = (h ^ (b & 0xff)) * 0x100000001b3L;
        }
        return mix(h);
    }

    private static long fnv(String s) {
        long h = 0xcbf29ce484222325L;
        for (int i = 0; i < s.length(); i++) {
            h = (h ^ s.charAt(i)) * 0x100000001b3L;
        }
        return h;
    }

    /** Finaliser of splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014). */
    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    @Override
    public int compareTo(SessionKey other) {
        int byId = id.compareTo(other.id);
        return byId != 0 ? byId : Long.compare(application, other.application);
    }

    /** The id only as a hash: the text may stand in a log. */
    @Override
    public String toString() {
        return "session-" + Long.toHexString(mix(fnv(id) ^ application) >>> 24);
    }
}
