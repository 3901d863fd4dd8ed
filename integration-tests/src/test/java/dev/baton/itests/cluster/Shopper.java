package dev.baton.itests.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Fills a cart, one item after the other, and remembers which of them were confirmed. A request that fails is followed
 * by one with the next item: whether the failed one is in the cart is unknown.
 */
public final class Shopper implements Callable<Shopper> {
    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(3);

    private final String name;
    private final Visitor visitor;
    private final BooleanSupplier enough;
    private final List<String> sent = new ArrayList<>();
    private volatile List<String> confirmed = List.of();
    private volatile int failures;

    /** @param enough asked between two requests, by the shopper's thread */
    public Shopper(String name, Visitor visitor, BooleanSupplier enough) {
        this.name = name;
        this.visitor = visitor;
        this.enough = enough;
    }

    /** Shops until it is enough, or three minutes have passed, which fails. */
    @Override
    public Shopper call() {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (!enough.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError(name + " has " + confirmed.size() + " items and " + failures
                        + " failures after three minutes");
            }
            String item = name + "-" + sent.size();
            sent.add(item);
            Answer answer = visitor.post("cart?item=" + item);
            if (answer.confirmed()) {
                List<String> more = new ArrayList<>(confirmed);
                more.add(item);
                confirmed = more;
            } else {
                failures++;
                Await.quietly(100);
            }
        }
        return this;
    }

    public String name() {
        return name;
    }

    public Visitor visitor() {
        return visitor;
    }

    /** Items whose requests were answered with success, in their order; readable by any thread. */
    public List<String> confirmed() {
        return confirmed;
    }

    public int failures() {
        return failures;
    }

    /** All items asked for, in their order. */
    public List<String> sent() {
        return sent;
    }
}
