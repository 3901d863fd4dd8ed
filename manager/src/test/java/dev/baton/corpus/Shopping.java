package dev.baton.corpus;

import java.io.Serializable;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/** A cart of 100 items, and order lines as records. */
final class Shopping {
    private static final int ITEMS = 100;

    private Shopping() {
    }

    static void add(Corpus corpus) {
        corpus.attribute("cart", Shopping::cart)
                .changed("prim", cart -> cart.items.get(50).quantity += 7)
                .changed("longerStr", cart -> cart.items.get(50).note += Words.ofLength(1, 49))
                .changed("bigdec", cart -> cart.items.get(50).price = new BigDecimal("77.77"))
                .changed("insertMid", cart -> cart.items.add(50, new Item(1_000)))
                .changed("append", cart -> cart.items.add(new Item(1_000)))
                .changed("delete", cart -> cart.items.remove(50))
                .changed("reorder", cart -> {
                    Collections.swap(cart.items, 10, 60);
                    Collections.swap(cart.items, 33, 34);
                    cart.items.add(5, cart.items.remove(90));
                })
                .changed("sortAll", cart -> cart.items.sort(Comparator.comparing((Item item) -> item.sku)))
                .changed("typical", cart -> {
                    cart.items.get(50).quantity++;
                    cart.total = cart.total.add(cart.items.get(50).price);
                    cart.changedMillis += 61_234;
                });
        corpus.attribute("records", Shopping::order)
                .changed("replace1", order -> order.set(50, order.get(50).times(9)))
                .changed("append", order -> order.add(line(1_000)));
    }

    private static Cart cart() {
        Cart cart = new Cart();
        for (int i = 0; i < ITEMS; i++) {
            cart.items.add(new Item(i));
            cart.total = cart.total.add(cart.items.get(i).price);
        }
        return cart;
    }

    private static ArrayList<Line> order() {
        ArrayList<Line> lines = new ArrayList<>();
        for (int i = 0; i < ITEMS; i++) {
            lines.add(line(i));
        }
        return lines;
    }

    private static Line line(int n) {
        return new Line(sku(n), Words.of(n, 9), n % 5 + 1, new Money(n * 37L + 99, n % 7 == 0 ? "USD" : "EUR"));
    }

    private static String sku(int n) {
        return "SKU-" + n * 7_919L % 100_003;
    }

    static final class Cart implements Serializable {
        private static final long serialVersionUID = 1L;
        private final String customer = "customer-4711";
        private final List<Item> items = new ArrayList<>();
        private BigDecimal total = new BigDecimal("0.00");
        private long changedMillis = 1_700_000_000_000L;
    }

    static final class Item implements Serializable {
        private static final long serialVersionUID = 1L;
        private final String sku;
        private String note;
        private int quantity;
        private boolean gift;
        private long addedMillis;
        private BigDecimal price;

        Item(int n) {
            sku = sku(n);
            note = Words.of(n, 14);
            quantity = n % 5 + 1;
            gift = n % 11 == 0;
            addedMillis = 1_700_000_000_000L + n * 31_337L;
            price = BigDecimal.valueOf(n * 37L + 99, 2);
        }
    }

    record Money(long cents, String currency) implements Serializable {
    }

    record Line(String sku, String title, int quantity, Money price) implements Serializable {
        Line times(int other) {
            return new Line(sku, title, other, price);
        }
    }
}
