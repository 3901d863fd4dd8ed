package dev.baton.graph;

import java.util.ArrayList;
import java.util.List;

/**
 * A class as a stream describes it. Fields stand in the stream's order, which is that of their data: first the
 * primitive ones, then the references.
 */
public final class Description {
    private static final int WRITE_METHOD = 0x01;
    static final int SERIALIZABLE = 0x02;
    private static final int EXTERNALIZABLE = 0x04;
    private static final int BLOCK_DATA = 0x08;
    private static final int ENUM = 0x10;

    private final byte[] bytes;
    private final int node;
    private final int nameAt;
    private final long serialVersionUid;
    private final int flags;
    private final byte[] types;
    private final int[] nameOffsets;
    private int primitives;
    private int primitiveBytes;
    private List<Description> levels = List.of();
    /** Null until the descriptor was read to its end. */
    private Kind kind;

    /** @param nameAt offset of the name, -1 for the class of a proxy */
    Description(byte[] bytes, int node, int nameAt, long serialVersionUid, int flags, int fields) {
        this.bytes = bytes;
        this.node = node;
        this.nameAt = nameAt;
        this.serialVersionUid = serialVersionUid;
        this.flags = flags;
        this.types = new byte[fields];
        this.nameOffsets = new int[fields];
    }

    void field(int i, int type, int nameOffset) {
        types[i] = (byte) type;
        nameOffsets[i] = nameOffset;
        if (width(type) > 0) {
            primitives++;
            primitiveBytes += width(type);
        }
    }

    /** @param above levels of the superclass */
    void complete(List<Description> above) throws MalformedGraph {
        levels = above;
        if (types.length > 0 || hasWriteMethod()) {
            List<Description> all = new ArrayList<>(above);
            all.add(this);
            if (all.size() > StreamTable.MAX_LEVELS) {
                throw new MalformedGraph("more than " + StreamTable.MAX_LEVELS + " superclasses with fields");
            }
            levels = List.copyOf(all);
        }
        kind = kind();
    }

    /** Of a class whose objects cannot be in a stream {@link Kind#CLASS}: only the class itself can. */
    private Kind kind() {
        if (has(EXTERNALIZABLE)) {
            return has(BLOCK_DATA) && !has(SERIALIZABLE) ? Kind.EXTERNAL : Kind.CLASS;
        }
        boolean written = false;
        for (Description each : levels) {
            if (!each.has(SERIALIZABLE)) {
                return Kind.CLASS;
            }
            written |= each.hasWriteMethod();
        }
        return !has(SERIALIZABLE) ? Kind.CLASS : written ? Kind.WRITTEN : Kind.PLAIN;
    }

    /** Of what kind its objects are; null as long as the descriptor is incomplete. */
    Kind kindOfObjects() {
        return kind;
    }

    /** Number of its node. */
    public int node() {
        return node;
    }

    /** As {@link Class#getName} gives it; empty for the class of a proxy. */
    public String name() {
        return nameAt < 0 ? "" : utf(bytes, nameAt);
    }

    public long serialVersionUid() {
        return serialVersionUid;
    }

    /** Whether the class wrote its part with a method of its own. */
    public boolean hasWriteMethod() {
        return (flags & WRITE_METHOD) != 0;
    }

    public boolean isEnum() {
        return (flags & ENUM) != 0;
    }

    private boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /** Number of its serialisable fields, those of its superclasses not counted. */
    public int fields() {
        return types.length;
    }

    /** Of these so many are primitive; they come first. */
    public int primitives() {
        return primitives;
    }

    public int references() {
        return types.length - primitives;
    }

    /** Bytes that the primitive fields take together. */
    public int primitiveBytes() {
        return primitiveBytes;
    }

    public String fieldName(int field) {
        return utf(bytes, nameOffsets[field]);
    }

    /** {@code B C D F I J S Z}, or {@code L} or {@code [} for a reference. */
    public char fieldType(int field) {
        return (char) types[field];
    }

    /** Offset of a primitive field from where the data of this level begins. */
    public int fieldOffset(int field) {
        int sum = 0;
        for (int i = 0; i < field; i++) {
            sum += width(types[i]);
        }
        return sum;
    }

    /**
     * The classes whose data an object of this one consists of, from the topmost superclass down to this one. Those
     * without fields and without a {@code writeObject} are left out, since nothing in the stream stands for them.
     */
    public List<Description> levels() {
        return levels;
    }

    char nameCharacter(int i) {
        return i < nameLength() ? (char) bytes[nameAt + 2 + i] : 0;
    }

    int nameLength() {
        return nameAt < 0 ? 0 : (bytes[nameAt] & 0xff) << 8 | bytes[nameAt + 1] & 0xff;
    }

    /** Bytes that a value of this type takes, 0 for a reference, -1 where there is no such type. */
    static int width(int type) {
        switch (type) {
            case 'B':
            case 'Z':
                return 1;
            case 'C':
            case 'S':
                return 2;
            case 'I':
            case 'F':
                return 4;
            case 'J':
            case 'D':
                return 8;
            case 'L':
            case '[':
                return 0;
            default:
                return -1;
        }
    }

    /** The text behind a length of two bytes, in the modified UTF-8 of serialisation; what is malformed becomes '?'. */
    static String utf(byte[] bytes, int at) {
        int length = (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
        return utf(bytes, at + 2, length);
    }

    static String utf(byte[] bytes, int from, int length) {
        StringBuilder text = new StringBuilder(length);
        int end = from + length;
        int i = from;
        while (i < end) {
            int b = bytes[i++] & 0xff;
            int more = b < 0x80 ? 0 : b >> 5 == 0b110 ? 1 : b >> 4 == 0b1110 ? 2 : -1;
            if (more < 0 || more > end - i) {
                text.append('?');
                continue;
            }
            int c = more == 0 ? b : more == 1 ? b & 0x1f : b & 0x0f;
            for (; more > 0; more--) {
                c = c << 6 | bytes[i++] & 0x3f;
            }
            text.append((char) c);
        }
        return text.toString();
    }
}
