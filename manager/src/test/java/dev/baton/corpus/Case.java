package dev.baton.corpus;

import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * An attribute and a change of it.
 *
 * @param attribute what it is, such as {@code cart}
 * @param mutation  what happens to it, such as {@code insertMid}; {@code none} where nothing does
 * @param maker     makes the value anew; equal in structure and in bytes each time
 * @param mutator   changes the value in place and gives it back, or gives the value that takes its place
 */
public record Case(String attribute, String mutation, Supplier<Object> maker, UnaryOperator<Object> mutator) {
    /** {@code cart/insertMid}. */
    public String name() {
        return attribute + "/" + mutation;
    }

    public boolean changes() {
        return !mutation.equals("none");
    }

    /** The value before the change. */
    public Object make() {
        return maker.get();
    }

    /** The value after it; may be the same object. */
    public Object change(Object value) {
        return mutator.apply(value);
    }

    @Override
    public String toString() {
        return name();
    }
}
