package dev.baton.jgroups;

import dev.baton.model.NodeId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import org.jgroups.Address;

/**
 * Which address is which node. Nodes that left the view are remembered, the {@value #FORMER} latest of them: they may
 * still be reached, and whether their process lives can only be asked where it listened. Of those that were never in a
 * view, as everybody can claim to be, a few are: some of them are about to come.
 *
 * <p>Any threads; reading takes no lock.
 */
final class ViewMapper {
    /** Nodes that left the view and are remembered. */
    static final int FORMER = 256;
    /** Nodes that were heard, have not been in a view, and are remembered. */
    static final int STRANGERS = 64;

    private final NodeId self;
    private final BiFunction<NodeId, Address, Peer> maker;
    private final Map<Address, Peer> byAddress = new ConcurrentHashMap<>();
    private final Map<NodeId, Peer> byNode = new ConcurrentHashMap<>();
    /** Both guarded by this, the longest unseen first. */
    private final Map<Address, Peer> former = new LinkedHashMap<>();
    private final Map<Address, Peer> strangers = new LinkedHashMap<>();
    private volatile List<NodeId> view = List.of();

    ViewMapper(NodeId self, BiFunction<NodeId, Address, Peer> maker) {
        this.self = self;
        this.maker = maker;
    }

    /** Who sends from there; null where that is no node of ours, or this node itself. */
    Peer at(Address address) {
        Peer known = byAddress.get(address);
        if (known != null) {
            return known;
        }
        NodeId node = NodeAddress.nodeOf(address);
        return node == null || node.equals(self) ? null : admit(node, address);
    }

    /** Null where nothing was ever heard of it. */
    Peer of(NodeId node) {
        return byNode.get(node);
    }

    Iterable<Peer> all() {
        return byAddress.values();
    }

    List<NodeId> view() {
        return view;
    }

    /**
     * Takes over a view, in JGroups' order. Members that are none of ours are left out.
     *
     * @return the peers that are in it: all of them, since nobody knows any more who came with a view whose acceptance
     *         ended in an Error
     */
    synchronized List<Peer> accept(List<Address> members) {
        List<NodeId> nodes = new ArrayList<>(members.size());
        List<Peer> present = new ArrayList<>();
        Map<Address, Peer> gone = new LinkedHashMap<>(byAddress);
        for (Address address : members) {
            NodeId node = NodeAddress.nodeOf(address);
            if (node == null) {
                continue;
            }
            nodes.add(node);
            if (node.equals(self)) {
                continue;
            }
            Peer peer = at(address);
            gone.remove(address);
            strangers.remove(address);
            former.remove(address);
            peer.inView = true;
            byNode.put(node, peer);
            present.add(peer);
        }
        for (Peer peer : gone.values()) {
            if (peer.inView) {
                peer.inView = false;
                peer.receiver.open(false);
                peer.sender.out();
                former.put(peer.address, peer);
            }
        }
        shrink(former, FORMER);
        view = List.copyOf(nodes);
        return present;
    }

    private synchronized Peer admit(NodeId node, Address address) {
        Peer known = byAddress.get(address);
        if (known != null) {
            return known;
        }
        Peer peer = maker.apply(node, address);
        byAddress.put(address, peer);
        byNode.putIfAbsent(node, peer); // what is for a member goes to nobody who only takes its name
        strangers.put(address, peer);
        shrink(strangers, STRANGERS);
        return peer;
    }

    private void shrink(Map<Address, Peer> outside, int limit) {
        while (outside.size() > limit) {
            Peer oldest = outside.values().iterator().next();
            outside.remove(oldest.address);
            byAddress.remove(oldest.address);
            byNode.remove(oldest.node, oldest);
            oldest.sender.out();
            oldest.receiver.end();
        }
    }
}
