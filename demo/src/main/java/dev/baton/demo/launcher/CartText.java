package dev.baton.demo.launcher;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A cart as the shop tells it to programs.
 *
 * @param items   quantity by product
 * @param changes numbers of the changes that were made, oldest first
 */
record CartText(Map<String, Integer> items, List<Integer> changes) {
    /** @throws IllegalArgumentException with the line that is not understood */
    static CartText parse(String text) {
        Map<String, Integer> items = new LinkedHashMap<>();
        List<Integer> changes = new ArrayList<>();
        for (String line : text.lines().toList()) {
            String[] words = line.split(" ");
            try {
                if (words.length == 3 && words[0].equals("item")) {
                    items.put(words[1], Integer.parseInt(words[2]));
                    continue;
                } else if (words.length == 2 && words[0].equals("change")) {
                    changes.add(Integer.parseInt(words[1]));
                    continue;
                }
            } catch (NumberFormatException e) {
                // Told below.
            }
            throw new IllegalArgumentException("not a line of a cart: '" + line + "'");
        }
        return new CartText(items, changes);
    }
}
