package dev.baton.tomcat;

import dev.baton.node.Clock;
import dev.baton.node.SessionNode;
import dev.baton.node.SessionUnavailable;
import dev.baton.tomcat.SignOns.Member;
import dev.baton.tomcat.SignOns.SignOn;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.ObjectInputFilter;
import java.security.Principal;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.catalina.Container;
import org.apache.catalina.Context;
import org.apache.catalina.Host;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.Realm;
import org.apache.catalina.Session;
import org.apache.catalina.Valve;
import org.apache.catalina.authenticator.Constants;
import org.apache.catalina.authenticator.NonLoginAuthenticator;
import org.apache.catalina.authenticator.SingleSignOn;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;

/**
 * Tomcat's single sign-on over all nodes: who logged in to one application of the Host, at whatever node, is known to
 * the others; who logs out of one is logged out of all, before the answer leaves. Stands in a {@code <Host>} in place of
 * Tomcat's own, whose settings it has, on every node. Sign-ons are kept in the cluster of the Host's
 * {@link BatonManager}s, which must be one and the same; until the first of them runs, nobody is signed on.
 *
 * <p>With {@code requireReauthentication} the password is kept with the sign-on, as Tomcat does, in the memory of the
 * nodes that store it; without, it is not.
 *
 * <p>A session knows the sign-on it takes part in by a note that travels with it, so that whichever node ends it can
 * tell. It takes part in the one whose cookie came last.
 */
public class BatonSingleSignOn extends SingleSignOn {
    private static final Log log = LogFactory.getLog(BatonSingleSignOn.class);

    /** A session's note: the id of its sign-on. */
    static final String NOTE = "dev.baton.signOn";
    private static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private int applications;
    /** By the applications' patterns. One that ended keeps its own here for the others, as it may just be reloaded. */
    private final Map<String, ObjectInputFilter> filters = new ConcurrentHashMap<>();
    /** Null while no application with a {@link BatonManager} runs. */
    private volatile SignOns signOns;
    private volatile SignOff signOff;

    /** @throws IllegalArgumentException where this is not the pipeline of a Host */
    @Override
    public void setContainer(Container container) {
        if (container != null && !(container instanceof Host)) {
            throw new IllegalArgumentException(getClass().getName() + " belongs into a <Host>, not into "
                    + container.getClass().getSimpleName() + " '" + container.getName() + "'");
        }
        super.setContainer(container);
    }

    /** The one that the application's authenticator uses, or null. */
    static BatonSingleSignOn of(Context context) {
        if (context.getParent() != null) {
            for (Valve valve : context.getParent().getPipeline().getValves()) {
                if (valve instanceof BatonSingleSignOn found) {
                    return found;
                }
            }
        }
        return null;
    }

    // ---- life

    /**
     * An application with a BatonManager begins.
     *
     * @param serialFilter of the application, or null; of principals is read what one of the applications lets through
     * @return what it is to {@link #leave}, or null where its Host has no such Valve
     * @throws LifecycleException where it is of another cluster than the Host's others
     */
    static BatonSingleSignOn join(Context context, SessionNode node, Clock clock, String serialFilter)
            throws LifecycleException {
        BatonSingleSignOn valve = of(context);
        if (valve != null) {
            valve.join(node, clock, serialFilter);
        }
        return valve;
    }

    private synchronized void join(SessionNode node, Clock clock, String serialFilter) throws LifecycleException {
        if (applications > 0 && signOns.node() != node) {
            throw new LifecycleException("The applications of Host " + getContainer().getName()
                    + " are of different clusters: they cannot have one " + getClass().getName());
        }
        // No class loader's own classes: of what is beside this one in Tomcat's lib, only what list or pattern names.
        filters.computeIfAbsent(Objects.requireNonNullElse(serialFilter, ""), p -> SerialFilter.forLogins(null, p));
        if (applications == 0) {
            signOff = new SignOff((Host) getContainer());
            try {
                signOns = new SignOns((Host) getContainer(), node, clock, SerialFilter.anyOf(filters.values()),
                        signOff::finish);
            } catch (IllegalArgumentException e) {
                throw new LifecycleException("Single sign-on of Host " + getContainer().getName()
                        + " cannot join the cluster: " + e.getMessage(), e);
            }
        }
        applications++;
    }

    /** It ends. */
    synchronized void leave() {
        if (--applications == 0) {
            SignOns last = signOns;
            signOns = null;
            last.close(CLOSE_NANOS);
            filters.clear();
        }
    }

    /** Null while no application with a {@link BatonManager} runs. */
    SignOns signOns() {
        return signOns;
    }

    // ---- requests

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        request.removeNote(Constants.REQ_SSOID_NOTE);
        SignOns now = signOns;
        Context context = request.getContext();
        String id = now == null || context == null || request.getUserPrincipal() != null ? null : cookie(request);
        if (id == null) {
            getNext().invoke(request, response);
            return;
        }
        SignOn signOn;
        try {
            signOn = now.find(id);
        } catch (SessionUnavailable e) {
            // Without a login of Tomcat's nobody is missed; with one, a wrong "nobody" would be a silent logout.
            if (context.getManager() instanceof BatonManager manager
                    && !(context.getAuthenticator() instanceof NonLoginAuthenticator)) {
                Refusal.answerByText(request, response, e, manager);
            } else {
                getNext().invoke(request, response);
            }
            return;
        }
        if (signOn == null) {
            // Tomcat's own knows nobody, and takes the cookie away.
            super.invoke(request, response);
            return;
        }
        request.setNote(Constants.REQ_SSOID_NOTE, id);
        if (!getRequireReauthentication()) {
            populate(request, signOn, signOn.principal());
        }
        getNext().invoke(request, response);
    }

    private String cookie(Request request) {
        Cookie[] cookies = request.getCookies();
        if (cookies != null) {
            for (Cookie cookie : cookies) {
                if (getCookieName().equals(cookie.getName())) {
                    return cookie.getValue();
                }
            }
        }
        return null;
    }

    // ---- what authenticators call

    private interface Question<T> {
        T ask(SignOns signOns);
    }

    /** The failure is the request's, also where the application catches it. */
    private <T> T ask(T none, Question<T> question) {
        SignOns now = signOns;
        if (now == null) {
            return none;
        }
        try {
            return question.ask(now);
        } catch (SessionUnavailable e) {
            RequestScope scope = RequestScope.current();
            throw scope == null ? e : scope.failed(e);
        }
    }

    /** What need not be where the application has another Manager: it goes on without a sign-on. */
    private boolean tryTo(Question<Boolean> question) {
        try {
            return ask(false, question);
        } catch (SessionUnavailable e) {
            if (RequestScope.current() != null) {
                throw e;
            }
            log.warn("A login does not take part in the single sign-on: " + e.getMessage());
            return false;
        }
    }

    @Override
    protected void register(String ssoId, Principal principal, String authType, String username, String password) {
        // A logout without a sign-on begins none: Tomcat takes the cookie away again when it comes.
        if (principal != null) {
            tryTo(s -> {
                s.create(ssoId, principal, authType, username, kept(password));
                return true;
            });
        }
    }

    private String kept(String password) {
        return getRequireReauthentication() ? password : null;
    }

    @Override
    protected boolean update(String ssoId, Principal principal, String authType, String username, String password) {
        return tryTo(s -> {
            SignOn there = s.find(ssoId);
            return there != null && !canReauthenticate(there)
                    && s.update(ssoId, principal, authType, username, kept(password));
        });
    }

    @Override
    protected boolean associate(String ssoId, Session session) {
        return ssoId.equals(session.getNote(NOTE)) || tryTo(s -> {
            // FORM login shortens it for a while.
            int seconds = session.getMaxInactiveInterval() <= 0 ? 0 : Math.max(session.getMaxInactiveInterval(),
                    60 * session.getManager().getContext().getSessionTimeout());
            if (!s.add(ssoId, member(session), seconds)) {
                return false;
            }
            session.setNote(NOTE, ssoId);
            if (!(session instanceof SessionFrame)) {
                session.addSessionListener(getSessionListener(ssoId));
            }
            return true;
        });
    }

    @Override
    protected boolean reauthenticate(String ssoId, Realm realm, Request request) {
        if (ssoId == null || realm == null) {
            return false;
        }
        return ask(false, s -> {
            SignOn there = s.find(ssoId);
            String[] credentials = there == null || !canReauthenticate(there) ? null : s.credentials(ssoId);
            Principal again = credentials == null || credentials[0] == null ? null
                    : realm.authenticate(credentials[0], credentials[1]);
            if (again != null) {
                populate(request, there, again);
            }
            return again != null;
        });
    }

    private static boolean canReauthenticate(SignOn there) {
        return HttpServletRequest.BASIC_AUTH.equals(there.authType())
                || HttpServletRequest.FORM_AUTH.equals(there.authType());
    }

    @Override
    protected void populateRequestFromSsoEntry(Request request, String ssoId) {
        SignOn there = ask(null, s -> s.find(ssoId));
        if (there != null) {
            populate(request, there, there.principal());
        }
    }

    private static void populate(Request request, SignOn signOn, Principal principal) {
        request.setAuthType(signOn.authType());
        request.setUserPrincipal(principal);
    }

    /** Logout: ends the sign-on and all its sessions. */
    @Override
    protected void deregister(String ssoId) {
        ask(null, s -> {
            signOff.end(s, ssoId, s.end(ssoId));
            return null;
        });
    }

    @Override
    protected void removeSession(String ssoId, Session session) {
        ask(null, s -> {
            s.remove(ssoId, member(session));
            return null;
        });
    }

    @Override
    protected void sessionChangedId(String ssoId, Session session, String oldSessionId) {
        if (ssoId.equals(session.getNote(NOTE))) {
            Member now = member(session);
            String before = session instanceof SessionFrame ? SessionIds.base(oldSessionId) : oldSessionId;
            ask(null, s -> {
                s.replace(ssoId, new Member(now.context(), before), now);
                return null;
            });
        }
    }

    /** A session of another Manager ended at this node; whether by its idle time is told as Tomcat does. */
    @Override
    public void sessionDestroyed(String ssoId, Session session) {
        if (!ssoId.equals(session.getNote(NOTE))) {
            return;
        }
        boolean idle = session.getMaxInactiveInterval() > 0
                && session.getIdleTimeInternal() >= session.getMaxInactiveInterval() * 1_000L;
        removeSession(ssoId, session);
        if (!idle && running(session)) {
            deregister(ssoId);
        }
    }

    private static Member member(Session session) {
        return new Member(session.getManager().getContext().getName(),
                session instanceof SessionFrame ours ? ours.key().id() : session.getIdInternal());
    }

    /** An application that stops ends sessions without anybody logging out. */
    private static boolean running(Session session) {
        return session.getManager().getContext().getState().isAvailable();
    }

    // ---- what sessions of a BatonManager tell

    private static BatonSingleSignOn of(SessionFrame session) {
        return session.getNote(NOTE) == null ? null : of(session.deployment().context());
    }

    private static String idOf(SessionFrame session) {
        return (String) session.getNote(NOTE);
    }

    /**
     * The session is about to be invalidated, and its sign-on ends before it.
     *
     * @return what is to be done when the session has ended: the others of the sign-on end
     */
    static Runnable ending(SessionFrame session) {
        BatonSingleSignOn valve = of(session);
        SignOns now = valve == null ? null : valve.signOns;
        if (now == null) {
            return () -> { };
        }
        String id = idOf(session);
        if (!running(session)) {
            return () -> valve.removeSession(id, session);
        }
        List<Member> members = now.end(id);
        return () -> valve.signOff.end(now, id, members);
    }

    /** The session has expired, which is no logout. */
    static void expired(SessionFrame session) {
        BatonSingleSignOn valve = of(session);
        if (valve != null) {
            try {
                valve.removeSession(idOf(session), session);
            } catch (SessionUnavailable e) {
                log.debug("The sign-on of " + session.key() + " keeps it until it ends", e);
            }
        }
    }

    /** @throws SessionUnavailable where the sign-on cannot be told */
    static void renamed(SessionFrame session, String oldId) {
        BatonSingleSignOn valve = of(session);
        if (valve != null) {
            try {
                valve.sessionChangedId(idOf(session), session, oldId);
            } catch (SessionUnavailable e) {
                // So that it takes part anew, by its new id, with the next request that has the sign-on's cookie.
                session.removeNote(NOTE);
                throw e;
            }
        }
    }

    /** The session may live longer than others: so does its sign-on. */
    static void lives(SessionFrame session, int maxInactiveSeconds) {
        BatonSingleSignOn valve = of(session);
        if (valve != null) {
            valve.ask(null, s -> s.add(idOf(session), member(session), maxInactiveSeconds));
        }
    }
}
