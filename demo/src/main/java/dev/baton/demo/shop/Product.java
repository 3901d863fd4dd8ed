package dev.baton.demo.shop;

import java.util.List;
import java.util.Optional;

/**
 * Something the shop sells.
 *
 * @param icon the inside of a 48 by 48 line drawing in SVG
 */
record Product(String sku, String name, int cents, String description, String icon) {
    static final List<Product> CATALOGUE = List.of(
            new Product("tea", "Highland tea", 640,
                    "Loose leaves from a small garden at 1,900 metres, dried in the sun for two days, 100 g.",
                    "<path d='M10 18h24v10a10 10 0 0 1-10 10h-4a10 10 0 0 1-10-10z'/>"
                            + "<path d='M34 21h3a5 5 0 0 1 0 10h-4'/><path d='M17 7v5M22 5v7M27 7v5'/>"),
            new Product("bread", "Rye bread", 420,
                    "Baked this morning with a sourdough that is older than the baker, 750 g.",
                    "<path d='M9 18a8 6 0 0 1 8-6h14a8 6 0 0 1 8 6c0 3-2 4-3 5v13H12V23c-1-1-3-2-3-5z'/>"
                            + "<path d='M18 19l3 5M25 19l3 5'/>"),
            new Product("honey", "Heather honey", 890,
                    "Late summer heather, cold pressed; sets firm and melts on warm toast, 250 g.",
                    "<path d='M14 10h20v5H14z'/><path d='M16 15c-4 3-5 6-5 10v10a4 4 0 0 0 4 4h18a4 4 0 0 0 4-4V25"
                            + "c0-4-1-7-5-10'/><path d='M18 25h12v7H18z'/>"),
            new Product("candle", "Beeswax candle", 560,
                    "Hand dipped, burns for nine hours, and smells of the meadow it came from.",
                    "<path d='M18 22h12v18H18z'/><path d='M24 22v-4'/><path d='M24 6c4 4 4 6 4 8a4 4 0 0 1-8 0"
                            + "c0-2 1-4 4-8z'/>"),
            new Product("notebook", "Stitched notebook", 780,
                    "Ninety-six blank pages that lie flat, in a cover of recycled sailcloth.",
                    "<path d='M14 7h20a3 3 0 0 1 3 3v28a3 3 0 0 1-3 3H14z'/><path d='M19 7v34M25 16h7M25 22h7'/>"),
            new Product("plant", "Window basil", 390,
                    "Grown in the yard behind the shop; wants a sunny sill and a little water each evening.",
                    "<path d='M15 30h18l-3 11H18z'/><path d='M24 30V17'/>"
                            + "<path d='M24 20c-8 0-10-5-10-10 7 0 10 4 10 10z'/>"
                            + "<path d='M24 17c0-6 3-9 9-9 0 6-3 9-9 9z'/>"));

    static Optional<Product> find(String sku) {
        return CATALOGUE.stream().filter(p -> p.sku.equals(sku)).findFirst();
    }
}
