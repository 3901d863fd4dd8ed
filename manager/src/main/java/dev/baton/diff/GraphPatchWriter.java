package dev.baton.diff;

import dev.baton.graph.Kind;
import dev.baton.graph.StreamPatch;
import dev.baton.graph.StreamTable;
import java.util.Arrays;

/** Writes the form that {@link StreamPatch} describes. */
final class GraphPatchWriter {
    private static final int NONE = -1;
    /** Shorter strings are written as they are: a template would not be smaller. */
    private static final int SHORT = 6;
    /** Templates of more items than so many, and so many times those of the node, are not compared with it. */
    private static final int SMALL = 256;
    private static final int MOST_TIMES = 4;

    private final StreamTable base;
    private final StreamTable now;
    private final int[] toBase;
    private final int limit;
    private final PatchBytes out = new PatchBytes();
    private int lastChanged = -1;

    /** Identity of each new node that is mentioned, 0 before. */
    private final int[] identity;
    /** New nodes in the order of mention, and their analogues; the first {@link #told} are written. */
    private int[] mentioned = new int[8];
    private int[] analogue = new int[8];
    private int mentions;
    private int told;
    private int lastTemplate;
    private int lastNamed;
    /** For each class of the new stream, by its descriptor: an identity of this class, 0 where none is known. */
    private final int[] ofClass;

    GraphPatchWriter(StreamTable base, StreamTable now, int[] toBase, int limit) {
        this.base = base;
        this.now = now;
        this.toBase = toBase;
        this.limit = limit;
        this.identity = new int[now.count()];
        this.ofClass = new int[now.count()];
        out.fixed(0);
    }

    boolean tooLong() {
        return out.size() >= limit;
    }

    /** The patch, null where it is not shorter than the limit. */
    byte[] finish() {
        if (tooLong()) {
            return null;
        }
        byte[] encoded = out.toBytes();
        int sum = StreamPatch.checksum(base.bytes(), now.bytes());
        for (int i = 0; i < StreamPatch.HEADER; i++) {
            encoded[i] = (byte) (sum >> 24 - 8 * i);
        }
        return encoded;
    }

    /** A node of the base, or the stream (0), that changed; ascending. */
    void change(int changed, int newNode) {
        Items old = changed == 0 ? Items.stream(symbolOfBase(base.root())) : itemsOfBase(changed - 1);
        Items become = changed == 0 ? Items.stream(symbolOfNow(now.root())) : itemsOfNow(newNode);
        lastNamed = changed;
        PatchScript script = new PatchScript(this, old, become);
        out.head(changed - lastChanged - 1, script.operations());
        out.append(script.bytes());
        lastChanged = changed;
        while (told < mentions && !tooLong()) {
            tell(mentioned[told]);
        }
    }

    // ---- new nodes

    private void tell(int node) {
        int analogous = analogue[told];
        if (now.kind(node) == Kind.STRING && now.textLength(node) <= 0xffff) {
            tellString(node, analogous);
        } else {
            tellOther(node, analogous);
        }
        told++;
    }

    private void tellString(int node, int analogous) {
        int length = now.textLength(node);
        PatchBytes plain = new PatchBytes();
        plain.head(1, 0);
        plain.varint(length);
        plain.append(now.bytes(), now.textAt(node), length);
        PatchBytes best = plain;
        if (length >= SHORT && usable(analogous, node)) {
            int named = lastNamed;
            PatchBytes patched = fromTemplate(node, analogous, analogous);
            if (patched.size() < plain.size()) {
                best = patched;
                lastTemplate = analogous;
            } else {
                lastNamed = named;
            }
        }
        out.append(best);
    }

    private void tellOther(int node, int analogous) {
        int reference = analogous < 0 ? lastTemplate : analogous;
        int other = now.description(node) == null || now.kind(node) == Kind.DESCRIPTOR ? 0
                : anyOf(now.description(node).node());
        int mentionsBefore = mentions;
        int named = lastNamed;
        int best = NONE;
        int bestSize = Integer.MAX_VALUE;
        int[] candidates = {usable(analogous, node) ? analogous : 0, other};
        for (int candidate : candidates) {
            if (candidate > 0 && candidate != best && usable(candidate, node)) {
                int size = fromTemplate(node, candidate, reference).size();
                if (size < bestSize) {
                    best = candidate;
                    bestSize = size;
                }
                forget(mentionsBefore, named);
            }
        }
        if (best == NONE) {
            PatchScript script = new PatchScript(this, Items.EMPTY, itemsOfNow(node));
            out.head(0, script.operations());
            out.append(script.bytes());
        } else {
            out.append(fromTemplate(node, best, reference));
            lastTemplate = best;
        }
        if (now.description(node) != null) {
            ofClass[now.description(node).node()] = identity[node];
        }
    }

    private PatchBytes fromTemplate(int node, int template, int reference) {
        lastNamed = template;
        Items old = template <= base.count() ? itemsOfBase(template - 1) : itemsOfNow(newNode(template));
        PatchScript script = new PatchScript(this, old, itemsOfNow(node));
        PatchBytes bytes = new PatchBytes();
        bytes.head(2 + PatchBytes.zigzag(template - (long) reference), script.operations());
        bytes.append(script.bytes());
        return bytes;
    }

    private int newNode(int anIdentity) {
        return mentioned[anIdentity - base.count() - 1];
    }

    /** Whether a node can serve as template now: known to the reader, of the same kind, and not much larger. */
    private boolean usable(int anIdentity, int node) {
        if (anIdentity <= 0 || anIdentity > base.count() + told) {
            return false;
        }
        if (anIdentity <= base.count()) {
            int baseNode = anIdentity - 1;
            return base.kind(baseNode) == now.kind(node) && !muchLarger(base, baseNode, node)
                    && (now.kind(node) == Kind.STRING || now.kind(node) == Kind.DESCRIPTOR
                    || now.kind(node) == Kind.PROXY_DESCRIPTOR
                    || toBase[now.description(node).node()] == base.description(baseNode).node());
        }
        int other = newNode(anIdentity);
        return now.kind(other) == now.kind(node) && !muchLarger(now, other, node) && (now.kind(node) == Kind.STRING
                || now.description(other).node() == now.description(node).node());
    }

    /** Else each of many small nodes beside a large one would be compared with all of it. */
    private boolean muchLarger(StreamTable table, int template, int node) {
        int most = Math.max(SMALL, MOST_TIMES * items(now, node, Integer.MAX_VALUE));
        return items(table, template, most) > most;
    }

    /** Number of items of a node's content; where it has more slots than {@code most}, any number above that. */
    private static int items(StreamTable table, int node, int most) {
        int slots = table.slotCount(node);
        int items = table.end(node) - table.start(node) + slots;
        int first = table.firstSlot(node);
        for (int slot = first; slot < first + slots && slots <= most; slot++) {
            items -= table.slotEnd(slot) - table.slotAt(slot);
        }
        return items;
    }

    private int anyOf(int descriptor) {
        if (ofClass[descriptor] == 0 && toBase[descriptor] != NONE) {
            for (int node = 0; node < base.count() && ofClass[descriptor] == 0; node++) {
                if (base.description(node) != null && base.description(node).node() == toBase[descriptor]
                        && node != toBase[descriptor]) {
                    ofClass[descriptor] = node + 1;
                }
            }
        }
        return ofClass[descriptor];
    }

    // ---- for scripts

    /** The identity of a new node, 0 where it has none yet. */
    int identityOf(int node) {
        return identity[node];
    }

    /** The next free identity becomes that of a node. */
    void mention(int node, int analogous) {
        if (mentions == mentioned.length) {
            mentioned = Arrays.copyOf(mentioned, mentions * 2);
            analogue = Arrays.copyOf(analogue, mentions * 2);
        }
        mentioned[mentions] = node;
        analogue[mentions++] = analogous;
        identity[node] = base.count() + mentions;
    }

    private void forget(int mentionsBefore, int named) {
        while (mentions > mentionsBefore) {
            identity[mentioned[--mentions]] = 0;
        }
        lastNamed = named;
    }

    /** The identity behind a symbol, -1 for nothing or for a new node without one. */
    int identityOfSymbol(int symbol) {
        return symbol >= Items.NEW ? identity[symbol - Items.NEW] == 0 ? NONE : identity[symbol - Items.NEW]
                : symbol - Items.NOTHING - 1;
    }

    int lastNamed() {
        return lastNamed;
    }

    void lastNamed(int anIdentity) {
        lastNamed = anIdentity;
    }

    private Items itemsOfBase(int node) {
        return Items.of(base, node, this::symbolOfBase);
    }

    private Items itemsOfNow(int node) {
        return Items.of(now, node, this::symbolOfNow);
    }

    private int symbolOfBase(int node) {
        return node < 0 ? Items.NOTHING : Items.NOTHING + 1 + node + 1;
    }

    private int symbolOfNow(int node) {
        return node < 0 ? Items.NOTHING : toBase[node] == NONE ? Items.NEW + node : symbolOfBase(toBase[node]);
    }
}
