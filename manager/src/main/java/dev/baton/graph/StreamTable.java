package dev.baton.graph;

import java.util.List;

/**
 * A serialised value as a table of nodes, with the place of everything in the stream's bytes. Made from bytes alone,
 * never from classes.
 *
 * <p><b>Nodes</b> are what the stream gives a handle: objects, arrays, strings, enum constants, classes and class
 * descriptors. They are numbered in the order of their handles, from 0. A node's bytes, from {@link #start} to
 * {@link #end}, contain those of the nodes that are first met inside it.
 *
 * <p><b>Slots</b> are the places inside a node where a reference stands: its class descriptor (always the first one,
 * but not of strings and descriptors), reference fields, array elements, what a {@code writeObject} wrote with
 * {@code writeObject}; in a descriptor the types of the reference fields and the superclass; in an enum constant its
 * name. The slots of a node have consecutive numbers, {@link #slotCount} of them from {@link #firstSlot}. At
 * {@link #slotAt} begins one byte (null), five bytes (the handle of a node met before), or the target itself.
 *
 * <p><b>Fields</b> of a {@link Kind#PLAIN} object stand level by level, {@link Description#levels} of its class. The
 * primitive ones of a level are at {@link #primitivesAt} {@code + }{@link Description#fieldOffset}; the references are
 * the slots from {@link #referenceSlot} on. To change a primitive field changes nothing but its bytes; so does another
 * string of the same encoded length, {@link #textLength}, that stands in its slot. (The same string may be referred to
 * from elsewhere: that is for the caller to know.) Objects of other kinds have the same slots, but their fields cannot
 * be told from what their class wrote by itself.
 *
 * <p>Immutable; shares the bytes. Takes about 22 bytes per node and 8 per slot.
 */
public final class StreamTable {
    /** Most nodes of a value that is handled as a graph. */
    public static final int MAX_NODES = 1 << 20;
    /** Most nodes inside each other. */
    public static final int MAX_DEPTH = 1 << 18;
    /** Most classes named in one value. */
    public static final int MAX_DESCRIPTIONS = 1 << 12;
    /** Most classes with data on the way from a class to its topmost superclass. */
    public static final int MAX_LEVELS = 1 << 7;
    /** Most classes of a value whose {@code writeObject} leaves the declared fields out. */
    static final int MAX_RETRIES = 4;

    private final byte[] bytes;
    private final NodeArrays nodes;
    private final List<Description> descriptions;
    private final int root;

    StreamTable(byte[] bytes, NodeArrays nodes, List<Description> descriptions, int root) {
        this.bytes = bytes;
        this.nodes = nodes;
        this.descriptions = descriptions;
        this.root = root;
    }

    /**
     * @param bytes one value as {@link java.io.ObjectOutputStream} writes it; kept, not to be changed
     * @throws MalformedGraph where this is something else, has a reset, an exception or the old form of an
     *                        {@code Externalizable} inside, or goes beyond the limits above
     */
    public static StreamTable parse(byte[] bytes) throws MalformedGraph {
        return StreamParser.parse(bytes);
    }

    /** The stream it was made from. */
    public byte[] bytes() {
        return bytes;
    }

    /** Node of the value itself, -1 for null. */
    public int root() {
        return root;
    }

    /** Number of nodes. */
    public int count() {
        return nodes.count;
    }

    public Kind kind(int node) {
        return Kind.of(nodes.kind[node] & NodeArrays.KIND);
    }

    /**
     * Whether an object of the application stands behind the node: not so for descriptors, classes, and the strings of
     * the stream's own (types of fields, names of enum constants). {@link java.io.ObjectOutputStream#replaceObject} is
     * called for just these objects, in this order.
     */
    public boolean live(int node) {
        return (nodes.kind[node] & NodeArrays.LIVE) != 0;
    }

    /** Offset of its first byte. */
    public int start(int node) {
        return nodes.start[node];
    }

    /** Offset behind its last byte. */
    public int end(int node) {
        return nodes.end[node];
    }

    /** Class of an object, array, enum constant or class; a descriptor's own; null for a string. */
    public Description description(int node) {
        int index = nodes.description[node];
        return index < 0 ? null : descriptions.get(index);
    }

    /** Number of its first slot. */
    public int firstSlot(int node) {
        return nodes.firstSlot[node];
    }

    public int slotCount(int node) {
        return nodes.slotCount[node];
    }

    /** Offset at which the slot begins. */
    public int slotAt(int slot) {
        return nodes.slotAt[slot];
    }

    /** The node that it refers to, -1 for null. */
    public int slotTarget(int slot) {
        return nodes.slotTarget[slot];
    }

    /** Whether the target is first met here, so that its bytes stand in the slot. */
    public boolean slotInline(int slot) {
        int target = nodes.slotTarget[slot];
        return target >= 0 && nodes.start[target] == nodes.slotAt[slot];
    }

    /** Offset behind the slot's last byte. */
    public int slotEnd(int slot) {
        int target = nodes.slotTarget[slot];
        int at = nodes.slotAt[slot];
        return target < 0 ? at + 1 : nodes.start[target] == at ? nodes.end[target] : at + 5;
    }

    /** Offset of the first primitive field of a level of a {@link Kind#PLAIN} object. */
    public int primitivesAt(int node, int level) {
        List<Description> levels = description(node).levels();
        int slot = nodes.firstSlot[node];
        int at = slotEnd(slot);
        for (int i = 0; i < level; i++) {
            Description d = levels.get(i);
            slot += d.references();
            at = d.references() == 0 ? at + d.primitiveBytes() : slotEnd(slot);
        }
        return at;
    }

    /** Slot of the first reference field of a level of a {@link Kind#PLAIN} object. */
    public int referenceSlot(int node, int level) {
        List<Description> levels = description(node).levels();
        int slot = nodes.firstSlot[node] + 1;
        for (int i = 0; i < level; i++) {
            slot += levels.get(i).references();
        }
        return slot;
    }

    /** Number of elements of an array. */
    public int elements(int node) {
        int at = slotEnd(nodes.firstSlot[node]);
        return (bytes[at] & 0xff) << 24 | (bytes[at + 1] & 0xff) << 16 | (bytes[at + 2] & 0xff) << 8
                | bytes[at + 3] & 0xff;
    }

    /**
     * Offset of the first element of a {@link Kind#PRIMITIVES}. Elements of an {@link Kind#ARRAY} are its slots from the
     * second on.
     */
    public int elementsAt(int node) {
        return slotEnd(nodes.firstSlot[node]) + 4;
    }

    /** Offset of the encoded characters of a string (modified UTF-8, as {@link java.io.DataOutput#writeUTF} has it). */
    public int textAt(int node) {
        int at = nodes.start[node];
        return at + (bytes[at] == (byte) Codes.STRING ? 3 : 9);
    }

    /** Number of bytes of a string's encoded characters. */
    public int textLength(int node) {
        return nodes.end[node] - textAt(node);
    }

    /** A string's characters. */
    public String text(int node) {
        return Description.utf(bytes, textAt(node), textLength(node));
    }
}
