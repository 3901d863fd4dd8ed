package dev.baton.demo.launcher;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one visitor asked for and what was confirmed, kept outside the cluster, to compare the cart with. One visitor
 * makes one change after the other; a change that was not confirmed may have been made or not, and both are right.
 */
final class Ledger {
    /**
     * @param number   the visitor's number of this change
     * @param sku      product
     * @param quantity added to the product's quantity
     */
    record Change(int number, String sku, int quantity) {}

    private final Map<Integer, Change> sent = new LinkedHashMap<>();
    private final Map<Integer, String> confirmedBy = new HashMap<>();

    /** The next change, noted before it is sent. */
    Change send(String sku, int quantity) {
        Change change = new Change(sent.size() + 1, sku, quantity);
        sent.put(change.number, change);
        return change;
    }

    void confirmed(Change change, String node) {
        confirmedBy.put(change.number, node);
    }

    int confirmations() {
        return confirmedBy.size();
    }

    /** Every way in which the cart is not what it must be; empty if it is right. */
    List<String> compare(CartText cart) {
        List<String> wrong = new ArrayList<>();
        confirmedBy.forEach((number, node) -> {
            if (!cart.changes().contains(number)) {
                wrong.add("change " + number + " (" + sent.get(number).quantity + " × " + sent.get(number).sku
                        + ", confirmed by " + node + ") is lost");
            }
        });
        Map<String, Integer> expected = new HashMap<>();
        List<Integer> seen = new ArrayList<>();
        for (int number : cart.changes()) {
            Change change = sent.get(number);
            if (change == null) {
                wrong.add("change " + number + " was never sent");
            } else if (seen.contains(number)) {
                wrong.add("change " + number + " was made twice");
            } else {
                expected.merge(change.sku, change.quantity, Integer::sum);
            }
            seen.add(number);
        }
        if (!expected.equals(cart.items())) {
            wrong.add("the quantities are " + new TreeMap<>(cart.items()) + ", but the changes made add up to "
                    + new TreeMap<>(expected));
        }
        return wrong;
    }
}
