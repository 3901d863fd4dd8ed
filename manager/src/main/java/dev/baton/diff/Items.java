package dev.baton.diff;

import dev.baton.graph.StreamTable;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/**
 * The content of a node as numbers to compare: bytes, and slots by what they refer to. The same number in two contents
 * means the same in the result of the patch.
 */
final class Items {
    /** An empty slot. Above: slots with a node of the base, or the stream, by its identity. */
    static final int NOTHING = 256;
    /** From here on: slots with a node that only the new stream has, by its number there. */
    static final int NEW = 1 << 30;
    static final Items EMPTY = new Items(new byte[0], 0, 0);

    /** Of a content without slots, a part of the stream. */
    private final byte[] bytes;
    private final int offset;
    private final int[] symbols;
    private final int[] places;
    private final int length;
    /** Slots by target: target and slot in one number, ascending. Made when first needed. */
    private long[] byTarget;

    private Items(byte[] bytes, int offset, int length) {
        this.bytes = bytes;
        this.offset = offset;
        this.symbols = null;
        this.places = new int[0];
        this.length = length;
    }

    private Items(int[] symbols, int[] places) {
        this.bytes = null;
        this.offset = 0;
        this.symbols = symbols;
        this.places = places;
        this.length = symbols.length;
    }

    /** The four bytes before the value, and the value. */
    static Items stream(int value) {
        return new Items(new int[] {0xAC, 0xED, 0, 5, value}, new int[] {4});
    }

    /** @param symbol what a slot with this node is */
    static Items of(StreamTable table, int node, IntUnaryOperator symbol) {
        byte[] stream = table.bytes();
        int first = table.firstSlot(node);
        int count = table.slotCount(node);
        int start = table.start(node);
        if (count == 0) {
            return new Items(stream, start, table.end(node) - start);
        }
        int[] places = new int[count];
        int[] symbols = new int[64];
        int n = 0;
        int at = start;
        for (int i = 0; i <= count; i++) {
            int end = i == count ? table.end(node) : table.slotAt(first + i);
            if (n + end - at + 1 > symbols.length) {
                symbols = Arrays.copyOf(symbols, Math.max(n + end - at + 1, symbols.length * 2));
            }
            while (at < end) {
                symbols[n++] = stream[at++] & 0xff;
            }
            if (i < count) {
                places[i] = n;
                int target = table.slotTarget(first + i);
                symbols[n++] = target < 0 ? NOTHING : symbol.applyAsInt(target);
                at = table.slotEnd(first + i);
            }
        }
        return new Items(Arrays.copyOf(symbols, n), places);
    }

    int length() {
        return length;
    }

    int at(int item) {
        return symbols == null ? bytes[offset + item] & 0xff : symbols[item];
    }

    int slots() {
        return places.length;
    }

    /** What a slot holds. */
    int slot(int number) {
        return symbols[places[number]];
    }

    int slotsBefore(int item) {
        int found = Arrays.binarySearch(places, item);
        return found >= 0 ? found : -found - 1;
    }

    /** A slot that holds this, the expected one where it does; -1 where there is none. */
    int slotWith(int symbol, int expected) {
        if (expected < places.length && slot(expected) == symbol) {
            return expected;
        }
        if (byTarget == null) {
            byTarget = new long[places.length];
            for (int i = 0; i < places.length; i++) {
                byTarget[i] = (long) slot(i) << 32 | i;
            }
            Arrays.sort(byTarget);
        }
        int found = Arrays.binarySearch(byTarget, (long) symbol << 32);
        int index = found >= 0 ? found : -found - 1;
        return index < byTarget.length && (int) (byTarget[index] >> 32) == symbol ? (int) byTarget[index] : -1;
    }

    /** How many items from here on are the same in both. */
    int common(int from, int to, Items other, int otherFrom, int otherTo) {
        int most = Math.min(to - from, otherTo - otherFrom);
        if (symbols == null && other.symbols == null) {
            int found = Arrays.mismatch(bytes, offset + from, offset + from + most, other.bytes,
                    other.offset + otherFrom, other.offset + otherFrom + most);
            return found < 0 ? most : found;
        }
        int n = 0;
        while (n < most && at(from + n) == other.at(otherFrom + n)) {
            n++;
        }
        return n;
    }
}
