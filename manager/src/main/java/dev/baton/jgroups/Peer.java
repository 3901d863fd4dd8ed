package dev.baton.jgroups;

import dev.baton.model.NodeId;
import org.jgroups.Address;
import org.jgroups.PhysicalAddress;

/** Another node as the transport knows it: in the view, formerly in it, or heard before its first view. */
final class Peer {
    final NodeId node;
    final Address address;
    final PeerSender sender;
    final PeerReceiver receiver;
    /** Where it listens, or listened; JGroups forgets that with the view. Null where it was never known. */
    volatile PhysicalAddress physical;
    volatile boolean inView;

    Peer(NodeId node, Address address, PeerSender sender, PeerReceiver receiver) {
        this.node = node;
        this.address = address;
        this.sender = sender;
        this.receiver = receiver;
    }
}
