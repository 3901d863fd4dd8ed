package dev.baton.diff;

import java.util.function.BiFunction;

/**
 * Which method of differencing an attribute gets (D3).
 *
 * @param usual for attributes of which nothing else is said
 * @param fixed the method fixed for an attribute's name and class; null where nothing is said
 */
public record Methods(Method usual, BiFunction<String, Class<?>, Method> fixed) {
    /** {@code auto} for all. */
    public static final Methods DEFAULT = usual(Method.AUTO);

    /** How a changed attribute travels. */
    public enum Method {
        /** Changed byte ranges, or parts of the object graph where that is worth its time; see {@link AttributeDiff}. */
        AUTO,
        /** Changed byte ranges where they are smaller than the whole. */
        BINARY,
        /** Changed parts of the object graph where they are smaller than the whole; for what is no graph as BINARY. */
        GRAPH,
        /** Whole attributes. */
        NONE
    }

    public static Methods usual(Method method) {
        return new Methods(method, (name, type) -> null);
    }

    Method of(String name, Object value) {
        Method method = fixed.apply(name, value.getClass());
        return method == null ? usual : method;
    }
}
