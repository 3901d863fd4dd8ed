package dev.baton.protocol;

import dev.baton.model.NodeId;
import dev.baton.model.SessionImage;
import dev.baton.model.SharedNames;
import java.util.TreeMap;

/** What the sessions stored in a node have alike is in memory once. What is shared is equal to what was there. */
final class Shared {
    private static final int MOST_NODES = 1_000;

    private final SharedNames names = new SharedNames();
    private final TreeMap<NodeId, NodeId> nodes = new TreeMap<>();

    /**
     * @param before what was stored of that session, or null
     * @return equal to {@code session}
     */
    StoredSession of(StoredSession session, StoredSession before) {
        boolean stored = before != null && !before.tombstone();
        SessionImage image = session.image();
        if (image != null && !(stored && image.sharesNames(before.image()))) {
            image = image.sharing(names);
        }
        NodeId holder = session.holder();
        if (holder != null && !(stored && holder == before.holder())) {
            holder = node(holder);
        }
        return image == session.image() && holder == session.holder() ? session
                : new StoredSession(image, session.contents(), session.fence(), holder, session.rid(),
                        session.expiring(), session.history(), session.movedTo());
    }

    private NodeId node(NodeId holder) {
        NodeId known = nodes.get(holder);
        if (known == null) {
            if (nodes.size() == MOST_NODES) {
                nodes.clear();
            }
            nodes.put(holder, holder);
        }
        return known == null ? holder : known;
    }
}
