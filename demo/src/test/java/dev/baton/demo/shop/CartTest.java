package dev.baton.demo.shop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import org.junit.jupiter.api.Test;

class CartTest {
    private final Cart cart = new Cart();
    private final Product tea = Product.find("tea").orElseThrow();
    private final Product bread = Product.find("bread").orElseThrow();

    @Test
    void addsUpAndTakesOut() {
        cart.add(1, tea, 2);
        cart.add(2, bread, 1);
        cart.add(3, tea, 3);
        assertThat(cart.lines()).extracting(CartLine::sku, CartLine::quantity)
                .containsExactly(tuple("tea", 5), tuple("bread", 1));
        assertThat(cart.totalCents()).isEqualTo(5 * tea.cents() + bread.cents());
        cart.set(4, tea, 0);
        assertThat(cart.lines()).extracting(CartLine::sku).containsExactly("bread");
    }

    @Test
    void aChangeSentTwiceIsMadeOnce() {
        cart.add(7, tea, 2);
        cart.add(7, tea, 2);
        assertThat(cart.lines()).extracting(CartLine::quantity).containsExactly(2);
        assertThat(cart.changes()).containsExactly(7);
    }

    @Test
    void quantityAndMemoryOfChangesAreBounded() {
        for (int change = 1; change <= Cart.MAX_CHANGES + 10; change++) {
            cart.add(change, tea, Cart.MAX_QUANTITY);
        }
        assertThat(cart.lines()).extracting(CartLine::quantity).containsExactly(Cart.MAX_QUANTITY);
        assertThat(cart.changes()).hasSize(Cart.MAX_CHANGES).startsWith(11);
    }
}
