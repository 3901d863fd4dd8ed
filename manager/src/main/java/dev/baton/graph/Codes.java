package dev.baton.graph;

/** What the bytes of a stream begin with, as {@link java.io.ObjectStreamConstants} has it. */
final class Codes {
    static final int NULL = 0x70;
    static final int REFERENCE = 0x71;
    static final int DESCRIPTOR = 0x72;
    static final int OBJECT = 0x73;
    static final int STRING = 0x74;
    static final int ARRAY = 0x75;
    static final int CLASS = 0x76;
    static final int BLOCK = 0x77;
    static final int END_OF_BLOCKS = 0x78;
    static final int LONG_BLOCK = 0x7A;
    static final int LONG_STRING = 0x7C;
    static final int PROXY_DESCRIPTOR = 0x7D;
    static final int ENUM = 0x7E;
    static final int FIRST_HANDLE = 0x7E0000;

    private Codes() {
    }
}
