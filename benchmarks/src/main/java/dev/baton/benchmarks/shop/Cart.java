package dev.baton.benchmarks.shop;

import java.io.Serializable;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/** About 16 KB when serialised: {@value #ITEMS} beans. */
final class Cart implements Serializable {
    static final int ITEMS = 100;
    private static final long serialVersionUID = 1L;

    private final List<Item> items = new ArrayList<>();

    Cart() {
        for (int i = 0; i < ITEMS; i++) {
            items.add(new Item(i));
        }
    }

    /** Changes one bean in place; gives its new quantity. */
    int add(int index) {
        Item item = items.get(index);
        return ++item.quantity;
    }

    private static final class Item implements Serializable {
        private static final long serialVersionUID = 1L;

        private final String sku;
        private final String title;
        private final String note;
        private final BigDecimal price;
        private int quantity;

        Item(int number) {
            sku = "SKU-" + (100_000 + number * 7919);
            title = "Article number " + number + " of the catalogue of " + (1900 + number);
            note = "delivered within " + number + " days, " + Integer.toHexString(number * 0x9e3779b9);
            price = new BigDecimal(number * 37 + 99).movePointLeft(2);
        }
    }
}
