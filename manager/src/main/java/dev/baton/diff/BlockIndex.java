package dev.baton.diff;

import java.util.Arrays;

/** The blocks of a base by their contents. */
final class BlockIndex {
    static final int BLOCK = 16;
    /** Equal blocks tried per look-up; with more of them in the base, the first ones. */
    static final int CANDIDATES = 4;
    /** Bounds the memory: of a base with more blocks only every second, third, … is indexed. */
    private static final int MAX_BLOCKS = 1 << 16;
    /** Bounds the time: as long as there are fewer blocks, they overlap. */
    private static final int MAX_OVERLAPPING = 1 << 12;
    private static final long MULTIPLIER = 0x9e3779b97f4a7c15L;

    private final byte[] base;
    private final int stride;
    /** First block of a hash, and after each block the next one of the same hash; -1 where there is none. */
    private final int[] first;
    private final int[] next;
    private final int hashShift;

    BlockIndex(byte[] base) {
        this.base = base;
        this.stride = stride(base.length);
        int blocks = base.length < BLOCK ? 0 : (base.length - BLOCK) / stride + 1;
        int bits = Math.max(4, 32 - Integer.numberOfLeadingZeros(blocks));
        this.hashShift = 64 - bits;
        this.first = new int[1 << bits];
        this.next = new int[blocks];
        Arrays.fill(first, -1);
        for (int i = blocks - 1; i >= 0; i--) {
            int slot = slot(base, i * stride);
            next[i] = first[slot];
            first[slot] = i;
        }
    }

    /** Steps from block to block: the smaller the base, the more of them overlap. */
    private static int stride(int length) {
        return length <= MAX_OVERLAPPING * BLOCK ? Math.max(1, length / MAX_OVERLAPPING)
                : BLOCK * (length / BLOCK / MAX_BLOCKS + 1);
    }

    /**
     * Offset in the base of the block equal to the one that starts here, the one with the longest match where there are
     * several; -1 where there is none.
     */
    int longest(byte[] bytes, int at, int stop) {
        int best = -1;
        int bestLength = BLOCK - 1;
        int block = first[slot(bytes, at)];
        for (int tries = CANDIDATES; tries > 0 && block >= 0; tries--, block = next[block]) {
            int offset = block * stride;
            int most = Math.min(base.length - offset, stop - at);
            int mismatch = Arrays.mismatch(base, offset, offset + most, bytes, at, at + most);
            int length = mismatch < 0 ? most : mismatch;
            if (length > bestLength) {
                best = offset;
                bestLength = length;
            }
        }
        return best;
    }

    private int slot(byte[] bytes, int at) {
        long low = (long) BinaryDiff.LONG.get(bytes, at);
        long high = (long) BinaryDiff.LONG.get(bytes, at + Long.BYTES);
        return (int) ((low * MULTIPLIER ^ Long.rotateLeft(high, 29)) * MULTIPLIER >>> hashShift);
    }
}
