package dev.baton.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.model.Fence;
import dev.baton.model.SessionDelta;
import dev.baton.model.SessionImage;
import dev.baton.model.Stamp;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("D5, T5: a session that goes to and fro: live objects follow what the other process changed")
class FollowTest {
    static class Item implements Serializable {
        private static final long serialVersionUID = 1L;
        int quantity;
        String note = new String("none");
    }

    static final class Cart implements Serializable {
        private static final long serialVersionUID = 1L;
        final List<Item> items = new ArrayList<>(List.of(new Item(), new Item(), new Item()));

        Item item(int index) {
            return items.get(index);
        }
    }

    static final class Totals implements Serializable {
        private static final long serialVersionUID = 1L;
        final Item item = new Item();
        private transient Integer cached;

        int total() {
            cached = cached == null ? item.quantity : cached;
            return cached;
        }
    }

    /** A process with a copy of the session. */
    private static final class Process {
        final LiveObjects objects = new LiveObjects();
        final ClientState state;

        Process(Map<String, ?> attributes) {
            state = objects.granted(Tracking.DEFAULT, attributes);
        }

        /** A request; what it changed. */
        SessionDelta request(Consumer<AccessLog> does) {
            AccessLog log = LiveObjects.enter(state);
            does.accept(log);
            Scan scan = log.scan(0);
            scan.accept(LiveObjects.FENCE);
            LiveObjects.leave(state, log);
            return scan.delta();
        }

        <T> T get(String name, Class<T> type) {
            List<T> got = new ArrayList<>();
            request(log -> got.add(type.cast(state.get(name, log))));
            return got.get(0);
        }

        Cart cart() {
            return get("cart", Cart.class);
        }

        SessionDelta changeCart(Consumer<Cart> change) {
            return request(log -> change.accept((Cart) state.get("cart", log)));
        }

        /** The token comes back. */
        void receive(SessionDelta... deltas) {
            assertThat(state.bring(List.of(deltas), stamp(deltas[deltas.length - 1].version()))).isTrue();
        }

        byte[] stored(String name) {
            List<SessionImage> image = new ArrayList<>();
            state.withStored(image::add);
            return image.get(0).attribute(name);
        }
    }

    private static Stamp stamp(long version) {
        return new Stamp(new Fence(1, 1), version);
    }

    private final Map<String, ?> session = Map.of("cart", new Cart(), "name", "Ada", "other", new Item());
    private final Process one = new Process(session);
    private final Process two = new Process(session);

    @Test
    @DisplayName("The same object has the other process's values, and its next change travels as a few bytes")
    void theSameObjectFollows() {
        Cart cart = wandered();
        two.receive(one.changeCart(c -> c.item(1).quantity = 2));
        for (int i = 3; i < 40; i++) {
            int now = i;
            one.objects.written.clear();
            one.receive(two.changeCart(c -> c.item(2).quantity = now));
            assertThat(one.cart()).isSameAs(cart);
            assertThat(cart.item(2).quantity).isEqualTo(i);
            assertThat(cart.item(1).note).isEqualTo(i == 3 ? "none" : "note " + (i - 1));
            assertThat(LiveObjects.bytes(cart)).isEqualTo(one.stored("cart"));
            SessionDelta delta = one.changeCart(c -> c.item(1).note = "note " + now);
            assertThat(one.objects.written).as("serialised").isEmpty();
            assertThat(delta.changes()).hasSize(1);
            assertThat(delta.changes().get(0).size()).isLessThan(30);
            two.receive(delta);
            assertThat(two.cart().item(1).note).isEqualTo("note " + i);
        }
        assertThat(one.objects.problems).isEmpty();
    }

    @Test
    @DisplayName("A process that only reads learns to follow when the session comes for the second time")
    void aReaderFollows() {
        Cart first = one.cart();
        one.receive(two.changeCart(c -> c.item(0).quantity = 1));
        Cart second = one.cart();
        assertThat(second).isNotSameAs(first);
        assertThat(first.item(0).quantity).as("let go of").isZero();
        one.receive(two.changeCart(c -> c.item(0).quantity = 2));
        assertThat(one.cart()).isSameAs(second);
        assertThat(second.item(0).quantity).isEqualTo(2);
    }

    /** Process one with an object that can follow. */
    private Cart wandered() {
        one.cart();
        one.receive(two.changeCart(c -> c.item(0).quantity = 1));
        return one.cart();
    }

    @Test
    @DisplayName("Several hand-overs that nobody looked at are followed at once; so is a whole image")
    void severalChangesAndImages() {
        Cart cart = wandered();
        one.receive(two.changeCart(c -> c.item(0).quantity = 2));
        one.receive(two.changeCart(c -> c.item(0).quantity = 3), two.changeCart(c -> c.item(1).quantity = 4));
        one.request(log -> assertThat(one.state.names(log)).containsExactly("cart", "name", "other"));
        assertThat(one.cart()).isSameAs(cart);
        assertThat(cart.item(0).quantity).isEqualTo(3);
        assertThat(cart.item(1).quantity).isEqualTo(4);

        two.changeCart(c -> c.item(2).quantity = 5);
        two.state.withStored(image -> one.state.bring(image, stamp(two.state.version())));
        assertThat(one.cart()).isSameAs(cart);
        assertThat(cart.item(2).quantity).isEqualTo(5);
    }

    @Test
    @DisplayName("Not until somebody asks, and then the listener of activations hears of it each time")
    void onlyWhenAskedFor() {
        Cart cart = wandered();
        one.objects.made.clear();
        one.receive(two.changeCart(c -> c.item(0).quantity = 2));
        assertThat(one.get("name", String.class)).isEqualTo("Ada");
        assertThat(cart.item(0).quantity).isEqualTo(1);
        assertThat(one.state.peek("cart", () -> null)).as("a look from outside").isNotSameAs(cart)
                .extracting("items").asList().first().extracting("quantity").isEqualTo(2);
        one.cart();
        one.cart();
        assertThat(cart.item(0).quantity).isEqualTo(2);
        assertThat(one.objects.made).containsExactly("name", "cart");
    }

    @Test
    @DisplayName("An object that holds what was made of its former state is read anew")
    void whatHoldsOldStateIsReadAnew() {
        Map<String, ?> totals = Map.of("totals", new Totals());
        Process here = new Process(totals);
        Process there = new Process(totals);
        for (int i = 1; i < 4; i++) {
            int now = i;
            here.receive(there.request(log -> ((Totals) there.state.get("totals", log)).item.quantity = now));
            assertThat(here.get("totals", Totals.class).total()).isEqualTo(i);
        }
    }

    @Test
    @DisplayName("T5: an object that another attribute has as well, or may have, is not changed under it")
    void anotherAttributeKeepsItsState() {
        Cart cart = wandered();
        Item shared = cart.item(0);
        two.receive(one.request(log -> one.state.set("other", shared, log)));
        SessionDelta change = two.changeCart(c -> c.item(0).quantity = 9);
        assertThat(change.changes()).hasSize(1);
        one.receive(change);
        assertThat(one.cart()).isNotSameAs(cart);
        assertThat(one.cart().item(0).quantity).isEqualTo(9);
        assertThat(one.get("other", Item.class)).isSameAs(shared).extracting("quantity").isEqualTo(1);
        Cart other = one.cart();
        one.receive(two.changeCart(c -> c.item(0).quantity = 10));
        List<Object> got = new ArrayList<>();
        one.request(log -> {
            one.state.set("other", new Item(), log);
            got.add(one.state.get("cart", log));
        });
        assertThat(got.get(0)).as("what was just set is not known yet").isNotSameAs(other);
    }

    @Test
    @DisplayName("What the application set, removed, or changed out of sight meanwhile is treated as ever")
    void whatTheApplicationDidCounts() {
        Cart cart = wandered();
        SessionDelta change = two.changeCart(c -> c.item(0).quantity = 2);
        cart.item(1).quantity = 77;
        one.receive(change);
        assertThat(one.cart()).as("changed when nobody was inside").isNotSameAs(cart);
        assertThat(one.cart().item(1).quantity).isZero();

        one.receive(two.changeCart(c -> c.item(0).quantity = 3));
        Cart set = new Cart();
        two.receive(one.request(log -> one.state.set("cart", set, log)));
        assertThat(one.cart()).isSameAs(set);
        assertThat(two.cart().item(0).quantity).isZero();
        one.receive(two.changeCart(c -> c.item(0).quantity = 4));
        two.receive(one.request(log -> one.state.remove("cart", log)));
        assertThat(one.cart()).isNull();
        assertThat(two.cart()).isNull();
    }

    @Test
    @DisplayName("What waits to follow is counted, and let go of when memory is wanted")
    void theFormerObjectIsLetGoOf() {
        Cart cart = wandered();
        one.receive(two.changeCart(c -> c.item(0).quantity = 2));
        assertThat(one.state.spareBytes()).isGreaterThan(one.stored("cart").length);
        one.state.shrink();
        assertThat(one.state.spareBytes()).isZero();
        assertThat(one.cart()).isNotSameAs(cart);
        assertThat(one.cart().item(0).quantity).isEqualTo(2);
        one.receive(two.changeCart(c -> c.item(0).quantity = 3));
        assertThat(one.state.settle()).as("nothing would be missed").isTrue();
    }

    @Test
    @DisplayName("Threads that ask at the same time get the same object, with all of the change")
    void threadsGetTheSameObject() throws Exception {
        wandered();
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            for (int round = 2; round < 300; round++) {
                int now = round;
                one.receive(two.changeCart(c -> c.items.forEach(item -> item.quantity = now)));
                CyclicBarrier start = new CyclicBarrier(3);
                List<Future<Cart>> got = new ArrayList<>();
                AccessLog log = LiveObjects.enter(one.state);
                for (int i = 0; i < 3; i++) {
                    got.add(threads.submit(() -> {
                        start.await(30, TimeUnit.SECONDS);
                        Cart cart = (Cart) one.state.get("cart", log);
                        assertThat(cart.items).allMatch(item -> item.quantity == now);
                        return cart;
                    }));
                }
                Cart first = got.get(0).get(30, TimeUnit.SECONDS);
                assertThat(got.get(1).get(30, TimeUnit.SECONDS)).isSameAs(first);
                assertThat(got.get(2).get(30, TimeUnit.SECONDS)).isSameAs(first);
                LiveObjects.leave(one.state, log);
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
