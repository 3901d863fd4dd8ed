package dev.baton.diff;

import dev.baton.model.AttributeChange;
import dev.baton.model.BytePatch;
import java.util.Arrays;
import java.util.Optional;

/**
 * The smallest change that turns an attribute's benchmark into its present bytes (D1, D3, D4): for every result
 * {@code change.apply(benchmark)} equals {@code current}. Pure; any threads.
 */
public final class AttributeDiff {
    private AttributeDiff() {
    }

    /**
     * Nothing where the bytes are equal; else a byte-range patch where that is smaller than the whole value.
     *
     * @param benchmark what the store has, or null where it has nothing
     * @param current   the present bytes; kept by the result
     */
    public static Optional<AttributeChange> between(String name, byte[] benchmark, byte[] current) {
        if (benchmark != null) {
            if (Arrays.equals(benchmark, current)) {
                return Optional.empty();
            }
            byte[] patch = BinaryDiff.patch(benchmark, current);
            if (patch != null) {
                return Optional.of(new AttributeChange.BinaryPatch(name, new BytePatch(patch)));
            }
        }
        return Optional.of(new AttributeChange.Put(name, current));
    }

    /** As {@link #between}, but always the whole value: {@code differencing=none}. */
    public static Optional<AttributeChange> whole(String name, byte[] benchmark, byte[] current) {
        return benchmark != null && Arrays.equals(benchmark, current) ? Optional.empty()
                : Optional.of(new AttributeChange.Put(name, current));
    }
}
