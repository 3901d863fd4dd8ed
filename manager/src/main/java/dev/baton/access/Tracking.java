package dev.baton.access;

import java.util.function.Predicate;

/**
 * Which attributes are compared with their benchmark at the end of a request (T1 to T4). An attribute that was set or
 * removed is always among them.
 *
 * @param policy         how much of what the request did makes an attribute a candidate
 * @param immutableName  attributes that the user says never change in place; setting them anew is still seen
 * @param immutableClass classes of which the user says the same
 * @param verify         whether all attributes are compared nevertheless, and doubtful ones reported (development)
 */
public record Tracking(Policy policy, Predicate<String> immutableName, Predicate<Class<?>> immutableClass,
                       boolean verify) {
    public static final Tracking DEFAULT = new Tracking(Policy.MUTABLE, name -> false, type -> false);

    /** Without verification. */
    public Tracking(Policy policy, Predicate<String> immutableName, Predicate<Class<?>> immutableClass) {
        this(policy, immutableName, immutableClass, false);
    }

    public enum Policy {
        /** Every attribute, accessed or not, that was ever turned into an object here. */
        ALL,
        /** Whatever was read or written. */
        ACCESSED,
        /** Written, or read where the value may be changed in place. */
        MUTABLE,
        /** Written by set or remove only: changes in place are not seen. */
        WRITTEN
    }
}
