package dev.baton.demo.shop;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A visitor's cart: an ordinary mutable object graph, put into the session once and changed in place from then on.
 * Every change bears a number, so that one sent twice (a double click, a retry after a lost answer) is made once.
 * Callers hold its monitor: a browser may send two requests at once.
 */
final class Cart implements Serializable {
    private static final long serialVersionUID = 1;
    static final int MAX_QUANTITY = 999;
    /** Changes remembered; of an older number nobody knows any more whether it was made. */
    static final int MAX_CHANGES = 500;

    private final Map<String, CartLine> lines = new LinkedHashMap<>();
    private final List<Integer> changes = new ArrayList<>();

    /**
     * Adds to a product's quantity.
     *
     * @param change number of this change; nothing happens if it was made before
     * @param quantity at least 1
     */
    void add(int change, Product product, int quantity) {
        CartLine line = lines.get(product.sku());
        set(change, product, (line == null ? 0 : line.quantity()) + quantity);
    }

    /**
     * Sets a product's quantity; 0 takes it out of the cart, and more than {@link #MAX_QUANTITY} becomes that.
     *
     * @param change number of this change; nothing happens if it was made before
     */
    void set(int change, Product product, int quantity) {
        if (changes.contains(change)) {
            return;
        }
        if (quantity <= 0) {
            lines.remove(product.sku());
        } else {
            lines.computeIfAbsent(product.sku(), s -> new CartLine(product)).quantity(Math.min(quantity, MAX_QUANTITY));
        }
        changes.add(change);
        if (changes.size() > MAX_CHANGES) {
            changes.remove(0);
        }
    }

    Collection<CartLine> lines() {
        return lines.values();
    }

    List<Integer> changes() {
        return List.copyOf(changes);
    }

    int totalCents() {
        return lines.values().stream().mapToInt(CartLine::totalCents).sum();
    }
}
