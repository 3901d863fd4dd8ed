package dev.baton.tomcat;

import dev.baton.access.AccessLog;
import dev.baton.access.ClientState;
import dev.baton.access.NotSerializableAttribute;
import dev.baton.api.SessionLocks;
import dev.baton.model.SessionImage;
import dev.baton.model.SessionMeta;
import dev.baton.node.SessionUnavailable;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.HttpSessionActivationListener;
import java.io.Serializable;
import java.util.Collections;
import java.util.Enumeration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.apache.catalina.connector.Request;
import org.apache.catalina.loader.WebappClassLoaderBase;
import org.apache.catalina.session.StandardSessionFacade;

/**
 * One session as Catalina and the application see it in this process, over a {@link ClientState}. There is one object,
 * and one facade, per session as long as anybody refers to it, so that applications can synchronise on it. Existence,
 * times, principal and the like are answered without the token; attributes are touched within the caller's
 * {@link RequestScope}, or within one of their own where there is none. Behaves as Tomcat's own sessions do where it is
 * invalid. Never expires by itself: that is decided by the store.
 */
final class TrackedSession extends SessionFrame implements HttpSession {
    private final HttpSession facade = new StandardSessionFacade(this);
    /** Attributes that the configuration keeps on this node, by name; immutable while there are none. */
    private volatile Map<String, Object> locals = Map.of();
    /** What the session had when it was destroyed; immutable before. */
    private volatile Map<String, Object> remains = Map.of();
    /** Null before the first. */
    private volatile AsyncTouches asyncTouches;
    private volatile boolean movesHeard;

    TrackedSession(Deployment deployment, ClientState state) {
        super(deployment, state);
    }

    AsyncTouches asyncTouches() {
        AsyncTouches there = asyncTouches;
        return there != null ? there : firstAsyncTouches();
    }

    private synchronized AsyncTouches firstAsyncTouches() {
        if (asyncTouches == null) {
            asyncTouches = new AsyncTouches();
        }
        return asyncTouches;
    }

    synchronized void keepRemains(Map<String, Object> values) {
        remains = new ConcurrentHashMap<>(values);
    }

    private synchronized Map<String, Object> remainsToFill() {
        if (!(remains instanceof ConcurrentHashMap)) {
            remains = new ConcurrentHashMap<>();
        }
        return remains;
    }

    private synchronized Map<String, Object> localsToFill() {
        if (!(locals instanceof ConcurrentHashMap)) {
            locals = new ConcurrentHashMap<>();
        }
        return locals;
    }

    /** The value that was there, or null. */
    private Object removeLocal(String name) {
        Map<String, Object> there = locals;
        return there.isEmpty() ? null : there.remove(name);
    }

    @Override
    void forgetRemains() {
        remains = Map.of();
    }

    Map<String, Object> remains() {
        return remains;
    }

    // ---- within the token

    private <T> T within(Function<AccessLog, T> action) {
        return within(action, () -> {
            throw gone("use");
        });
    }

    /**
     * Runs the action inside the session: in the caller's scope if it has one, else in one of its own.
     *
     * @param ended instead, where the session has ended
     */
    private <T> T within(Function<AccessLog, T> action, Supplier<T> ended) {
        RequestScope scope = RequestScope.here();
        if (scope != null) {
            try {
                return within(scope, action, ended);
            } catch (SessionUnavailable e) {
                throw scope.failed(e);
            }
        }
        RequestScope own = RequestScope.open(null);
        T result;
        try {
            result = within(own, action, ended);
        } finally {
            own.close(false);
        }
        if (own.failure() != null) {
            throw own.failure();
        }
        return result;
    }

    private <T> T within(RequestScope scope, Function<AccessLog, T> action, Supplier<T> ended) {
        AccessLog log = scope.enter(this);
        if (log == null) {
            destroyedElsewhere();
            return ended.get();
        }
        return action.apply(log);
    }

    /** Where the session has ended nothing comes of it, as with Tomcat's own: a logout may meet one elsewhere. */
    @Override
    void changeMeta(UnaryOperator<SessionMeta> change) {
        within(log -> {
            state().changeMeta(change, log);
            metaChanged(state().meta());
            return null;
        }, () -> null);
    }

    // ---- attributes

    @Override
    public Object getAttribute(String name) {
        checkValid("getAttribute");
        if (name == null) {
            return null;
        }
        if (name.equals(SessionLocks.ATTRIBUTE)) {
            return new SessionLocking(this);
        }
        if (!lives()) {
            return remains.get(name);
        }
        Object local = locals.get(name);
        if (local != null) {
            return local;
        }
        if (onlyLooking()) {
            return state().peek(name, this::stored);
        }
        if (RequestScope.here() == null) {
            asyncTouches().touched(name);
        }
        return within(log -> AttributeLocks.read(this, name, log));
    }

    /**
     * Access logs after the answer and listings by other applications read what is known here, and wait for nobody.
     * Not so an application that was lent the session by a request that has it.
     */
    private boolean onlyLooking() {
        RequestScope scope = RequestScope.here();
        return scope != null && scope.answered(this)
                || Thread.currentThread().getContextClassLoader() instanceof WebappClassLoaderBase caller
                        && caller != deployment().loader() && (scope == null || !scope.sessions().contains(this));
    }

    private SessionImage stored() {
        return deployment().application().stored(state());
    }

    @Override
    public Enumeration<String> getAttributeNames() {
        checkValid("getAttributeNames");
        if (!lives()) {
            return Collections.enumeration(remains.keySet());
        }
        TreeSet<String> names = new TreeSet<>(onlyLooking() ? state().peekNames(this::stored) : within(state()::names));
        names.addAll(locals.keySet());
        return Collections.enumeration(names);
    }

    @Override
    public void setAttribute(String name, Object value) {
        if (name == null) {
            throw new IllegalArgumentException("setAttribute: the attribute's name is null");
        }
        if (value == null) {
            removeAttribute(name);
            return;
        }
        checkValid("setAttribute");
        if (name.equals(SessionLocks.ATTRIBUTE)) {
            throw new IllegalArgumentException("setAttribute: '" + name + "' stands for the session's locks");
        }
        boolean local = deployment().keepsLocal(name, value);
        if (!local && deployment().context().getDistributable() && !isAttributeDistributable(name, value)) {
            throw new IllegalArgumentException("setAttribute: attribute '" + name + "' is a "
                    + value.getClass().getName() + ", which is not serialisable, in a distributable application");
        }
        if (!lives()) {
            setAtTheEnd(name, value);
            return;
        }
        within(log -> {
            AttributeLocks.write(this, name, log);
            set(name, value, local, log);
            return null;
        });
    }

    private void set(String name, Object value, boolean local, AccessLog log) {
        SessionEvents events = deployment().events();
        boolean bindAnyway = manager().getNotifyBindingListenerOnUnchangedValue();
        Object present = locals.get(name);
        if (present == null) {
            present = state().get(name, log);
        }
        if (present != value || bindAnyway) {
            events.bound(facade, name, value);
            if (!lives()) {
                // The listener ended the session: the value never was in it.
                events.unbound(facade, name, value);
                return;
            }
        }
        if (value instanceof HttpSessionActivationListener && !local) {
            movesHeard = true;
        }
        Object old = local ? localsToFill().put(name, value) : removeLocal(name);
        Object shared = local ? state().remove(name, log) : state().set(name, value, log);
        old = old != null ? old : shared;
        if (local) {
            deployment().ties().add(this);
        }
        tellSet(name, old, value);
    }

    /** A destroyed listener writes into a session that ends: the value is unbound with the rest, and goes nowhere. */
    private void setAtTheEnd(String name, Object value) {
        Object old = remains.get(name);
        if (old != value || manager().getNotifyBindingListenerOnUnchangedValue()) {
            deployment().events().bound(facade, name, value);
        }
        remainsToFill().put(name, value);
        tellSet(name, old, value);
    }

    private void tellSet(String name, Object old, Object value) {
        SessionEvents events = deployment().events();
        if (old != null && (old != value || manager().getNotifyBindingListenerOnUnchangedValue())) {
            events.unbound(facade, name, old);
        }
        if (old == null) {
            events.added(facade, name, value);
        } else if (old != value || manager().getNotifyAttributeListenerOnUnchangedValue()) {
            events.replaced(facade, name, old);
        }
    }

    @Override
    public void removeAttribute(String name) {
        checkValid("removeAttribute");
        if (name == null) {
            return;
        }
        if (!lives()) {
            Object old = remainsToFill().remove(name);
            if (old != null) {
                deployment().events().removed(facade, name, old);
            }
            return;
        }
        within(log -> {
            AttributeLocks.write(this, name, log);
            Object local = removeLocal(name);
            Object shared = state().remove(name, log);
            Object old = local != null ? local : shared;
            if (old != null) {
                deployment().events().removed(facade, name, old);
            }
            return null;
        });
    }

    /** Every attribute as an object, for the listeners of the end. */
    Map<String, Object> everything(AccessLog log) {
        Map<String, Object> all = new TreeMap<>(locals);
        for (String name : state().names(log)) {
            Object value = state().get(name, log);
            if (value != null) {
                all.putIfAbsent(name, value);
            }
        }
        return all;
    }

    @Override
    public boolean isAttributeDistributable(String name, Object value) {
        return value instanceof Serializable;
    }

    // ---- moves

    /** From now on the application may want to hear when the session goes to another process. */
    void hearsOfMoves() {
        movesHeard = true;
    }

    boolean hasListenersOfMoves() {
        return movesHeard;
    }

    /** Whether another object for this session, made later of what the store knows, would do as well as this one. */
    boolean mayLetGo() {
        return !movesHeard && locals.isEmpty() && !hasOwn() && !deployment().ties().has(this);
    }

    /**
     * Tells the values that want to know of it that the session goes to another process. Their objects end with that:
     * should the session come back, it is with objects that are told of that as well.
     */
    void passivate(AccessLog access) {
        movesHeard = false;
        fire(SESSION_PASSIVATED_EVENT, null);
        Set<String> told = new TreeSet<>();
        for (String name : state().names(access)) {
            if (state().made(name, access) instanceof HttpSessionActivationListener listener) {
                deployment().events().passivating(facade, listener);
                // So that what the listener changed is compared.
                state().get(name, access);
                told.add(name);
            }
        }
        for (NotSerializableAttribute problem : deployment().complete(this, access, null).problems()) {
            told.remove(problem.attribute());
        }
        told.forEach(name -> state().unmake(name, access));
    }

    // ---- a new id

    /** @return the new id, with the route */
    String rotate(Supplier<String> candidates, boolean tellApplication, boolean tellContainer) {
        Request request = RequestScope.runningRequest();
        if (request != null && request.getResponse().isCommitted()) {
            throw new IllegalStateException("changeSessionId: the response has been committed, the client could not be"
                    + " told the new id");
        }
        return within(log -> {
            String oldId = getId();
            deployment().rename(log, candidates);
            String newId = getId();
            if (request != null) {
                Refusal.renamed(request, newId);
            }
            try {
                BatonSingleSignOn.renamed(this, oldId);
            } catch (SessionUnavailable e) {
                // The request fails, but the new id counts: client and listeners have to hear of it.
                RequestScope.here().failed(e);
            }
            tellChangedSessionId(newId, oldId, tellApplication, tellContainer);
            return newId;
        });
    }

    // ---- end

    @Override
    public void invalidate() {
        checkValid("invalidate");
        logout(() -> {
            throw gone("invalidate");
        });
    }

    /**
     * With a single sign-on this is a logout: the sessions of its other applications end as well. Where the session
     * has ended elsewhere nothing is left to do: who ends all that are listed, as Tomcat's Manager application does,
     * goes on.
     */
    @Override
    public void expire() {
        logout(() -> null);
    }

    private void logout(Supplier<Void> ended) {
        if (lives()) {
            within(log -> {
                SessionEnd.logout(this, log);
                return null;
            }, ended);
        }
    }

    /** The sign-on that the session takes part in has ended. */
    void endSignedOn() {
        if (lives()) {
            within(log -> {
                SessionEnd.destroy(this, log);
                return null;
            }, () -> null);
        }
    }

    /** After the end at another node: what only this node had is unbound here. */
    void endedElsewhere() {
        for (String name : new TreeSet<>(locals.keySet())) {
            Object value = locals.remove(name);
            if (value != null) {
                SessionEnd.unbind(this, name, value);
            }
        }
        deployment().events().endedElsewhere(facade);
    }

    @Override
    public void recycle() {
        super.recycle();
        locals = Map.of();
    }

    /** Tomcat says so when a request joins the session by its id, and only then. */
    @Override
    public void setNew(boolean isNew) {
        super.setNew(isNew);
        if (!isNew) {
            deployment().joined(this);
        }
    }

    @Override
    public void endAccess() {
        super.endAccess();
        RequestScope.requestEnded(this);
    }

    @Override
    public ServletContext getServletContext() {
        return deployment().context().getServletContext();
    }

    @Override
    public HttpSession getSession() {
        return facade;
    }

    @Override
    public Accessor getAccessor() {
        checkValid("getAccessor");
        return SessionAccessor.of(manager(), getId());
    }

    @Override
    public String toString() {
        return "TrackedSession[" + key() + "]";
    }
}
