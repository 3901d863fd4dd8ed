package dev.baton.benchmarks.shop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import org.junit.jupiter.api.Test;

class SizesTest {
    @Test
    void attributesAreAsLargeAsTheTablesSay() throws IOException {
        assertThat(size(new Profile())).isBetween(3_900, 4_300);
        assertThat(size(new Cart())).isBetween(15_500, 17_000);
        assertThat(size(new Part(7))).isBetween(1_900, 2_200);
    }

    private static int size(Object value) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(value);
        }
        return bytes.size();
    }
}
