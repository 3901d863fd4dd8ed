package dev.baton.graph;

import java.lang.ref.WeakReference;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * What changed between two serialised values, as a patch of their graphs. A base and a result are streams of bytes, as
 * with a byte-range patch; but the patch names nodes, and the handles of the result are counted anew when it is
 * written. So a node that comes or goes costs no more than itself, however many handles behind it shift.
 *
 * <p><b>Nodes</b> have identities in a patch: 0 is the stream itself (four bytes, and a slot with the value), 1 to n
 * are the nodes of the base in the order of their handles, new ones follow in the order in which they are mentioned. A
 * node's <b>content</b> is a sequence of items: its own bytes, and its slots in between, each of which refers to a node
 * or to nothing. The result is what comes out when the stream is written: at the first mention of a node its content,
 * at all others its handle.
 *
 * <p><b>Encoded form</b>; numbers are unsigned LEB128 varints, differences zigzag. Four bytes: CRC32C of the base and
 * the result, in this order. Then for each changed node, ascending: {@code n = (identity - previous identity - 1) * 4 +
 * operations}, where 3 stands for "3 and as many as follows", and the operations on its content. After each of them
 * the new nodes that were mentioned and not yet told, in the order of mention: {@code n = template * 4 + operations};
 * template 0 is no content, 1 a string (length and bytes follow, no operations), others are 2 + difference of the
 * identity of the node whose content the operations start from, from the <i>analogue</i>. That is the node at the same
 * slot of the content that the mentioning node started from, or two slots before as often as needed; where there is
 * none, the template used last. Templates are base nodes as they were, and new nodes told before.
 *
 * <p>An operation starts with {@code items to copy * 8 + kind}, and the cursor in the old content moves behind the
 * copied ones:
 * <ul>
 *   <li>{@value #SEEK}: the cursor moves by a difference;</li>
 *   <li>{@value #BYTE}, {@value #BYTES}: one byte, or a number of bytes, that stand instead of as many items;</li>
 *   <li>{@value #INSERT_BYTES}: a number of bytes in between;</li>
 *   <li>{@value #SLOT}, {@value #SLOTS}: one reference, or a number of references, instead of as many items;</li>
 *   <li>{@value #INSERT_SLOTS}, {@value #INSERT_SLOT}: the same in between.</li>
 * </ul>
 * What follows the cursor after the last operation is copied. A reference is 0 for nothing, 1 for a new node,
 * 2 + 2 * difference for what an old slot of this node refers to, counted from the slot after the one used last (from
 * the cursor at the begin of an operation), or 3 + 2 * difference for a node by its identity, counted from the one named
 * last (from the node itself at first, in a new node from the template).
 *
 * <p>{@link #apply} needs no classes. It checks every number before it uses it; what it makes is bounded by the result,
 * of at most {@value #MAX_RESULT} bytes.
 */
public final class StreamPatch {
    /** Largest result, in bytes. */
    public static final int MAX_RESULT = 64 << 20;
    /** Bytes before the first entry. */
    public static final int HEADER = 4;

    public static final int SEEK = 0;
    public static final int BYTE = 1;
    public static final int BYTES = 2;
    public static final int INSERT_BYTES = 3;
    public static final int SLOT = 4;
    public static final int SLOTS = 5;
    public static final int INSERT_SLOTS = 6;
    public static final int INSERT_SLOT = 7;

    private final byte[] encoded;
    /** What was patched and what came out where the patch was made, as long as somebody holds them. */
    private final WeakReference<byte[]> madeOf;
    private final WeakReference<byte[]> makes;

    public StreamPatch(byte[] encoded) {
        this(encoded, null, null);
    }

    /**
     * A patch whose result is at hand: whoever applies it to the very base in the same process gets that very array, so
     * that the process and the primary in it share one.
     */
    public StreamPatch(byte[] encoded, byte[] base, byte[] result) {
        this.encoded = encoded;
        this.madeOf = new WeakReference<>(base);
        this.makes = new WeakReference<>(result);
    }

    /** The encoded form, not to be changed. */
    public byte[] encoded() {
        return encoded;
    }

    /**
     * The result of this patch on a base.
     *
     * @throws MalformedGraph where the base is no graph or not the one that the patch was made for, or the patch is
     *                        damaged; the base is untouched
     */
    public byte[] apply(byte[] base) throws MalformedGraph {
        byte[] atHand = base == madeOf.get() ? makes.get() : null;
        if (atHand != null) {
            return atHand;
        }
        if (encoded.length < HEADER) {
            throw new MalformedGraph("patch of " + encoded.length + " bytes");
        }
        byte[] result = result(StreamTable.parse(base), encoded);
        int sum = checksum(base, result);
        int expected = (encoded[0] & 0xff) << 24 | (encoded[1] & 0xff) << 16 | (encoded[2] & 0xff) << 8
                | encoded[3] & 0xff;
        if (sum != expected) {
            throw new MalformedGraph("patch for another base: checksum " + Integer.toHexString(sum) + ", not "
                    + Integer.toHexString(expected));
        }
        return result;
    }

    /** As {@link #apply}, but the checksum is not looked at: for whoever makes the patch. */
    public static byte[] result(StreamTable base, byte[] encoded) throws MalformedGraph {
        StreamPatchReader reader = new StreamPatchReader(base, encoded);
        reader.read();
        return new Emitter(base, reader).emit();
    }

    /** The number at the begin of the encoded form. */
    public static int checksum(byte[] base, byte[] result) {
        CRC32C sum = new CRC32C();
        sum.update(base, 0, base.length);
        sum.update(result, 0, result.length);
        return (int) sum.getValue();
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof StreamPatch p && Arrays.equals(encoded, p.encoded);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(encoded);
    }
}
