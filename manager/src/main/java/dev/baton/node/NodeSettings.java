package dev.baton.node;

import dev.baton.protocol.CoreSettings;

/**
 * Settings of one process, shared by its applications.
 *
 * @param core       of the protocol; {@code ackByPrimary} is one for all applications of the process
 * @param inboxLimit inputs that may wait for the core, at least 100; beyond, requests are refused as overloaded and
 *                   messages are dropped
 */
public record NodeSettings(CoreSettings core, int inboxLimit) {
    public NodeSettings {
        if (inboxLimit < 100) {
            throw new IllegalArgumentException("inboxLimit is " + inboxLimit + ", must be at least 100");
        }
    }

    public static NodeSettings of(CoreSettings core) {
        return new NodeSettings(core, 100_000);
    }
}
