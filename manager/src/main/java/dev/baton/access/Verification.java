package dev.baton.access;

import dev.baton.diff.Aliases;
import dev.baton.diff.Benchmark;
import java.util.Map;
import java.util.TreeMap;

/**
 * The development mode {@code verify}: says at each request's end what would be found too late otherwise. Changes are
 * looked for in every attribute that is an object here, those designated immutable included.
 */
final class Verification {
    private final ClientState state;
    private final Contents contents;

    Verification(ClientState state, Contents contents) {
        this.state = state;
        this.contents = contents;
    }

    /** An attribute has changed that was not set meanwhile. */
    void changed(String name, Object value) {
        if (state.workshop().immutable(name, value)) {
            tell(name, "it is designated or annotated as immutable, but this " + value.getClass().getName()
                    + " was changed in place; without verify the change would not be seen");
        } else if (state.workshop().tracking().policy() == Tracking.Policy.WRITTEN) {
            tell(name, "this " + value.getClass().getName() + " was changed in place and not set anew; without verify"
                    + " tracking=\"written\" would not see the change");
        }
    }

    /** What the store is given of the attribute can be read again here. */
    void read(String name, byte[] bytes) {
        try {
            if (state.workshop().serializer().deserialize(name, bytes) == null) {
                tell(name, "its bytes are read as null");
            }
        } catch (UnreadableAttribute | RuntimeException | LinkageError e) {
            tell(name, "it can be serialised, but not read back: " + e.getMessage());
        }
    }

    /** Objects that are in two attributes here will be two objects elsewhere. */
    void aliases(Map<String, Benchmark> changed) {
        Map<String, Benchmark> benchmarks = new TreeMap<>(changed);
        for (Attribute attribute : contents.attributes()) {
            if (attribute.made() != null && attribute.benchmark() != null) {
                benchmarks.putIfAbsent(attribute.name(), attribute.benchmark());
            }
        }
        for (Aliases.Alias alias : Aliases.among(benchmarks)) {
            tell(alias.first() + "' and '" + alias.second(), "both refer to the same " + alias.className()
                    + "; on another node each has one of its own");
        }
    }

    private void tell(String name, String finding) {
        state.workshop().problems().doubtful(state, name, finding);
    }
}
