package dev.baton.tomcat;

import dev.baton.access.AccessLog;
import dev.baton.access.ClientState;
import dev.baton.access.LockOwner;
import dev.baton.model.Settings;
import dev.baton.node.Application;
import dev.baton.node.Application.Completed;
import dev.baton.node.Clock;
import dev.baton.node.EarlyEntry;
import dev.baton.node.SessionNode;
import dev.baton.node.SessionUnavailable;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.catalina.Context;
import org.apache.catalina.connector.Request;
import org.apache.catalina.session.Constants;
import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;

/**
 * The web application as the cluster serves it, from one start of the manager to the next stop. Its sessions refer to
 * it, so that one that somebody kept over a reload never meets the application's next life.
 */
final class Deployment {
    private static final Log log = LogFactory.getLog(Deployment.class);
    /** Attributes, by name. */
    private static final int MAX_LEARNT = 1_000;
    /** So many are named. */
    private static final int MAX_USERS = 2;
    private static final String WEBSOCKETS = "org.apache.tomcat.websocket.server.WsHttpSessionBindingListener";

    private final BatonManager manager;
    private final SessionNode node;
    private final Application application;
    private final SessionEvents events;
    private final MetaForm metaForm;
    private final String route;
    private final ClassLoader loader;
    private final Clock clock;
    private final RequestLog requests = new RequestLog();
    private final NextRequests nextRequests = new NextRequests();
    /** The stays of this process, and whose they are. */
    private final Map<AccessLog, RequestScope> inside = new ConcurrentHashMap<>();
    private final LocalTies ties = new LocalTies(this);
    private final LongAdder refusals = new LongAdder();
    private final Set<String> writtenAfterReading = ConcurrentHashMap.newKeySet();

    Deployment(BatonManager manager, SessionNode node, Application application, MetaForm metaForm, Clock clock) {
        this.manager = manager;
        this.node = node;
        this.application = application;
        this.events = new SessionEvents(manager.getContext());
        this.metaForm = metaForm;
        this.route = manager.getJvmRoute();
        this.loader = manager.getContext().getLoader().getClassLoader();
        this.clock = clock;
    }

    BatonManager manager() {
        return manager;
    }

    SessionNode node() {
        return node;
    }

    Application application() {
        return application;
    }

    Context context() {
        return manager.getContext();
    }

    SessionEvents events() {
        return events;
    }

    LocalTies ties() {
        return ties;
    }

    RequestLog requests() {
        return requests;
    }

    NextRequests nextRequests() {
        return nextRequests;
    }

    MetaForm metaForm() {
        return metaForm;
    }

    /** The class loader of the application. */
    ClassLoader loader() {
        return loader;
    }

    /** Makes the application's class loader the thread's. Not by the Context, which does it otherwise in Tomcat 10.1. */
    ClassLoader bind() {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        return before;
    }

    static void unbind(ClassLoader before) {
        Thread.currentThread().setContextClassLoader(before);
    }

    /** What this node's ids end with, or null. */
    String route() {
        return route;
    }

    long nanos() {
        return clock.nanos();
    }

    long wallMillis() {
        return clock.wallMillis();
    }

    /** @param nanos of the monotonic clock */
    long wallMillisAt(long nanos) {
        return clock.wallMillis() - (clock.nanos() - nanos) / 1_000_000;
    }

    /** The one object that stands for the session in this process. */
    TrackedSession session(ClientState state) {
        return state.companion(TrackedSession.class, () -> new TrackedSession(this, state));
    }

    /**
     * @return null only where the store says that there is no such session, or see {@link LoginQuestion} and
     *         {@link Bystander}
     */
    TrackedSession find(String base) {
        RequestScope scope = RequestScope.current();
        if (scope == null && RequestScope.unanswered() && Bystander.asksAfterTheAnswer()) {
            return null;
        }
        Expectation expectation = scope == null ? null : scope.expectation(this);
        Application.Found found = expectation == null ? null : expectation.lookup(application, base);
        try {
            if (found == null) {
                if (scope != null) {
                    scope.checkAnswered(this, base);
                }
                found = application.lookup(base, manager.lockTimeoutNanos());
            }
        } catch (SessionUnavailable e) {
            if (scope != null) {
                scope.hadNoAnswer(this, base, e);
            }
            ClientState known = application.known(base);
            if (LoginQuestion.isHarmless(context(), known == null ? null : known.meta()) || Bystander.asks()) {
                return null;
            }
            throw scope == null ? e : scope.failed(e);
        }
        TrackedSession session = found == null ? null : session(application.state(base));
        if (session == null || !session.isValid()) {
            return null;
        }
        session.seen(found.meta(), found.idleNanos());
        session.state().token().seenAt(found.holder());
        if (expectation != null) {
            expectation.found(session);
        }
        return session;
    }

    /** @return null where there is no such session any more */
    AccessLog enter(TrackedSession session, RequestScope scope, long timeoutNanos) {
        EarlyEntry early = scope.entersEarly(session);
        AccessLog access = scope.joinLocks(session);
        if (access == null) {
            access = early != null ? application.enter(early, timeoutNanos)
                    : application.enter(session.state(), turnsOwner(scope), timeoutNanos);
        } else if (early != null) {
            application.drop(early);
        }
        session.entered();
        return access;
    }

    /** A request was refused. */
    void refused() {
        refusals.increment();
    }

    /** Requests refused. */
    long refusals() {
        return refusals.sum();
    }

    /** Who takes a turn; null where requests need none. */
    LockOwner turnsOwner(RequestScope scope) {
        return manager.settings().threadLocks() == Settings.ThreadLocks.SESSION ? scope.owner(this) : null;
    }

    /** @param request on whose behalf, or null */
    Completed complete(TrackedSession session, AccessLog access, Request request) {
        return completed(session, application.complete(access, manager.commitTimeoutNanos()), request);
    }

    /** As {@link #complete}, where the stay does nothing more: see {@link Application#conclude}. */
    Completed conclude(TrackedSession session, AccessLog access, Request request) {
        return completed(session, application.conclude(access, manager.commitTimeoutNanos()), request);
    }

    private Completed completed(TrackedSession session, Completed done, Request request) {
        if (!done.gone()) {
            session.metaChanged(session.state().meta());
        }
        if (request != null && done.sent()) {
            requests.add(new RequestLog.Entry(session.key(), RequestName.of(request), done.version(),
                    done.deltaBytes(), done.wholeBytes()));
        }
        return done;
    }

    void awaitDurable(AccessLog access, long version) {
        application.awaitDurable(access, version, manager.commitTimeoutNanos());
    }

    /** @see Application#whenDurable */
    void whenDurable(AccessLog access, long version, Consumer<SessionUnavailable> end) {
        application.whenDurable(access, version, manager.commitTimeoutNanos(), end);
    }

    void leave(AccessLog access) {
        inside.remove(access);
        application.leave(access);
    }

    /** That stay is the scope's, until {@link #leave} or {@link #disowned}. */
    void owned(AccessLog access, RequestScope scope) {
        inside.put(access, scope);
    }

    void disowned(AccessLog access) {
        inside.remove(access);
    }

    /** Whether requests that read the attribute have met others that went on to write it, as they did. */
    boolean writtenAfterReading(String attribute) {
        return writtenAfterReading.contains(attribute);
    }

    void learnWrittenAfterReading(String attribute) {
        if (writtenAfterReading.size() < MAX_LEARNT && writtenAfterReading.add(attribute)) {
            log.info("Requests read attribute '" + attribute + "' of " + context().getName() + " and then write it, at the"
                    + " same time: from now on reading locks it exclusively");
        }
    }

    /** Who is inside the session, for people; empty where nobody is known. */
    String users(ClientState state) {
        Set<String> names = new TreeSet<>();
        inside.forEach((access, scope) -> {
            if (access.state() == state) {
                String name = scope.name();
                // Tomcat uses a request's object for the next one as soon as it has left.
                if (inside.containsKey(access)) {
                    names.add(name);
                }
            }
        });
        int more = names.size() - MAX_USERS;
        return String.join(" and ", names.stream().limit(MAX_USERS).toList()) + (more > 0 ? " and " + more + " more" : "");
    }

    void destroy(AccessLog access) {
        application.destroy(access, manager.commitTimeoutNanos());
    }

    String rename(AccessLog access, Supplier<String> candidates) {
        return application.rename(access, candidates, manager.commitTimeoutNanos());
    }

    /** @see Application#user */
    void user(SessionFrame session, boolean comes) {
        application.user(session.state(), comes);
    }

    void accessed(SessionFrame session) {
        application.accessed(session.state());
    }

    /**
     * A request joined the session: where the id that it sent names another node's route, the client gets it with this
     * one's. Not where the request made the session.
     */
    void joined(TrackedSession session) {
        RequestScope scope = RequestScope.current();
        if (scope == null) {
            return;
        }
        scope.joined(session);
        Request request = scope.request();
        if (request != null && route != null && request.getContext() == context()
                && session.key().id().equals(SessionIds.base(request.getRequestedSessionId()))
                && !request.getResponse().isCommitted()
                && !Objects.equals(SessionIds.route(request.getRequestedSessionId()), route)) {
            request.changeSessionId(session.getId());
        }
    }

    /**
     * Whether the configuration, or Tomcat itself, keeps the attribute on this node; also what newer Tomcats put into
     * the session of a WebSocket, to hear of the session's end: each node has its own WebSockets.
     */
    boolean keepsLocal(String name, Object value) {
        return Constants.excludedAttributeNames.contains(name) || name.equals(WEBSOCKETS)
                || !manager.willAttributeDistribute(name, value);
    }
}
