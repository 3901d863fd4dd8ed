package dev.baton.jgroups;

import dev.baton.model.NodeId;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;
import org.jgroups.Address;
import org.jgroups.util.ExtendedUUID;
import org.jgroups.util.UUID;

/**
 * A JGroups address that says who the node is, so that views and senders need no further talk to be understood: the
 * incarnation is the upper half of the UUID, the name is attached to it.
 */
final class NodeAddress {
    /** One byte, since the address travels with each message, twice. */
    private static final byte[] NAME = {'n'};

    private NodeAddress() {
    }

    static ExtendedUUID of(NodeId node) {
        byte[] name = node.name().getBytes(StandardCharsets.UTF_8);
        if (name.length > 255) {
            throw new IllegalArgumentException("node name '" + node.name() + "' takes " + name.length
                    + " bytes in UTF-8, at most 255 are possible");
        }
        return new ExtendedUUID(node.incarnation(), ThreadLocalRandom.current().nextLong()).put(NAME, name);
    }

    /** Null where the address is not one of ours. */
    static NodeId nodeOf(Address address) {
        if (!(address instanceof ExtendedUUID extended)) {
            return null;
        }
        byte[] name = extended.get(NAME);
        long incarnation = extended.getMostSignificantBits();
        if (name == null || name.length == 0 || incarnation <= 0) {
            return null;
        }
        String text = new String(name, StandardCharsets.UTF_8);
        return text.length() > NodeId.MAX_NAME ? null : new NodeId(text, incarnation);
    }

    /** For JGroups' log lines. */
    static String print(ExtendedUUID address) {
        NodeId node = nodeOf(address);
        return node == null ? address.print() : node.toString();
    }

    /** The same address without the name: equal to it, and shorter where it names a target. */
    static Address bare(Address address) {
        UUID uuid = (UUID) address;
        return new UUID(uuid.getMostSignificantBits(), uuid.getLeastSignificantBits());
    }
}
