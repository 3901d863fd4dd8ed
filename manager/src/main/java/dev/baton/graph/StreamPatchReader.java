package dev.baton.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reads the form that {@link StreamPatch} describes: the contents of changed and new nodes. */
final class StreamPatchReader {
    /** Most slots of changed and new nodes together. */
    private static final int MAX_SLOTS = 8 << 20;
    private static final Content EMPTY = new Content(0, 0);

    private final StreamTable base;
    private final byte[] encoded;
    private int at = StreamPatch.HEADER;

    /** Contents of base nodes as they were, made when first needed; as they become, null where they stay. */
    private final Content[] before;
    private final Content[] after;
    private final List<Content> fresh = new ArrayList<>();
    /** The analogue of each new node mentioned so far, -1 where there is none. */
    private int[] analogue = new int[8];
    private int mentioned;
    private int lastTemplate;
    private int lastNamed;
    private long bytesMade;
    private long slotsMade;

    StreamPatchReader(StreamTable base, byte[] encoded) {
        this.base = base;
        this.encoded = encoded;
        this.before = new Content[base.count() + 1];
        this.after = new Content[base.count() + 1];
    }

    void read() throws MalformedGraph {
        int identity = -1;
        while (at < encoded.length) {
            long head = varint();
            long next = identity + 1L + (head >>> 2);
            if (next > base.count()) {
                throw new MalformedGraph("change of node " + next + " of " + base.count());
            }
            identity = (int) next;
            if ((head & 3) == 0) {
                throw new MalformedGraph("change of node " + identity + " without operations");
            }
            lastNamed = identity;
            after[identity] = changed(before(identity), operations(head));
            while (fresh.size() < mentioned) {
                fresh.add(told());
            }
        }
    }

    /** What becomes of a node; null for a base node that stays as it is. */
    Content after(int identity) {
        return identity <= base.count() ? after[identity] : fresh.get(identity - base.count() - 1);
    }

    int identities() {
        return base.count() + 1 + fresh.size();
    }

    private Content before(int identity) {
        if (before[identity] == null) {
            before[identity] = Content.of(base, identity);
        }
        return before[identity];
    }

    private Content told() throws MalformedGraph {
        long head = varint();
        long code = head >>> 2;
        if (code == 0) {
            return changed(EMPTY, operations(head));
        }
        if (code == 1) {
            return string();
        }
        int analogous = analogue[fresh.size()];
        long template = (analogous < 0 ? lastTemplate : analogous) + signed(code - 2);
        if (template < 0 || template >= identities()) {
            throw new MalformedGraph("template " + template + " of " + identities());
        }
        lastTemplate = (int) template;
        lastNamed = lastTemplate;
        Content content = template <= base.count() ? before((int) template)
                : fresh.get((int) template - base.count() - 1);
        return changed(content, operations(head));
    }

    private Content string() throws MalformedGraph {
        int length = within("string of bytes", varint(), Math.min(0xffff, encoded.length - at));
        Content string = new Content(length + 3, 0);
        string.add(new byte[] {Codes.STRING, (byte) (length >> 8), (byte) length}, 0, 3);
        string.add(encoded, at, length);
        at += length;
        return string;
    }

    private long operations(long head) throws MalformedGraph {
        long n = head & 3;
        return n < 3 ? n : within("operations", n + varint(), encoded.length);
    }

    private Content changed(Content old, long operations) throws MalformedGraph {
        Content made = new Content(0, 0);
        int cursor = 0;
        for (long i = 0; i < operations; i++) {
            long head = varint();
            int kind = (int) head & 7;
            int copied = within("items to copy", head >>> 3, old.items() - cursor);
            copy(made, old, cursor, copied);
            cursor += copied;
            if (kind == StreamPatch.SEEK) {
                cursor = within("cursor", cursor + signed(varint()), old.items());
                continue;
            }
            boolean one = kind == StreamPatch.BYTE || kind == StreamPatch.SLOT || kind == StreamPatch.INSERT_SLOT;
            int count = one ? 1 : within("items", varint(), encoded.length - at);
            if (kind <= StreamPatch.INSERT_BYTES) {
                within("bytes", count, encoded.length - at);
                makes(count, 0);
                made.add(encoded, at, count);
                at += count;
            } else {
                makes(0, count);
                slots(made, old, cursor, count);
            }
            boolean inserts = kind == StreamPatch.INSERT_BYTES || kind >= StreamPatch.INSERT_SLOTS;
            cursor = inserts ? cursor : within("cursor", (long) cursor + count, old.items());
        }
        copy(made, old, cursor, old.items() - cursor);
        return made;
    }

    private void copy(Content made, Content old, int from, int count) throws MalformedGraph {
        int slots = old.slotsBefore(from + count) - old.slotsBefore(from);
        makes(count - slots, slots);
        made.add(old, from, count);
    }

    private void slots(Content made, Content old, int cursor, int count) throws MalformedGraph {
        long expected = old.slotsBefore(cursor);
        for (int i = 0; i < count; i++) {
            long code = varint();
            if (code == 0) {
                made.add(Content.NOTHING);
            } else if (code == 1) {
                mention(old, made.slots());
                made.add(base.count() + mentioned);
            } else if ((code & 1) == 0) {
                int slot = within("slot", expected + signed(code - 2 >>> 1), old.slots() - 1L);
                made.add(old.target(slot));
                expected = slot + 1L;
            } else {
                lastNamed = within("node", lastNamed + signed(code - 2 >>> 1), base.count() + (long) mentioned);
                made.add(lastNamed);
            }
        }
    }

    private void mention(Content old, int slot) throws MalformedGraph {
        if (mentioned == StreamTable.MAX_NODES) {
            throw new MalformedGraph("more than " + StreamTable.MAX_NODES + " new nodes");
        }
        int same = slot < old.slots() ? slot : slot - ((slot - old.slots()) / 2 + 1) * 2;
        if (mentioned == analogue.length) {
            analogue = Arrays.copyOf(analogue, mentioned * 2);
        }
        analogue[mentioned++] = same < 0 ? -1 : old.target(same);
    }

    /** Bounds what a short patch can make by copying long contents again and again. */
    private void makes(long bytes, long slots) throws MalformedGraph {
        bytesMade += bytes;
        slotsMade += slots;
        if (bytesMade > StreamPatch.MAX_RESULT || slotsMade > MAX_SLOTS) {
            throw new MalformedGraph("patch makes " + bytesMade + " bytes and " + slotsMade + " slots, limits "
                    + StreamPatch.MAX_RESULT + " and " + MAX_SLOTS);
        }
    }

    private static int within(String what, long value, long max) throws MalformedGraph {
        if (value < 0 || value > max) {
            throw new MalformedGraph(what + ": " + value + " outside 0.." + max);
        }
        return (int) value;
    }

    /** A number of at most 62 bits, so that sums of two do not overflow. */
    private long varint() throws MalformedGraph {
        long value = 0;
        for (int shift = 0; shift < 62; shift += 7) {
            if (at >= encoded.length) {
                throw new MalformedGraph("patch ends inside a number");
            }
            byte b = encoded[at++];
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                if (value >>> 62 != 0) {
                    break;
                }
                return value;
            }
        }
        throw new MalformedGraph("number too long");
    }

    private static long signed(long zigzag) {
        return (zigzag >>> 1) ^ -(zigzag & 1);
    }
}
