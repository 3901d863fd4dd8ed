package dev.baton.diff;

/**
 * What a process keeps of one attribute to compare the live value with (D5): the bytes that the store has. The bytes
 * never change; the store in the same process may share the array.
 */
public final class Benchmark {
    private final byte[] bytes;

    private Benchmark(byte[] bytes) {
        this.bytes = bytes;
    }

    /** @param bytes as the store has them, not to be changed any more */
    public static Benchmark of(byte[] bytes) {
        return new Benchmark(bytes);
    }

    /** Not to be changed. */
    public byte[] bytes() {
        return bytes;
    }
}
