package dev.baton.codec;

/** How a session id is written: hexadecimal ones, as generators make them, take half the room. */
enum IdForm {
    /** 32 upper-case digits, Tomcat's default: 16 bytes without a length. */
    UPPER_16,
    /** Any even number of upper-case digits. */
    UPPER,
    /** Any even number of lower-case digits. */
    LOWER,
    /** Anything else. */
    TEXT;

    private static final byte[] UPPER_DIGITS = digits("0123456789ABCDEF");
    private static final byte[] LOWER_DIGITS = digits("0123456789abcdef");

    static IdForm of(String id) {
        if ((id.length() & 1) != 0) {
            return TEXT;
        }
        boolean upper = true;
        boolean lower = true;
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            if (c < '0' || c > '9') {
                upper &= c >= 'A' && c <= 'F';
                lower &= c >= 'a' && c <= 'f';
            }
        }
        if (upper) {
            return id.length() == 32 ? UPPER_16 : UPPER;
        }
        return lower ? LOWER : TEXT;
    }

    byte[] digits() {
        return this == LOWER ? LOWER_DIGITS : UPPER_DIGITS;
    }

    /** Value of a hexadecimal digit of either case. */
    static int value(char digit) {
        return digit <= '9' ? digit - '0' : (digit & 0xf) + 9;
    }

    private static byte[] digits(String digits) {
        return digits.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    }
}
