package dev.baton.diff;

import java.util.Arrays;

/** Objects by identity, numbered in the order in which they came. */
final class NodeTable {
    private Object[] nodes = new Object[16];
    /** Open addressing: number of a node + 1, 0 where free; at most half full. */
    private int[] slots = new int[32];
    private int size;

    int size() {
        return size;
    }

    Object node(int number) {
        return nodes[number];
    }

    Object[] nodes() {
        return Arrays.copyOf(nodes, size);
    }

    /** Number of the object, or -1. */
    int find(Object object) {
        return slots[slot(object)] - 1;
    }

    /** The object has a number from here on. */
    void add(Object object) {
        int slot = slot(object);
        if (slots[slot] != 0) {
            return;
        }
        if (size == nodes.length) {
            nodes = Arrays.copyOf(nodes, size * 2);
        }
        nodes[size++] = object;
        slots[slot] = size;
        if (size * 2 >= slots.length) {
            slots = new int[slots.length * 2];
            for (int i = 0; i < size; i++) {
                slots[slot(nodes[i])] = i + 1;
            }
        }
    }

    private int slot(Object object) {
        int mask = slots.length - 1;
        int hash = System.identityHashCode(object) * 0x9e3779b9;
        int slot = hash >>> 7 & mask;
        while (slots[slot] != 0 && nodes[slots[slot] - 1] != object) {
            slot = slot + 1 & mask;
        }
        return slot;
    }
}
