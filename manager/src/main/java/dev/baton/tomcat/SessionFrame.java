package dev.baton.tomcat;

import dev.baton.access.ClientState;
import dev.baton.model.SessionKey;
import dev.baton.model.SessionMeta;
import java.security.Principal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.function.UnaryOperator;
import org.apache.catalina.Manager;
import org.apache.catalina.Session;
import org.apache.catalina.SessionEvent;
import org.apache.catalina.SessionListener;

/**
 * What a session has beside its attributes: existence, id, times, authentication, listeners of the container. Reading
 * these takes no token; what changes is metadata, and travels with the request's other changes.
 */
abstract class SessionFrame implements Session {
    /**
     * LIVE → ASKED (threads ask the store for the end; until it agrees all is as before, and LIVE again where it refuses
     * the last of them) → ENDING (destroyed listeners run, attributes can still be read) → DEAD. DOUBTED instead of LIVE:
     * the store did not answer one in time; it is asked until it does, or the token is lost, and the session goes on until
     * then.
     */
    enum Phase { LIVE, ASKED, DOUBTED, ENDING, DEAD }

    private static final SessionListener[] NO_LISTENERS = {};
    private static final AtomicReferenceFieldUpdater<SessionFrame, Phase> PHASE =
            AtomicReferenceFieldUpdater.newUpdater(SessionFrame.class, Phase.class, "phase");
    private static final AtomicIntegerFieldUpdater<SessionFrame> USES =
            AtomicIntegerFieldUpdater.newUpdater(SessionFrame.class, "uses");
    private static final AtomicIntegerFieldUpdater<SessionFrame> GUARDED_USES =
            AtomicIntegerFieldUpdater.newUpdater(SessionFrame.class, "guardedUses");

    private final Deployment deployment;
    private final ClientState state;
    private final Authentication authentication;
    private volatile Phase phase = Phase.LIVE;
    /** Threads that ask the store for the end; under the monitor, as the ways between LIVE, ASKED and DOUBTED. */
    private int asking;
    /** Another array whenever one comes or goes, under the monitor. */
    private volatile SessionListener[] listeners = NO_LISTENERS;
    private volatile SessionMeta seenMeta;
    private volatile boolean isNew;
    private volatile long thisAccessedMillis;
    private volatile long lastAccessedMillis;
    private volatile long toldNanos;
    private volatile int uses;
    private volatile int guardedUses;

    SessionFrame(Deployment deployment, ClientState state) {
        this.deployment = deployment;
        this.state = state;
        this.authentication = new Authentication(this);
    }

    Deployment deployment() {
        return deployment;
    }

    BatonManager manager() {
        return deployment.manager();
    }

    ClientState state() {
        return state;
    }

    /** Its text may stand in a log. */
    SessionKey key() {
        return state.key();
    }

    Phase phase() {
        return phase;
    }

    /** Whether what is done to it counts: its end has not begun, as far as this process knows. */
    boolean lives() {
        return phase.compareTo(Phase.ENDING) < 0;
    }

    /** One more thread asks the store for the end. False where the end has begun. */
    synchronized boolean ask() {
        enterPhase(Phase.LIVE, Phase.ASKED);
        if (!lives()) {
            return false;
        }
        asking++;
        return true;
    }

    /** One thread asks no more: the store did not agree, or was not asked. */
    synchronized void refused() {
        asking--;
        goOn(Phase.ASKED);
    }

    /** One thread waits no more; the store may agree yet. */
    synchronized void unanswered() {
        asking--;
        enterPhase(Phase.ASKED, Phase.DOUBTED);
    }

    /** The token is void, and with it the question whether the session may end: whoever has it now decides. */
    synchronized void unanswerable() {
        goOn(Phase.DOUBTED);
    }

    private void goOn(Phase from) {
        if (enterPhase(from, asking > 0 ? Phase.ASKED : Phase.LIVE) && asking == 0) {
            forgetRemains();
        }
    }

    private boolean enterPhase(Phase from, Phase to) {
        return PHASE.compareAndSet(this, from, to);
    }

    /** Whether the end is the caller's to tell; false where it was somebody's before. */
    boolean beginEnd() {
        Phase before = PHASE.getAndUpdate(this, p -> p == Phase.DEAD ? p : Phase.ENDING);
        return before != Phase.ENDING && before != Phase.DEAD;
    }

    /** What the session had is needed for no end of it any more. */
    abstract void forgetRemains();

    /** The session is gone; listeners are not this caller's business. */
    void bury() {
        phase = Phase.DEAD;
    }

    /** The store says so; nothing is left to do here. Destroyed by this process, it ends by itself, after its listeners. */
    void destroyedElsewhere() {
        enterPhase(Phase.LIVE, Phase.DEAD);
    }

    void checkValid(String call) {
        if (phase == Phase.DEAD) {
            throw gone(call);
        }
    }

    static IllegalStateException gone(String call) {
        return new IllegalStateException(call + ": the session has been invalidated");
    }

    @Override
    public boolean isValid() {
        return phase != Phase.DEAD;
    }

    @Override
    public void setValid(boolean isValid) {
        if (!isValid) {
            bury();
        }
    }

    @Override
    public void recycle() {
        listeners = NO_LISTENERS;
        authentication.forget();
    }

    // ---- metadata

    /** Changes the metadata within the session's token; see {@link ClientState#changeMeta}. */
    abstract void changeMeta(UnaryOperator<SessionMeta> change);

    void metaChanged(SessionMeta meta) {
        seenMeta = meta;
    }

    /** Notes what a look-up said; times only move forward, and not by a request that is under way here. */
    void seen(SessionMeta meta, long idleNanos) {
        if (meta != null) {
            seenMeta = meta;
        }
        if (idleNanos >= 0 && uses == 0) {
            long accessed = deployment.wallMillis() - idleNanos / 1_000_000;
            if (accessed > thisAccessedMillis) {
                thisAccessedMillis = accessed;
                lastAccessedMillis = accessed;
            }
        }
    }

    /** The token came and with it the time of the last access elsewhere; that of the request at hand is none. */
    void entered() {
        long told = state.token().elsewhereNanos();
        if (told != toldNanos) {
            toldNanos = told;
            long accessed = deployment.wallMillisAt(told);
            if (accessed > lastAccessedMillis && accessed < thisAccessedMillis) {
                lastAccessedMillis = accessed;
            }
        }
    }

    SessionMeta meta() {
        SessionMeta known = state.inside() > 0 || state.open() || seenMeta == null ? state.meta() : seenMeta;
        return known != null ? known : seenMeta;
    }

    // ---- access and times

    @Override
    public void access() {
        thisAccessedMillis = deployment.wallMillis();
        USES.incrementAndGet(this);
        if (manager().getSessionActivityCheck()) {
            GUARDED_USES.incrementAndGet(this);
            deployment.user(this, true);
        } else {
            deployment.accessed(this);
        }
    }

    @Override
    public void endAccess() {
        isNew = false;
        boolean guarded = GUARDED_USES.getAndUpdate(this, n -> Math.max(0, n - 1)) > 0;
        boolean counts = !manager().getSessionLastAccessAtStart();
        if (counts) {
            thisAccessedMillis = deployment.wallMillis();
            lastAccessedMillis = thisAccessedMillis;
        } else {
            lastAccessedMillis = thisAccessedMillis;
            thisAccessedMillis = deployment.wallMillis();
        }
        if (guarded) {
            deployment.user(this, false);
        } else if (counts) {
            deployment.accessed(this);
        }
        // Last, as Tomcat does: who finds nobody inside finds the times of the request that has ended, too.
        USES.updateAndGet(this, n -> Math.max(0, n - 1));
    }

    /** Whether anything of it is known to this process only, or in use. */
    boolean hasOwn() {
        return uses > 0 || listeners.length > 0 || authentication.hasOwn();
    }

    /** Requests that Tomcat has given the session to and that have not ended. */
    int uses() {
        return uses;
    }

    @Override
    public long getCreationTime() {
        checkValid("getCreationTime");
        return getCreationTimeInternal();
    }

    @Override
    public long getCreationTimeInternal() {
        SessionMeta meta = meta();
        return meta == null ? 0 : meta.createdMillis();
    }

    @Override
    public void setCreationTime(long time) {
        thisAccessedMillis = time;
        lastAccessedMillis = time;
        changeMeta(m -> new SessionMeta(time, m.maxInactiveSeconds(), m.authType(), m.principal(), m.notes()));
    }

    @Override
    public long getThisAccessedTime() {
        checkValid("getThisAccessedTime");
        return thisAccessedMillis;
    }

    @Override
    public long getThisAccessedTimeInternal() {
        return thisAccessedMillis;
    }

    @Override
    public long getLastAccessedTime() {
        checkValid("getLastAccessedTime");
        return lastAccessedMillis;
    }

    @Override
    public long getLastAccessedTimeInternal() {
        return lastAccessedMillis;
    }

    @Override
    public long getIdleTime() {
        checkValid("getIdleTime");
        return getIdleTimeInternal();
    }

    @Override
    public long getIdleTimeInternal() {
        return deployment.wallMillis()
                - (manager().getSessionLastAccessAtStart() ? lastAccessedMillis : thisAccessedMillis);
    }

    @Override
    public int getMaxInactiveInterval() {
        SessionMeta meta = meta();
        return meta == null ? -1 : meta.maxInactiveSeconds();
    }

    @Override
    public void setMaxInactiveInterval(int interval) {
        if (lives() && interval != getMaxInactiveInterval()) {
            changeMeta(m -> new SessionMeta(m.createdMillis(), interval, m.authType(), m.principal(), m.notes()));
            BatonSingleSignOn.lives(this, interval);
        }
    }

    @Override
    public boolean isNew() {
        checkValid("isNew");
        return isNew;
    }

    @Override
    public void setNew(boolean isNew) {
        this.isNew = isNew;
    }

    // ---- identity and surroundings

    @Override
    public String getId() {
        return SessionIds.withRoute(state.key().id(), deployment.route());
    }

    @Override
    public String getIdInternal() {
        return getId();
    }

    /** The id of a session changes only through {@link Manager#rotateSessionId}. */
    @Override
    public void setId(String id) {
        setId(id, true);
    }

    @Override
    public void setId(String id, boolean notify) {
        throw new UnsupportedOperationException("the id of a clustered session changes by rotateSessionId only");
    }

    @Override
    public void tellChangedSessionId(String newId, String oldId, boolean notifySessionListeners,
                                     boolean notifyContainerListeners) {
        fire(SESSION_CHANGED_ID_EVENT, oldId);
        deployment.events().idChanged(getSession(), oldId, newId, notifySessionListeners, notifyContainerListeners);
    }

    @Override
    public Manager getManager() {
        return deployment.manager();
    }

    @Override
    public void setManager(Manager other) {
        if (other != deployment.manager()) {
            throw new UnsupportedOperationException("a clustered session stays with its manager");
        }
    }

    @Override
    public synchronized void addSessionListener(SessionListener listener) {
        SessionListener[] more = Arrays.copyOf(listeners, listeners.length + 1);
        more[listeners.length] = listener;
        listeners = more;
    }

    @Override
    public synchronized void removeSessionListener(SessionListener listener) {
        List<SessionListener> fewer = new ArrayList<>(List.of(listeners));
        fewer.remove(listener);
        listeners = fewer.toArray(NO_LISTENERS);
    }

    void fire(String type, Object data) {
        SessionListener[] present = listeners;
        if (present.length == 0) {
            return;
        }
        SessionEvent event = new SessionEvent(this, type, data);
        for (SessionListener listener : present) {
            listener.sessionEvent(event);
        }
    }

    // ---- authentication

    @Override
    public String getAuthType() {
        SessionMeta meta = meta();
        return meta == null ? null : meta.authType();
    }

    @Override
    public void setAuthType(String authType) {
        authentication.setAuthType(authType);
    }

    @Override
    public Principal getPrincipal() {
        return authentication.principal();
    }

    @Override
    public void setPrincipal(Principal principal) {
        authentication.setPrincipal(principal);
    }

    @Override
    public Object getNote(String name) {
        return authentication.note(name);
    }

    @Override
    public Iterator<String> getNoteNames() {
        return authentication.noteNames().iterator();
    }

    @Override
    public void setNote(String name, Object value) {
        authentication.setNote(name, value);
    }

    @Override
    public void removeNote(String name) {
        authentication.setNote(name, null);
    }
}
