package dev.baton.graph;

/** The bytes of a stream, read from begin to end; what is not there is refused. */
class StreamBytes {
    final byte[] bytes;
    int at;

    StreamBytes(byte[] bytes) {
        this.bytes = bytes;
    }

    void need(long length) throws MalformedGraph {
        if (length > bytes.length - at) {
            throw new MalformedGraph(length + " bytes wanted at " + at + " of " + bytes.length);
        }
    }

    void skip(int length) throws MalformedGraph {
        need(length);
        at += length;
    }

    int u1() throws MalformedGraph {
        need(1);
        return bytes[at++] & 0xff;
    }

    int u2() throws MalformedGraph {
        need(2);
        return (bytes[at++] & 0xff) << 8 | bytes[at++] & 0xff;
    }

    int s4() throws MalformedGraph {
        need(4);
        return u2() << 16 | u2();
    }

    long u8() throws MalformedGraph {
        need(8);
        return (long) s4() << 32 | s4() & 0xffffffffL;
    }
}
