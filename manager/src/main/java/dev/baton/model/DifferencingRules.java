package dev.baton.model;

import java.util.List;
import java.util.function.Predicate;

/**
 * How changed attributes travel: usually, and those of certain names or classes (D3).
 *
 * @param fixed in the order in which they were given; the first that fits counts
 */
record DifferencingRules(Settings.Differencing usual, List<Fixed> fixed) {
    /** @param names the whole name of the attribute, or of its value's class, must match */
    record Fixed(Settings.Differencing method, Predicate<String> names) {}

    Settings.Differencing of(String attribute, String className) {
        for (Fixed f : fixed) {
            if (f.names.test(attribute) || f.names.test(className)) {
                return f.method;
            }
        }
        return usual;
    }
}
