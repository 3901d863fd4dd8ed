package dev.baton.graph;

import java.util.Arrays;

/** A node's content as a sequence of items: its own bytes, and slots in between. See {@link StreamPatch}. */
final class Content {
    /** What an empty slot refers to. */
    static final int NOTHING = -1;

    private byte[] bytes;
    private int length;
    /** Number of the item that each slot is, ascending, and the identity of the node that it refers to. */
    private int[] place;
    private int[] target;
    private int slots;

    Content(int bytes, int slots) {
        this.bytes = new byte[bytes];
        this.place = new int[slots];
        this.target = new int[slots];
    }

    /** The content of a node of the base, or of the stream itself. */
    static Content of(StreamTable table, int identity) {
        if (identity == 0) {
            Content stream = new Content(4, 1);
            stream.add(table.bytes(), 0, 4);
            stream.add(table.root() + (table.root() < 0 ? 0 : 1));
            return stream;
        }
        int node = identity - 1;
        int first = table.firstSlot(node);
        int count = table.slotCount(node);
        int inSlots = 0;
        for (int slot = first; slot < first + count; slot++) {
            inSlots += table.slotEnd(slot) - table.slotAt(slot);
        }
        Content content = new Content(table.end(node) - table.start(node) - inSlots, count);
        int at = table.start(node);
        for (int slot = first; slot < first + count; slot++) {
            content.add(table.bytes(), at, table.slotAt(slot) - at);
            int target = table.slotTarget(slot);
            content.add(target < 0 ? NOTHING : target + 1);
            at = table.slotEnd(slot);
        }
        content.add(table.bytes(), at, table.end(node) - at);
        return content;
    }

    int items() {
        return length + slots;
    }

    int slots() {
        return slots;
    }

    int target(int slot) {
        return target[slot];
    }

    byte[] bytes() {
        return bytes;
    }

    /** Offset in {@link #bytes} of what follows slot {@code slot - 1} and stands before slot {@code slot}. */
    int bytesBefore(int slot) {
        return slot == slots ? length : place[slot] - slot;
    }

    int slotsBefore(int item) {
        int found = Arrays.binarySearch(place, 0, slots, item);
        return found >= 0 ? found : -found - 1;
    }

    private void reserve(int moreBytes, int moreSlots) {
        if (moreBytes > bytes.length - length) {
            bytes = Arrays.copyOf(bytes, Math.max(length + moreBytes, bytes.length * 2));
        }
        if (moreSlots > place.length - slots) {
            place = Arrays.copyOf(place, Math.max(slots + moreSlots, slots * 2));
            target = Arrays.copyOf(target, place.length);
        }
    }

    void add(byte[] from, int offset, int count) {
        reserve(count, 0);
        System.arraycopy(from, offset, bytes, length, count);
        length += count;
    }

    void add(int identity) {
        reserve(0, 1);
        place[slots] = items();
        target[slots++] = identity;
    }

    /** Items of another content. */
    void add(Content from, int item, int count) {
        int slot = from.slotsBefore(item);
        int at = item - slot;
        int end = from.slotsBefore(item + count);
        reserve(count - (end - slot), end - slot);
        for (; slot < end; slot++) {
            add(from.bytes, at, from.bytesBefore(slot) - at);
            add(from.target[slot]);
            at = from.bytesBefore(slot);
        }
        add(from.bytes, at, item + count - end - at);
    }
}
