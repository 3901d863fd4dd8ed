package dev.baton.codec;

import java.util.Arrays;
import java.util.Random;

/** What can happen to bytes. */
final class Damage {
    private Damage() {
    }

    /** A damaged copy: one to three of truncation, changed bits, changed bytes, extreme numbers, insertion, removal. */
    static byte[] of(byte[] original, Random random) {
        byte[] bytes = original.clone();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            bytes = once(bytes, random);
        }
        return bytes;
    }

    private static byte[] once(byte[] bytes, Random random) {
        if (bytes.length == 0) {
            return new byte[] {(byte) random.nextInt()};
        }
        int at = random.nextInt(bytes.length);
        int n = 1 + random.nextInt(10);
        switch (random.nextInt(6)) {
            case 0:
                return Arrays.copyOf(bytes, at);
            case 1:
                bytes[at] ^= (byte) (1 << random.nextInt(8));
                return bytes;
            case 2:
                bytes[at] = (byte) random.nextInt();
                return bytes;
            case 3:
                Arrays.fill(bytes, at, Math.min(bytes.length, at + n), (byte) (random.nextBoolean() ? 0xff : 0));
                return bytes;
            case 4:
                byte[] longer = new byte[bytes.length + n];
                random.nextBytes(longer);
                System.arraycopy(bytes, 0, longer, 0, at);
                System.arraycopy(bytes, at, longer, at + n, bytes.length - at);
                return longer;
            default:
                int end = Math.min(bytes.length, at + n);
                byte[] shorter = Arrays.copyOf(bytes, bytes.length - (end - at));
                System.arraycopy(bytes, end, shorter, at, bytes.length - end);
                return shorter;
        }
    }
}
