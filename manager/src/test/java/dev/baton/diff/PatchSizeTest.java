package dev.baton.diff;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** D1: how many bytes everyday changes of a serialised cart of 100 items take; upper bounds. */
class PatchSizeTest {
    static Stream<Arguments> changes() {
        return Stream.of(
                change("a number in one item", 10, cart -> cart.items.get(50).quantity = 7),
                change("a text 50 characters longer", 50 + 13, cart -> cart.items.get(50).note += "x".repeat(50)),
                change("an item in the middle", 54, cart -> cart.items.add(50, item(1_000))),
                change("an item at the end", 69, cart -> cart.items.add(item(1_000))),
                change("an item removed", 21, cart -> cart.items.remove(50)),
                change("two items exchanged", 64, cart -> Collections.swap(cart.items, 10, 80)),
                change("all items in another order", 1_850,
                        cart -> cart.items.sort(Comparator.comparing((Item i) -> i.sku).reversed())),
                change("one item and the total", 15, cart -> {
                    cart.items.get(50).quantity = 7;
                    cart.total = new BigDecimal("4712.50");
                }),
                change("twenty numbers", 105, cart -> cart.items.stream().limit(20).forEach(i -> i.quantity = 9)));
    }

    @ParameterizedTest(name = "{0}: at most {1} bytes")
    @MethodSource("changes")
    void aChangeOfACartTakesFewBytes(String what, int most, Consumer<Cart> change) {
        Cart cart = cart();
        byte[] before = serialized(cart);
        change.accept(cart);
        byte[] patch = BinaryDiff.patch(before, serialized(cart));
        assertThat(patch).as(what).isNotNull();
        assertThat(patch.length).as(what).isLessThanOrEqualTo(most);
    }

    @Test
    void aCounterTakesSevenBytes() {
        assertThat(BinaryDiff.patch(serialized(41), serialized(42))).hasSize(7);
    }

    @Test
    void changesInAMegabyteTakeFewBytes() {
        byte[] base = new byte[1 << 20];
        new Random(5).nextBytes(base);
        assertSize(base, bytes -> {
            bytes[500_000]++;
            return bytes;
        }, 12);
        assertSize(base, bytes -> {
            for (int i = 1; i <= 10; i++) {
                bytes[i * 100_000] ^= 1;
            }
            return bytes;
        }, 66);
        assertSize(base, bytes -> {
            byte[] longer = new byte[bytes.length + 10];
            System.arraycopy(bytes, 0, longer, 0, 500_000);
            System.arraycopy(bytes, 500_000, longer, 500_010, bytes.length - 500_000);
            return longer;
        }, 24);
        assertSize(base, bytes -> {
            byte[] turned = new byte[bytes.length];
            System.arraycopy(bytes, 0, turned, 400_000, bytes.length - 400_000);
            System.arraycopy(bytes, bytes.length - 400_000, turned, 0, 400_000);
            return turned;
        }, 24);
    }

    /** The index of so large a base is sparse: only longer matches are found, in bounded memory. */
    @Test
    void aMovedPartOfFourMegabytesIsFound() {
        byte[] base = new byte[4 << 20];
        new Random(6).nextBytes(base);
        assertSize(base, bytes -> {
            byte[] turned = new byte[bytes.length];
            System.arraycopy(bytes, 0, turned, 1_000_001, bytes.length - 1_000_001);
            System.arraycopy(bytes, bytes.length - 1_000_001, turned, 0, 1_000_001);
            return turned;
        }, 24);
    }

    private static void assertSize(byte[] base, UnaryOperator<byte[]> edit, int most) {
        assertThat(BinaryDiff.patch(base, edit.apply(base.clone())).length).isLessThanOrEqualTo(most);
    }

    private static Arguments change(String what, int most, Consumer<Cart> change) {
        return Arguments.of(what, most, change);
    }

    private static Cart cart() {
        Cart cart = new Cart();
        for (int i = 0; i < 100; i++) {
            cart.items.add(item(i));
        }
        return cart;
    }

    private static Item item(int n) {
        Item item = new Item();
        item.sku = "SKU-" + (n * 7919L % 100_003);
        item.note = "Article number " + n + " of the catalogue, " + Integer.toHexString(n * 0x9e3779b9);
        item.quantity = n % 5;
        item.price = new BigDecimal(n * 37 + 99).movePointLeft(2);
        return item;
    }

    private static byte[] serialized(Object value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static final class Cart implements Serializable {
        private static final long serialVersionUID = 1L;
        final List<Item> items = new ArrayList<>();
        BigDecimal total = new BigDecimal("4711.50");
    }

    static final class Item implements Serializable {
        private static final long serialVersionUID = 1L;
        String sku;
        String note;
        int quantity;
        BigDecimal price;
    }
}
