package dev.baton.model;

import dev.baton.graph.MalformedGraph;
import dev.baton.graph.StreamPatch;

/**
 * One change of one attribute. Sealed; {@link #apply} is the one meaning of each form.
 */
public sealed interface AttributeChange {
    /** Longest attribute name accepted, in characters. */
    int MAX_NAME = 1000;

    /** The attribute it changes. */
    String name();

    /**
     * The attribute's bytes after the change.
     *
     * @param base bytes before it, or null where the attribute was absent
     * @return bytes after it, or null where the attribute is gone
     * @throws MalformedPatch where the change does not fit the base; nothing was changed
     */
    byte[] apply(byte[] base) throws MalformedPatch;

    /** Rough size on the wire, in bytes, for limits. */
    int size();

    /** The whole new value. */
    record Put(String name, byte[] value) implements AttributeChange {
        @Override
        public byte[] apply(byte[] base) {
            return value;
        }

        @Override
        public int size() {
            return name.length() + value.length + 4;
        }
    }

    /** The attribute is gone. */
    record Remove(String name) implements AttributeChange {
        @Override
        public byte[] apply(byte[] base) {
            return null;
        }

        @Override
        public int size() {
            return name.length() + 4;
        }
    }

    /** Changed nodes of the value's object graph, see {@link StreamPatch}. */
    record GraphPatch(String name, StreamPatch patch) implements AttributeChange {
        @Override
        public byte[] apply(byte[] base) throws MalformedPatch {
            if (base == null) {
                throw new MalformedPatch("patch for an attribute that is absent");
            }
            try {
                return patch.apply(base);
            } catch (MalformedGraph e) {
                throw new MalformedPatch(e.getMessage());
            }
        }

        @Override
        public int size() {
            return name.length() + patch.encoded().length + 4;
        }
    }

    /** Byte ranges copied from the base and bytes inserted, see {@link BytePatch}. */
    record BinaryPatch(String name, BytePatch patch) implements AttributeChange {
        @Override
        public byte[] apply(byte[] base) throws MalformedPatch {
            if (base == null) {
                throw new MalformedPatch("patch for an attribute that is absent");
            }
            return patch.apply(base);
        }

        @Override
        public int size() {
            return name.length() + patch.encoded().length + 4;
        }
    }
}
