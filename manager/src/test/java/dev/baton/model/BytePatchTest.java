package dev.baton.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The encoded form, written by hand: what each byte means is a promise to nodes of other versions. */
class BytePatchTest {
    /** Two references, to the numbers 1 and 5, and two bytes that look like the beginning of a third. */
    private static final String BASE = "71 00 7e 00 01  aa  71 00 7e 00 05  71 00";

    @Test
    @DisplayName("D1: references copied from the base are written with their new numbers")
    void copiesAreRenumbered() throws Exception {
        // base of 13, as long; copy all; from number 3 on: plus 2
        assertThat(applied("0d 00  01 00  03 04")).isEqualTo(hex("71007e0001 aa 71007e0007 7100"));
        // from 0 on: plus 256; from 5 on: less 5 (the change is -261)
        assertThat(applied("0d 00  01 00  00 80 04  05 89 04")).isEqualTo(hex("71007e0101 aa 71007e0000 7100"));
        // numbers go round at 65,536
        assertThat(applied("0d 00  01 00  05 13")).isEqualTo(hex("71007e0001 aa 71007efffb 7100"));
    }

    @Test
    void insertedReferencesStayAsTheyAre() throws Exception {
        assertThat(applied("0d 09  0a 71 00 7e 00 05  07 0c  00 04")).isEqualTo(hex("71007e0005 71007e"));
        assertThat(applied("0d 09  0a 71 00 7e 00 05  07 0c")).isEqualTo(hex("71007e0005 71007e"));
    }

    @Test
    void aReferenceCopiedInPartHasThePartOfItsNewNumber() throws Exception {
        // the last two bytes of the second one
        assertThat(applied("0d 15  01 12  05 04")).isEqualTo(hex("0007"));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
            0d 00  01 00  03          | patch ends inside a number
            0d 00  01 00  80          | patch ends inside a number
            0d 00  01 00  03 00       | renumbering by 0 from 3
            0d 00  01 00  03 04 00 02 | renumbering by 3 from 3
            0d 00  01 00  80 80 04 04 | renumbering by 2 from 65536
            0d 00  01 00  03 80 80 08 | renumbering by 65536 from 3
            0d 00  01 00  03 ff ff 07    | renumbering by -65536 from 3
            0c 00  01 00              | patch is for a base of 12 bytes, the base has 13
            0d 00  01 02              | copy of 13 bytes at 1 from a base of 13
            0d 00  01 01              | copy of 13 bytes at -1 from a base of 13
            0d 00  1e 00              | operation of 15 bytes at 0 of 13
            0d 00  0a 00              | insertion of 5 bytes, patch has 1
            0d 1b                     | patch declares a result of -1 bytes, limit 67108864
            """)
    void whatIsNotWellFormedIsRefused(String patch, String message) {
        assertThatThrownBy(() -> applied(patch)).isInstanceOf(MalformedPatch.class).hasMessage(message);
    }

    @Test
    void aRenumberingIsTakenOnlyInFull() {
        byte[] base = hex(BASE);
        ByteArrayOutputStream patch = new ByteArrayOutputStream();
        patch.writeBytes(hex("0d 00 01 00"));
        for (int i = 0; i < 100; i++) {
            patch.writeBytes(hex(i % 2 == 0 ? "01 02" : "01 01"));
        }
        byte[] whole = patch.toByteArray();
        assertThat(base).isEqualTo(hex(BASE));
        for (int length = 5; length < whole.length; length += 2) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> new BytePatch(cut).apply(base)).isInstanceOf(MalformedPatch.class);
        }
    }

    private static byte[] applied(String patch) throws MalformedPatch {
        byte[] base = hex(BASE);
        try {
            return new BytePatch(hex(patch)).apply(base);
        } finally {
            assertThat(base).as("the base").isEqualTo(hex(BASE));
        }
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replace(" ", ""));
    }
}
