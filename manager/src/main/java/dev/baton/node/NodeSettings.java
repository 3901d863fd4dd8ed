package dev.baton.node;

import dev.baton.model.Settings;
import dev.baton.protocol.CoreSettings;
import java.util.concurrent.TimeUnit;

/**
 * Settings of one process, shared by its applications.
 *
 * @param core       of the protocol
 * @param inboxLimit inputs that may wait for the core, at least 100; beyond, requests are refused as overloaded and
 *                   messages are dropped
 */
public record NodeSettings(CoreSettings core, int inboxLimit) {
    public NodeSettings {
        if (inboxLimit < 100) {
            throw new IllegalArgumentException("inboxLimit is " + inboxLimit + ", must be at least 100");
        }
    }

    /** From the settings that belong to cluster and node; all applications of the process must agree on them. */
    public static NodeSettings of(Settings settings) {
        CoreSettings core = CoreSettings.defaults(settings.backups())
                .withHashPlacement(settings.placement() == Settings.Placement.HASH)
                .withMinInSync(settings.minInSync());
        long lostAfter = settings.lostAfterMillis();
        return of(lostAfter < 0 ? core : core.withLostAfterNanos(TimeUnit.MILLISECONDS.toNanos(lostAfter)));
    }

    public static NodeSettings of(CoreSettings core) {
        return new NodeSettings(core, 100_000);
    }
}
