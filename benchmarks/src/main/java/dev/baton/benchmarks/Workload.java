package dev.baton.benchmarks;

/** A kind of request: its path, and which number proves that nothing was lost. */
enum Workload {
    /** Reads an immutable attribute. */
    READ("/read", "reads an immutable attribute"),
    /** Sets a counter to its next value. */
    COUNTER("/counter", "sets a counter"),
    /** Changes one of 100 beans in place, without {@code setAttribute}. */
    CART("/cart?i=", "changes a 16 KB cart in place"),
    /** The same with {@code setAttribute}, for managers that see nothing else. */
    CART_SET("/cart-set?i=", "changes a 16 KB cart and sets it");

    static final int ITEMS = 100;

    final String path;
    final String what;

    Workload(String path, String what) {
        this.path = path;
        this.what = what;
    }

    boolean cart() {
        return this == CART || this == CART_SET;
    }
}
