package dev.baton.protocol;

/** The planted bugs. */
public enum Bug {
    NONE;

    Guards guards() {
        return Guards.STRICT;
    }
}
