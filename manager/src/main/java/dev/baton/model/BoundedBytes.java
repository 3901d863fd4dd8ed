package dev.baton.model;

import java.io.ByteArrayOutputStream;

/**
 * Takes no more than an attribute may have, {@link BytePatch#MAX_RESULT} bytes: the rest, of which there may be no end,
 * would only take memory.
 */
public final class BoundedBytes extends ByteArrayOutputStream {
    /** There is more than an attribute may have. */
    public static final class TooLarge extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooLarge() {
            super("more than the limit of " + BytePatch.MAX_RESULT + " bytes");
        }
    }

    /** @param size bytes that there is room for at first */
    public BoundedBytes(int size) {
        super(size);
    }

    /** @throws TooLarge if there are as many already */
    @Override
    public synchronized void write(int b) {
        take(1);
        super.write(b);
    }

    /** @throws TooLarge if there would be more */
    @Override
    public synchronized void write(byte[] from, int offset, int length) {
        take(length);
        super.write(from, offset, length);
    }

    private void take(int more) {
        if (more > BytePatch.MAX_RESULT - count) {
            throw new TooLarge();
        }
    }
}
