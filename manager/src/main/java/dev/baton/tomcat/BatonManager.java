package dev.baton.tomcat;

import dev.baton.access.AccessLog;
import dev.baton.access.LockOwner;
import dev.baton.model.SessionMeta;
import dev.baton.model.Settings;
import dev.baton.node.Application;
import dev.baton.node.ApplicationSettings;
import dev.baton.node.JmxView;
import dev.baton.node.SessionUnavailable;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.management.ObjectName;
import org.apache.catalina.Container;
import org.apache.catalina.Context;
import org.apache.catalina.DistributedManager;
import org.apache.catalina.Engine;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.LifecycleState;
import org.apache.catalina.Server;
import org.apache.catalina.Session;
import org.apache.catalina.connector.CoyoteAdapter;
import org.apache.catalina.session.StandardSession;
import org.apache.catalina.session.TooManyActiveSessionsException;

/**
 * A session manager whose sessions are the same on every node of a cluster: name it in a {@code context.xml}. Each
 * session is guarded by a lock token, changed by deltas, and kept on other nodes as well. Settings are bean properties
 * ({@link dev.baton.model.Settings}), checked when set; all of Tomcat's common Manager attributes keep their meaning.
 *
 * <p>A session that exists but cannot be had now is never answered with null or with a new one: {@link #findSession}
 * throws {@link SessionUnavailable}, and the request is answered with 503.
 *
 * <p>Under the name {@value #STATUS} the servlet context has a {@code Function<String, Map<String, Object>>}
 * from a session's id to plain JDK values, which tells status pages where the session stands, see {@link #status}.
 */
public final class BatonManager extends ManagerSettings implements DistributedManager {
    /** Name of the servlet context's attribute for status pages. */
    public static final String STATUS = "dev.baton.status";

    /** Below it run filters and servlets. */
    private static final String SERVLET = "org.apache.catalina.core.StandardWrapperValve";
    private static final long CENSUS_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long UNDEPLOY_NANOS = TimeUnit.SECONDS.toNanos(5);

    private Assembly assembly = Assembly.PROCESS;
    private Assembly.Seat seat;
    private JmxView view;
    private volatile Deployment deployment;
    private BatonSingleSignOn signOn;
    private final CreatedSessions created = new CreatedSessions();

    public BatonManager() {
        sessions = new StoredSessions(this);
    }

    /** For tests: several nodes in one process. */
    void assembly(Assembly other) {
        assembly = other;
    }

    // ---- life

    /** Installs the Valve at once: called while the configuration is read, so that it precedes the authenticator. */
    @Override
    public void setContext(Context context) {
        super.setContext(context);
        if (context != null) {
            Boundaries.install(context);
        }
    }

    @Override
    protected void startInternal() throws LifecycleException {
        super.startInternal();
        Context context = getContext();
        Boundaries.keepOne(context);
        // Host, context path and version: the same on every node, whatever engine or machine it runs in.
        String name = context.getParent().getName() + context.getName();
        ClassLoader loader = context.getLoader().getClassLoader();
        AttributeProblems problems = new AttributeProblems(name, settings().unreadable() == Settings.Unreadable.DROP);
        seat = assembly.join(settings(), NodeNames.of(settings(), getEngine()));
        boolean started = false;
        try {
            signOn = BatonSingleSignOn.join(context, seat.node(), assembly.clock(), settings().serialFilter());
            SerialFilter filter = new SerialFilter(loader, settings().serialFilter(),
                    getSessionAttributeValueClassNamePattern());
            Application application = seat.node().deploy(name, new WebappSerializer(loader, filter,
                            settings().maxSessionSize(), problems::refusedWhenRead),
                    new Expiries(this, problems), ApplicationSettings.of(settings()));
            MetaForm metaForm = new MetaForm(loader, SerialFilter.forLogins(loader, settings().serialFilter()));
            deployment = new Deployment(this, seat.node(), application, metaForm, assembly.clock());
            view = Figures.of(deployment, problems);
            started = true;
        } catch (IllegalArgumentException e) {
            throw new LifecycleException("Application " + name + " cannot join the cluster: " + e.getMessage(), e);
        } finally {
            if (!started) {
                leaveSignOn();
                seat.release(false);
            }
        }
        if (server() != null) {
            assembly.endWith(server());
        }
        view.register("dev.baton:type=Sessions,cluster=" + settings().cluster() + ",application="
                + ObjectName.quote(name), seat.node().self().name(), context.getLogger()::warn);
        Function<String, Map<String, Object>> status = this::status;
        context.getServletContext().setAttribute(STATUS, status);
        setState(LifecycleState.STARTING);
    }

    /** Hands the sessions over: none expires, no listener runs. */
    @Override
    protected void stopInternal() throws LifecycleException {
        setState(LifecycleState.STOPPING);
        Deployment ended = deployment;
        if (ended != null) {
            getContext().getServletContext().removeAttribute(STATUS);
            view.unregister();
            ended.node().undeploy(ended.application(), UNDEPLOY_NANOS);
            deployment = null;
            leaveSignOn();
            seat.release(server() != null && server().getState().isAvailable());
        }
        super.stopInternal();
    }

    private void leaveSignOn() {
        if (signOn != null) {
            signOn.leave();
            signOn = null;
        }
    }

    /** The Tomcat around this application, or null where there is none. */
    private Server server() {
        Engine engine = getEngine();
        return engine == null || engine.getService() == null ? null : engine.getService().getServer();
    }

    /** @throws SessionUnavailable where the manager is not running */
    private Deployment deployed() {
        Deployment now = deployment;
        if (now == null) {
            throw new SessionUnavailable(SessionUnavailable.Reason.STOPPING,
                    "application " + getContext().getName() + " is not running");
        }
        return now;
    }

    /** Null where the manager is not running. */
    Deployment deployment() {
        return deployment;
    }

    /** Whether this node knows itself without a majority. */
    boolean cutOff() {
        Deployment now = deployment;
        return now != null && now.node().effective() != null && !now.node().serving();
    }

    /** A request was refused for want of its session, or of the acknowledgement of its changes. */
    void refused() {
        Deployment now = deployment;
        if (now != null) {
            now.refused();
        }
    }

    // ---- finding and making sessions

    /**
     * Takes no token, decodes nothing, creates nothing; answered from memory where possible.
     *
     * @return null only where the store says that there is no such session, or the text cannot be an id, or whoever
     *         asks does not miss it ({@link LoginQuestion}, {@link Bystander}), or the application stops and the
     *         connector asks, for a request that has not come to it: it waits for the end of a reload, and Tomcat asks
     *         again then. Not where there is a newer version of the application, which would serve the request
     *         instead, as that of a stranger
     * @throws SessionUnavailable where nobody can tell now
     */
    @Override
    public TrackedSession findSession(String id) {
        String base = SessionIds.base(id);
        if (base == null || deployment == null && !asksItself() && !losesToNewer()) {
            return null;
        }
        try {
            Deployment asked = deployed();
            TrackedSession session = asked.find(base);
            mustServe(asked);
            return session;
        } catch (SessionUnavailable e) {
            if (e.reason() == SessionUnavailable.Reason.STOPPING && asksTheConnector() && !hasNewerVersion()) {
                return null;
            }
            throw e;
        }
    }

    /** Whether the request would not wait for the end of the reload. The newest version is the one that Tomcat falls to. */
    private boolean losesToNewer() {
        return getContext().getPaused() && asksTheConnector() && hasNewerVersion();
    }

    private boolean hasNewerVersion() {
        Context own = getContext();
        for (Container child : own.getParent().findChildren()) {
            if (child instanceof Context other && other.getPath().equals(own.getPath())
                    && other.getWebappVersion().compareTo(own.getWebappVersion()) > 0
                    && (other.getState().isAvailable() || other.getPaused())) {
                return true;
            }
        }
        return false;
    }

    private static boolean asksTheConnector() {
        return StackWalker.getInstance().walk(frames -> frames.anyMatch(
                f -> f.getClassName().equals(CoyoteAdapter.class.getName()) && f.getMethodName().equals("postParseRequest")));
    }

    /**
     * For a request that may have waited for its session on its way to the servlet. An application that was stopped
     * meanwhile has none for it any more: Tomcat would say that there is no such page, or fail. Who has come to a servlet
     * goes on: Tomcat lets it finish.
     *
     * @throws SessionUnavailable where the application was stopped since it was that deployment
     */
    void mustServe(Deployment asked) {
        if ((asked != deployment || !getContext().getState().isAvailable()) && asksItself() && !inServlet()) {
            throw RequestScope.current().failed(new SessionUnavailable(SessionUnavailable.Reason.STOPPING,
                    "application " + getContext().getName() + " was stopped while the request was on its way to it"));
        }
    }

    private static boolean inServlet() {
        return StackWalker.getInstance().walk(frames -> frames.anyMatch(f -> f.getClassName().equals(SERVLET)));
    }

    /** Whether this thread runs a request of this application; others may come by a stopped one, and find nothing. */
    private boolean asksItself() {
        RequestScope scope = RequestScope.current();
        return scope != null && scope.request() != null && scope.request().getContext() == getContext();
    }

    /**
     * A new session within the caller's scope; the store learns of it, at the latest, when the scope ends.
     *
     * @param id chosen by the client and checked by Tomcat, or null
     */
    @Override
    public Session createSession(String id) {
        if (getMaxActiveSessions() >= 0 && getActiveSessions() >= getMaxActiveSessions()) {
            rejectedSessions++;
            throw new TooManyActiveSessionsException(sm.getString("managerBase.createSession.ise"),
                    getMaxActiveSessions());
        }
        RequestScope scope = RequestScope.current();
        if (scope != null) {
            try {
                return create(SessionIds.base(id), scope);
            } catch (SessionUnavailable e) {
                throw scope.failed(e);
            }
        }
        RequestScope own = RequestScope.open(null);
        TrackedSession session;
        try {
            session = create(SessionIds.base(id), own);
        } finally {
            own.close(false);
        }
        if (own.failure() != null) {
            throw own.failure();
        }
        return session;
    }

    private TrackedSession create(String wanted, RequestScope scope) {
        Deployment now = deployed();
        SessionMeta meta = new SessionMeta(now.wallMillis(), getContext().getSessionTimeout() * 60, null, null, null);
        AccessLog access = wanted == null ? null : createAs(now.application(), wanted, meta, now.turnsOwner(scope));
        if (access == null) {
            access = now.application().create(now.application().drawId(this::candidate), meta,
                    now.turnsOwner(scope));
        }
        TrackedSession session = now.session(access.state());
        scope.adopt(session, access);
        session.seen(meta, 0);
        session.setNew(true);
        created.created(meta.createdMillis());
        session.fire(Session.SESSION_CREATED_EVENT, null);
        now.events().created(session.getSession());
        return session;
    }

    /** Sessions made by this node since the manager was made. */
    @Override
    public long getSessionCounter() {
        return created.count();
    }

    @Override
    public int getSessionCreateRate() {
        return created.perMinute(assembly.clock().wallMillis());
    }

    /** Asks the store at once whether the id that the client chose is free; null where it does not take it. */
    private AccessLog createAs(Application application, String id, SessionMeta meta, LockOwner owner) {
        if (application.lookup(id, lockTimeoutNanos()) != null) {
            return null;
        }
        AccessLog access;
        try {
            access = application.create(id, meta, owner);
        } catch (IllegalArgumentException e) {
            // Another request of this node makes a session of that id at this moment.
            return null;
        }
        try {
            application.awaitDurable(access, application.complete(access).version(), commitTimeoutNanos());
            return access;
        } catch (SessionUnavailable e) {
            application.leave(access);
            if (e.reason() == SessionUnavailable.Reason.TOKEN_LOST || access.end() == AccessLog.End.NOT_CREATED) {
                // Also the id of a session that has ended a moment ago: late messages for that one are told by it.
                return null;
            }
            throw e;
        }
    }

    private String candidate() {
        String id = generateSessionId();
        String base = SessionIds.base(id);
        // What stands behind another dot than the route's would be lost, and could be all that nobody can guess.
        if (base == null
                || !id.equals(base) && !id.equals(SessionIds.withRoute(base, getSessionIdGenerator().getJvmRoute()))) {
            throw new IllegalStateException("the SessionIdGenerator " + getSessionIdGenerator().getClass().getName()
                    + " made an id with characters that cannot be in a session id (a dot only before the route), or of"
                    + " a wrong length");
        }
        return base;
    }

    /** Sessions of this manager are made by {@link #createSession} only. */
    @Override
    public Session createEmptySession() {
        throw new UnsupportedOperationException("a clustered session is made by createSession");
    }

    @Override
    protected StandardSession getNewSession() {
        throw new UnsupportedOperationException("a clustered session is made by createSession");
    }

    /** Nothing to load: the sessions are in the cluster. */
    @Override
    public void load() {
    }

    @Override
    public void unload() {
    }

    /** Only the store decides expiry; the background thread keeps figures up to date and frees memory. */
    @Override
    public void processExpires() {
        getMaxActive();
        Deployment now = deployment;
        if (now != null) {
            now.application().shrinkIdle();
        }
    }

    /** As of when somebody asks, and of each round of the background thread: sessions come and go by the store. */
    @Override
    public int getMaxActive() {
        int active = getActiveSessions();
        if (active > super.getMaxActive()) {
            setMaxActive(active);
        }
        return super.getMaxActive();
    }

    @Override
    public void backgroundProcess() {
        super.backgroundProcess();
        Deployment now = deployment;
        if (now != null) {
            now.ties().check();
        }
    }

    /** The session ended elsewhere: what this node has of it ends as soon as a thread may call the application. */
    void endTies(TrackedSession session) {
        LocalTies ties = session.deployment().ties();
        if (server() != null && ties.has(session)) {
            server().getUtilityExecutor().execute(ties::check);
        }
    }

    /** Where its end was asked for here, and the store agrees too late, nobody but this tells the application. */
    void endLate(TrackedSession session) {
        if (server() != null && session.phase() == SessionFrame.Phase.DOUBTED) {
            server().getUtilityExecutor().execute(() -> SessionEnd.agreedLate(session));
        }
    }

    // ---- the whole cluster

    /** @return at least 1 where it is not known: Tomcat undeploys an old version of an application that has none */
    @Override
    public int getActiveSessionsFull() {
        Deployment now = deployment;
        Application.Census census = now == null ? null : now.application().census(CENSUS_NANOS);
        return census == null ? Math.max(1, getActiveSessions())
                : (int) Math.min(Integer.MAX_VALUE, census.sessions());
    }

    /** Ids with this node's route, of at most some thousands of sessions; those of this node where no more is known. */
    @Override
    public Set<String> getSessionIdsFull() {
        Deployment now = deployment;
        Application.Census census = now == null ? null : now.application().census(CENSUS_NANOS);
        Set<String> ids = new TreeSet<>(census == null ? sessions.keySet() : Set.of());
        if (census != null) {
            census.ids().forEach(id -> ids.add(SessionIds.withRoute(id, now.route())));
        }
        return ids;
    }

    /** The sessions of the whole cluster, so that Tomcat's Manager application lists and ends them from any node. */
    @Override
    public Session[] findSessions() {
        return getSessionIdsFull().stream().map(sessions::get).filter(Objects::nonNull).toArray(Session[]::new);
    }

    // ---- changing ids

    @Override
    public String rotateSessionId(Session session) {
        if (!(session instanceof TrackedSession tracked)) {
            throw new IllegalArgumentException("not a session of this manager: " + session);
        }
        return tracked.rotate(this::candidate, true, true);
    }

    /**
     * A change of the route alone is none here. Other ids are drawn so that old and new stay together in the store: one
     * that the caller chose is refused unless it happens to.
     */
    @Override
    protected void changeSessionId(Session session, String newId, boolean notifySessionListeners,
                                   boolean notifyContainerListeners) {
        String base = SessionIds.base(newId);
        if (base == null || !(session instanceof TrackedSession tracked)) {
            throw new IllegalArgumentException("the session's id cannot be changed to a text of "
                    + (newId == null ? "no" : newId.length()) + " characters");
        }
        if (!base.equals(tracked.key().id())) {
            tracked.rotate(() -> base, notifySessionListeners, notifyContainerListeners);
        }
    }

    // ---- status

    /**
     * Where a session stands, as far as this node knows, for status pages; costs a walk over the node's tables, so it
     * is for people, not for each request. Keys and types:
     * <ul>
     * <li>{@code node}, {@code cluster}: String; {@code members}: List of String; {@code serving}: Boolean;
     *     {@code underReplicated} (segments): Integer
     * <li>{@code session} (hashed), {@code fence}: String; {@code version}: Long; {@code sessionBytes}: Integer
     * <li>{@code holder} (process with the token), {@code primary}: String, absent where not known here;
     *     {@code backups}: List of String
     * <li>{@code commits}: the last changes made at this node, oldest first: List of Map with {@code request}: String,
     *     {@code version}: Long, {@code sentBytes} and {@code sessionBytes}: Integer
     * </ul>
     *
     * @param id of a session, with or without route; null for the node alone
     */
    public Map<String, Object> status(String id) {
        Deployment now = deployed();
        Map<String, Object> map = SessionStatus.ofNode(now.node(), settings().cluster());
        String base = SessionIds.base(id);
        if (base != null) {
            SessionStatus.addSession(map, now, base);
        }
        return map;
    }
}
