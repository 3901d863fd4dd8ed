package dev.baton.diff;

/**
 * Which values can never change in place (T2, T3), so that having read one is no reason to compare it.
 *
 * <p>Sure of the classes listed here and of enums only. Always the exact class: BigDecimal can be subclassed
 * by something that changes. Enum constants count although their fields may change, since serialisation writes nothing
 * but their names. Whatever is not known to be immutable is compared, which costs time, never a change.
 */
public final class Mutability {
    /** Remembered with the class itself, so that an undeployed application's classes are not held. */
    private static final ClassValue<Boolean> JUDGED = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            return Leaves.is(type);
        }
    };

    private Mutability() {
    }

    /** Whether objects of this class are. */
    static boolean immutable(Class<?> type) {
        return JUDGED.get(type);
    }

    /** Whether this value is sure never to change in place; null is. Any threads. */
    public static boolean immutable(Object value) {
        return value == null || JUDGED.get(value.getClass());
    }
}
