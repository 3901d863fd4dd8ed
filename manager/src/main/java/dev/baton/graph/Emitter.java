package dev.baton.graph;

import java.util.Arrays;

/** Writes the stream of a patched graph, depth first, and counts the handles anew. */
final class Emitter {
    private static final int NEW = -1;
    /** Begun, but without a handle as long as its class is not written. */
    private static final int BEGUN = -2;

    private final StreamTable base;
    private final byte[] source;
    private final StreamPatchReader patch;
    private final int[] handle;
    private int handles;
    private byte[] out;
    private int size;

    /** Nodes that are being written, and the number of the slot at which each of them is. */
    private int[] identity = new int[16];
    private int[] slot = new int[16];
    private int top = -1;

    Emitter(StreamTable base, StreamPatchReader patch) {
        this.base = base;
        this.source = base.bytes();
        this.patch = patch;
        this.handle = new int[patch.identities()];
        this.out = new byte[source.length + 256];
        Arrays.fill(handle, NEW);
    }

    byte[] emit() throws MalformedGraph {
        handle[0] = BEGUN;
        push(0);
        while (top >= 0) {
            int current = identity[top];
            // The class of an object stands in its first slot, and has its handle before it.
            if (slot[top] == 1 && handle[current] == BEGUN && current != 0) {
                handle[current] = handles++;
            }
            Content content = patch.after(current);
            boolean complete = content != null ? advance(content) : current == 0 ? advance(Content.of(base, 0))
                    : advance(current - 1);
            if (complete) {
                top--;
            }
        }
        return size == out.length ? out : Arrays.copyOf(out, size);
    }

    /** Writes on, up to the end of the node or to the first node inside it. */
    private boolean advance(int node) throws MalformedGraph {
        int first = base.firstSlot(node);
        int count = base.slotCount(node);
        int i = slot[top];
        int at = i == 0 ? base.start(node) : base.slotEnd(first + i - 1);
        while (i < count) {
            write(source, at, base.slotAt(first + i) - at);
            int target = base.slotTarget(first + i);
            at = base.slotEnd(first + i);
            slot[top] = ++i;
            if (begins(target < 0 ? Content.NOTHING : target + 1)) {
                return false;
            }
            if (i == 1 && handle[node + 1] == BEGUN) {
                handle[node + 1] = handles++;
            }
        }
        write(source, at, base.end(node) - at);
        return true;
    }

    private boolean advance(Content content) throws MalformedGraph {
        int current = identity[top];
        int i = slot[top];
        int at = i == 0 ? 0 : content.bytesBefore(i - 1);
        while (i < content.slots()) {
            write(content.bytes(), at, content.bytesBefore(i) - at);
            at = content.bytesBefore(i);
            slot[top] = i + 1;
            if (begins(content.target(i++))) {
                return false;
            }
            if (i == 1 && handle[current] == BEGUN && current != 0) {
                handle[current] = handles++;
            }
        }
        write(content.bytes(), at, content.bytesBefore(content.slots()) - at);
        return true;
    }

    /** @return true where the target has to be written first */
    private boolean begins(int target) throws MalformedGraph {
        if (target == Content.NOTHING) {
            reserve(1);
            out[size++] = Codes.NULL;
            return false;
        }
        int known = handle[target];
        if (known == NEW) {
            push(target);
            return true;
        }
        if (known == BEGUN) {
            throw new MalformedGraph("node " + target + " stands inside its own class");
        }
        reserve(5);
        int number = Codes.FIRST_HANDLE + known;
        out[size++] = Codes.REFERENCE;
        out[size++] = (byte) (number >> 24);
        out[size++] = (byte) (number >> 16);
        out[size++] = (byte) (number >> 8);
        out[size++] = (byte) number;
        return false;
    }

    private void push(int target) throws MalformedGraph {
        if (++top == identity.length) {
            identity = Arrays.copyOf(identity, top * 2);
            slot = Arrays.copyOf(slot, top * 2);
        }
        identity[top] = target;
        slot[top] = 0;
        if (target == 0) {
            return;
        }
        Content content = patch.after(target);
        int code;
        if (content == null) {
            code = source[base.start(target - 1)];
        } else {
            code = content.bytesBefore(0) == 0 ? -1 : content.bytes()[0];
        }
        boolean classFirst = code == Codes.OBJECT || code == Codes.ARRAY || code == Codes.ENUM
                || code == Codes.CLASS;
        if (classFirst && content != null && content.slots() == 0) {
            throw new MalformedGraph("node " + target + " has no class");
        }
        handle[target] = classFirst ? BEGUN : handles++;
    }

    private void write(byte[] from, int offset, int length) throws MalformedGraph {
        reserve(length);
        System.arraycopy(from, offset, out, size, length);
        size += length;
    }

    private void reserve(int more) throws MalformedGraph {
        if (more > out.length - size) {
            if (more > StreamPatch.MAX_RESULT - size) {
                throw new MalformedGraph("result of more than " + StreamPatch.MAX_RESULT + " bytes");
            }
            out = Arrays.copyOf(out, Math.min(StreamPatch.MAX_RESULT, Math.max(out.length * 2, size + more)));
        }
    }
}
