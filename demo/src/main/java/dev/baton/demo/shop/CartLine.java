package dev.baton.demo.shop;

import java.io.Serializable;

/** One product in a cart. Mutable, and changed in place. */
final class CartLine implements Serializable {
    private static final long serialVersionUID = 1;

    private final String sku;
    private final String name;
    private final String description;
    private final int cents;
    private int quantity;

    CartLine(Product product) {
        sku = product.sku();
        name = product.name();
        description = product.description();
        cents = product.cents();
    }

    String sku() {
        return sku;
    }

    String name() {
        return name;
    }

    String description() {
        return description;
    }

    int quantity() {
        return quantity;
    }

    void quantity(int value) {
        quantity = value;
    }

    int totalCents() {
        return quantity * cents;
    }
}
