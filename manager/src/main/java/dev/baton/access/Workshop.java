package dev.baton.access;

import dev.baton.diff.Differencer;
import dev.baton.diff.Mutability;

/** What the copies of one application's sessions need to work with its values. */
record Workshop(ValueSerializer serializer, Tracking tracking, Differencer differencer,
                ClientState.Problems problems) {
    /** Whether reading this value gives the reader something that may be changed in place unseen. */
    boolean candidateWhenRead(String name, Object value) {
        if (tracking.verify()) {
            return !Mutability.proven(value);
        }
        return switch (tracking.policy()) {
            case WRITTEN -> false;
            case ACCESSED -> !designatedImmutable(name, value);
            case MUTABLE, ALL -> !immutable(name, value);
        };
    }

    boolean immutable(String name, Object value) {
        return Mutability.immutable(value) || designatedImmutable(name, value);
    }

    private boolean designatedImmutable(String name, Object value) {
        return tracking.immutableName().test(name) || tracking.immutableClass().test(value.getClass());
    }
}
