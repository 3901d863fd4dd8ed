package dev.baton.tomcat;

import dev.baton.model.SessionKey;
import dev.baton.node.SessionUnavailable;
import java.util.AbstractMap;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.catalina.Session;

/**
 * What Tomcat's base class takes for the map of its sessions. Listing gives those whose primary is this node, so that
 * over all nodes each session is listed once; asking for one asks the store. Sessions come and go by the store only.
 */
final class StoredSessions extends AbstractMap<String, Session> {
    private final BatonManager manager;

    StoredSessions(BatonManager manager) {
        this.manager = manager;
    }

    private List<SessionKey> keys() {
        Deployment deployment = manager.deployment();
        return deployment == null ? List.of() : deployment.application().primarySessions();
    }

    @Override
    public int size() {
        return keys().size();
    }

    @Override
    public boolean containsKey(Object id) {
        return get(id) != null;
    }

    @Override
    public Session get(Object id) {
        return id instanceof String text && manager.deployment() != null ? find(text) : null;
    }

    /** Null also where it cannot be had now, which is no failure of the request that asks. */
    private Session find(String id) {
        RequestScope own = RequestScope.open(null);
        try {
            return manager.findSession(id);
        } catch (SessionUnavailable e) {
            return null;
        } finally {
            own.close(false);
        }
    }

    /** A session that cannot be had now is left out: one must not spoil the list of all. */
    @Override
    public Set<Entry<String, Session>> entrySet() {
        Map<String, Session> found = new LinkedHashMap<>();
        for (SessionKey key : keys()) {
            Session session = find(key.id());
            if (session != null) {
                found.put(session.getIdInternal(), session);
            }
        }
        return Collections.unmodifiableSet(found.entrySet());
    }

    /** The store removed it already. */
    @Override
    public Session remove(Object id) {
        return null;
    }

    @Override
    public Session put(String id, Session session) {
        throw new UnsupportedOperationException("a clustered session is made by createSession");
    }
}
