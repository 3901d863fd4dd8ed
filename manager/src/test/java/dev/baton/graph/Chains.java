package dev.baton.graph;

import java.io.IOException;
import java.io.ObjectStreamClass;
import java.io.Serializable;
import java.nio.ByteBuffer;

/** Streams that the JDK itself would overflow its stack over. */
public final class Chains {
    /** Bytes of each node but the first. */
    public static final int LENGTH = 6;
    private static final byte[] LINK = {0x73, 0x71, 0, 0x7E, 0, 0};

    static final class Link implements Serializable {
        private static final long serialVersionUID = 1L;
        Link next;
    }

    private Chains() {
    }

    /** {@code length} objects, each of which refers to the next. */
    public static byte[] chain(int length) throws IOException {
        byte[] one = StreamTableTest.serialized(new Link());
        int head = one.length - 1;
        assert ObjectStreamClass.lookup(Link.class).getFields().length == 1;
        ByteBuffer chain = ByteBuffer.allocate(one.length + (length - 1) * LINK.length);
        chain.put(one, 0, head);
        for (int i = 1; i < length; i++) {
            chain.put(LINK);
        }
        return chain.put((byte) 0x70).array();
    }
}
