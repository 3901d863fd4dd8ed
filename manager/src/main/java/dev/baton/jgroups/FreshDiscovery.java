package dev.baton.jgroups;

import org.jgroups.Event;
import org.jgroups.stack.Protocol;
import org.jgroups.util.Responses;

/**
 * Has each attempt to join go by what was found for it. JGroups adds what later attempts find to what the first one
 * found; where that was a coordinator that left before it answered, it is asked ten times, for a minute and more, by a
 * node that could have founded the cluster. Stands below GMS; one thread joins at a time.
 */
final class FreshDiscovery extends Protocol {
    private Responses first;

    @Override
    public Object down(Event event) {
        if (event.type() != Event.FIND_INITIAL_MBRS) {
            return down_prot.down(event);
        }
        if (first != null) {
            first.clear();
        }
        Object found = down_prot.down(event);
        if (first == null && found instanceof Responses responses) {
            first = responses;
        }
        return found;
    }
}
