package dev.baton.diff;

import dev.baton.graph.Kind;
import dev.baton.graph.StreamTable;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Which node of a new stream is which of the base. Any answer gives a right patch; a good one gives a small patch.
 *
 * <p>Four steps, each for what the ones before left over: classes are matched by name; live objects by identity; nodes
 * with the same contents, and contents around them, where there is one of each; at last nodes of the same class that
 * stand at the same place of matched ones, so that a value object that was exchanged is sent as its differences.
 */
final class NodeMatch {
    private static final int NONE = -1;
    /** How far around a node its contents are compared. */
    private static final int ROUNDS = 3;
    private static final int INDEX_BITS = 20;

    private final StreamTable base;
    private final StreamTable now;
    private final int[] toBase;
    private final int[] toNow;
    /** For the two sequences at hand: the slot at which a base node stands, one more; 0 where it does not. */
    private final int[] slotOfBase;
    private final int[] slotOfNow;

    private NodeMatch(StreamTable base, StreamTable now) {
        this.base = base;
        this.now = now;
        this.toBase = new int[now.count()];
        this.toNow = new int[base.count()];
        this.slotOfBase = new int[base.count()];
        this.slotOfNow = new int[base.count()];
        Arrays.fill(toBase, NONE);
        Arrays.fill(toNow, NONE);
    }

    /**
     * @param liveBase the object of each node, or null where not known
     * @return for each new node the one of the base, or -1
     */
    static int[] of(StreamTable base, Object[] liveBase, StreamTable now, Object[] liveNow) {
        NodeMatch match = new NodeMatch(base, now);
        match.classes();
        if (liveBase != null && liveNow != null) {
            match.identities(liveBase, liveNow);
        }
        match.contents();
        match.places();
        return match.toBase;
    }

    private void link(int baseNode, int newNode) {
        toBase[newNode] = baseNode;
        toNow[baseNode] = newNode;
    }

    private void classes() {
        Map<String, Integer> names = new LinkedHashMap<>();
        for (int node = 0; node < base.count(); node++) {
            if (base.kind(node) == Kind.DESCRIPTOR) {
                names.putIfAbsent(base.description(node).name(), node);
            }
        }
        for (int node = 0; node < now.count(); node++) {
            if (now.kind(node) == Kind.DESCRIPTOR) {
                Integer known = names.remove(now.description(node).name());
                if (known != null) {
                    link(known, node);
                }
            }
        }
    }

    private void identities(Object[] liveBase, Object[] liveNow) {
        LiveIndex index = null;
        int next = 0;
        for (int node = 0; node < liveNow.length; node++) {
            Object object = liveNow[node];
            if (object == null) {
                continue;
            }
            while (next < liveBase.length && liveBase[next] == null) {
                next++;
            }
            // Mostly the order is that of the base.
            int known = next < liveBase.length && liveBase[next] == object ? next : NONE;
            if (known == NONE) {
                index = index == null ? new LiveIndex(liveBase) : index;
                known = index.of(object);
            }
            if (known != NONE && toNow[known] == NONE && alike(known, node)) {
                link(known, node);
                next = known + 1;
            }
        }
    }

    /** Whether one can be patched into the other with profit. */
    private boolean alike(int baseNode, int newNode) {
        Kind kind = base.kind(baseNode);
        if (kind != now.kind(newNode)) {
            return false;
        }
        if (kind == Kind.STRING || kind == Kind.PROXY_DESCRIPTOR) {
            return true;
        }
        return kind != Kind.DESCRIPTOR
                && toBase[now.description(newNode).node()] == base.description(baseNode).node();
    }

    // ---- by contents

    private void contents() {
        int[] restBase = unmatched(toNow);
        int[] restNow = unmatched(toBase);
        if (restBase.length == 0 || restNow.length == 0) {
            return;
        }
        long[] hashOfBase = hashes(base, restBase, toNow, false);
        long[] hashOfNow = hashes(now, restNow, toBase, true);
        long[] a = sorted(restBase, hashOfBase);
        long[] b = sorted(restNow, hashOfNow);
        int i = 0;
        int j = 0;
        while (i < a.length && j < b.length) {
            long hash = a[i] >> INDEX_BITS;
            if (hash != b[j] >> INDEX_BITS) {
                if (hash < b[j] >> INDEX_BITS) {
                    i++;
                } else {
                    j++;
                }
                continue;
            }
            int endA = i;
            int endB = j;
            while (endA < a.length && a[endA] >> INDEX_BITS == hash) {
                endA++;
            }
            while (endB < b.length && b[endB] >> INDEX_BITS == hash) {
                endB++;
            }
            // As many on both sides: in order. Otherwise their places decide.
            for (int n = 0; endA - i == endB - j && n < endA - i; n++) {
                int baseNode = restBase[(int) a[i + n] & (1 << INDEX_BITS) - 1];
                int newNode = restNow[(int) b[j + n] & (1 << INDEX_BITS) - 1];
                if (alike(baseNode, newNode)) {
                    link(baseNode, newNode);
                }
            }
            i = endA;
            j = endB;
        }
    }

    private static int[] unmatched(int[] matches) {
        int[] rest = new int[matches.length];
        int count = 0;
        for (int node = 0; node < matches.length; node++) {
            if (matches[node] == NONE) {
                rest[count++] = node;
            }
        }
        return Arrays.copyOf(rest, count);
    }

    private static long[] sorted(int[] nodes, long[] hashes) {
        long[] keys = new long[nodes.length];
        for (int i = 0; i < nodes.length; i++) {
            keys[i] = hashes[nodes[i]] << INDEX_BITS | i;
        }
        Arrays.sort(keys);
        return keys;
    }

    private static long[] hashes(StreamTable table, int[] nodes, int[] matches, boolean isNow) {
        long[] hash = new long[table.count()];
        Arrays.fill(hash, 1);
        for (int node = 0; node < hash.length; node++) {
            if (matches[node] != NONE) {
                hash[node] = mix(0x51ED27, isNow ? matches[node] : node);
            }
        }
        CRC32C sum = new CRC32C();
        for (int node : nodes) {
            sum.reset();
            own(table, node, sum);
            hash[node] = mix(sum.getValue(), table.slotCount(node));
        }
        for (int round = 0; round < ROUNDS; round++) {
            long[] next = hash.clone();
            for (int node : nodes) {
                int first = table.firstSlot(node);
                for (int slot = first; slot < first + table.slotCount(node); slot++) {
                    int target = table.slotTarget(slot);
                    next[node] = mix(next[node], target < 0 ? 7 : hash[target]);
                }
            }
            hash = next;
        }
        return hash;
    }

    /** The bytes that are not of its slots. */
    private static void own(StreamTable table, int node, CRC32C sum) {
        int at = table.start(node);
        int first = table.firstSlot(node);
        for (int slot = first; slot < first + table.slotCount(node); slot++) {
            sum.update(table.bytes(), at, table.slotAt(slot) - at);
            at = table.slotEnd(slot);
        }
        sum.update(table.bytes(), at, table.end(node) - at);
    }

    private static long mix(long a, long b) {
        long h = (a ^ b * 0x9E3779B97F4A7C15L) * 0xBF58476D1CE4E5B9L;
        return h ^ h >>> 31;
    }

    // ---- by places

    private void places() {
        if (base.root() >= 0 && now.root() >= 0) {
            pair(base.root(), now.root());
        }
        int[] waiting = new int[now.count()];
        int count = 0;
        for (int node = 0; node < now.count(); node++) {
            if (toBase[node] != NONE) {
                waiting[count++] = node;
            }
        }
        for (int i = 0; i < count; i++) {
            count = slots(waiting[i], waiting, count);
        }
    }

    private boolean pair(int baseNode, int newNode) {
        if (baseNode < 0 || toNow[baseNode] != NONE || toBase[newNode] != NONE || !alike(baseNode, newNode)) {
            return false;
        }
        link(baseNode, newNode);
        return true;
    }

    private int slots(int newNode, int[] waiting, int count) {
        int first = now.firstSlot(newNode);
        int slots = now.slotCount(newNode);
        boolean open = false;
        for (int i = 0; i < slots && !open; i++) {
            open = now.slotTarget(first + i) >= 0 && toBase[now.slotTarget(first + i)] == NONE;
        }
        if (!open) {
            return count;
        }
        Kind kind = now.kind(newNode);
        boolean sequence = kind == Kind.ARRAY || kind == Kind.WRITTEN || kind == Kind.EXTERNAL;
        return sequence ? sequence(newNode, waiting, count) : fields(newNode, waiting, count);
    }

    /** Slot for slot. */
    private int fields(int newNode, int[] waiting, int count) {
        int baseNode = toBase[newNode];
        int slots = Math.min(now.slotCount(newNode), base.slotCount(baseNode));
        int matched = count;
        for (int i = 0; i < slots; i++) {
            int target = now.slotTarget(now.firstSlot(newNode) + i);
            if (target >= 0 && pair(base.slotTarget(base.firstSlot(baseNode) + i), target)) {
                waiting[matched++] = target;
            }
        }
        return matched;
    }

    /** What stands between two slots that are matched already. */
    private int sequence(int newNode, int[] waiting, int count) {
        int first = now.firstSlot(newNode);
        int end = first + now.slotCount(newNode);
        int baseNode = toBase[newNode];
        int firstBase = base.firstSlot(baseNode);
        int endBase = firstBase + base.slotCount(baseNode);
        mark(base, firstBase, endBase, null, slotOfBase);
        mark(now, first, end, toBase, slotOfNow);
        boolean sameLength = end - first == endBase - firstBase;
        int matched = count;
        int cursor = firstBase;
        for (int slot = first; slot < end; slot++) {
            int target = now.slotTarget(slot);
            if (target >= 0 && toBase[target] != NONE) {
                int at = slotOfBase[toBase[target]] - 1;
                cursor = at >= cursor ? at + 1 : cursor;
                continue;
            }
            while (cursor < endBase && movedAway(base.slotTarget(cursor), slot)) {
                cursor++;
            }
            int candidate = cursor == endBase ? NONE : base.slotTarget(cursor);
            if (cursor == endBase || candidate >= 0 && toNow[candidate] != NONE) {
                continue;
            }
            if (target >= 0 && pair(candidate, target)) {
                waiting[matched++] = target;
            }
            cursor += candidate >= 0 || target < 0 || sameLength ? 1 : 0;
        }
        unmark(base, firstBase, endBase, null, slotOfBase);
        unmark(now, first, end, toBase, slotOfNow);
        return matched;
    }

    /** Whether this base node is still there, but not in the rest of this sequence. */
    private boolean movedAway(int baseNode, int slot) {
        return baseNode >= 0 && toNow[baseNode] != NONE && slotOfNow[baseNode] - 1 < slot;
    }

    /** Notes at each base node the last slot that refers to it, one more. */
    private static void mark(StreamTable table, int from, int to, int[] matches, int[] slots) {
        for (int slot = from; slot < to; slot++) {
            int baseNode = inBase(table.slotTarget(slot), matches);
            if (baseNode >= 0) {
                slots[baseNode] = slot + 1;
            }
        }
    }

    private static void unmark(StreamTable table, int from, int to, int[] matches, int[] slots) {
        for (int slot = from; slot < to; slot++) {
            int baseNode = inBase(table.slotTarget(slot), matches);
            if (baseNode >= 0) {
                slots[baseNode] = 0;
            }
        }
    }

    private static int inBase(int node, int[] matches) {
        return node < 0 || matches == null ? node : matches[node];
    }
}
