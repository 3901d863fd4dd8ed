package dev.baton.tomcat;

import dev.baton.access.AccessLog;
import dev.baton.access.LockOwner;
import dev.baton.node.Application.Completed;
import dev.baton.node.EarlyEntry;
import dev.baton.node.SessionUnavailable;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import org.apache.catalina.connector.Request;

/**
 * What one request, or one use outside of a request, does with sessions: it enters each session when it first touches
 * it, and at the end completes, waits for the acknowledgement and leaves. Mostly one session; more where a request
 * includes other web applications. Belongs to one thread.
 *
 * <p>States: open (the thread's current scope) → closed. A closed scope of a request stays findable for the thread
 * until Tomcat is done with the request: error pages and request listeners run after the valve, and what they touch
 * reopens it. Such late uses end when the answer ends ({@link #settle}), or, where nothing holds the answer back, with
 * {@link TrackedSession#endAccess}.
 */
final class RequestScope {
    private static final String NOTE = RequestScope.class.getName();
    private static final String OWNER = LockOwner.class.getName();
    private static final ThreadLocal<RequestScope> CURRENT = new ThreadLocal<>();
    private static final ThreadLocal<Late> LATE = new ThreadLocal<>();

    /**
     * A closed scope that may be reopened. Weak, so that a pooled thread keeps no stopped application alive (the
     * request's note holds the scope meanwhile); strong once it was reopened, so that it will be closed for sure.
     */
    private static final class Late {
        final WeakReference<RequestScope> closed;
        RequestScope reopened;

        Late(RequestScope scope) {
            closed = new WeakReference<>(scope);
        }
    }

    private final Request request;
    private final RequestScope outer;
    private final List<Stay> stays = new ArrayList<>(1);
    private ResponseHold hold;
    /** What the end of the answer still waits for; null mostly. */
    private HeldAnswer held;
    private SessionUnavailable failure;
    /** The last look-up that the store did not answer, or null. */
    private Unanswered unanswered;
    /** Why late changes are not known to be durable, until the end of the answer hears of it. */
    private SessionUnavailable lateFailure;
    /** Null until something is locked. */
    private LockOwner owner;
    /** Locks of the application that end with this scope; null before the first. */
    private List<LockHandle> handles;
    /** Null before a request's first look-up, and outside of requests. */
    private Expectation expectation;

    private static final class Stay {
        final TrackedSession session;
        AccessLog log;
        Completed completed;

        Stay(TrackedSession session) {
            this.session = session;
        }
    }

    private RequestScope(Request request, RequestScope outer) {
        this.request = request;
        this.outer = outer;
    }

    /**
     * Makes a new scope the thread's current one.
     *
     * @param request null outside of a request
     */
    static RequestScope open(Request request) {
        closeForgotten();
        RequestScope scope = new RequestScope(request, CURRENT.get());
        CURRENT.set(scope);
        return scope;
    }

    /** A scope of no thread, which threads {@link #borrow}; ended by {@link #end}. */
    static RequestScope unbound(LockOwner owner) {
        RequestScope scope = new RequestScope(null, null);
        scope.owner = owner;
        return scope;
    }

    /** Makes this the thread's scope. @return what {@link #giveBack} wants */
    RequestScope borrow() {
        RequestScope before = CURRENT.get();
        CURRENT.set(this);
        return before;
    }

    static void giveBack(RequestScope before) {
        CURRENT.set(before);
    }

    /** Completes and leaves all that was entered. */
    void end() {
        finish();
    }

    /** Opens the scope of a request that goes through the application's pipeline now. */
    static RequestScope openPipeline(Request request) {
        RequestScope scope = open(request);
        request.setNote(NOTE, scope);
        return scope;
    }

    /** The scope that a use of a session by this thread belongs to, or null. */
    static RequestScope here() {
        RequestScope current = CURRENT.get();
        if (current != null) {
            return current;
        }
        RequestScope late = late();
        // Tomcat takes the notes away when it ends a request, which may be without a word to any session.
        return late != null && late.request.getNote(NOTE) == late ? late : null;
    }

    static RequestScope current() {
        return CURRENT.get();
    }

    Request request() {
        return request;
    }

    /** On whose behalf this uses sessions, for people. Any thread. */
    String name() {
        RequestScope scope = this;
        while (scope.outer != null && scope.request == null && scope.owner == null) {
            scope = scope.outer;
        }
        return scope.owner != null ? scope.owner.toString()
                : scope.request != null ? RequestName.of(scope.request) : "a use outside of requests";
    }

    /** The request that this thread runs, or null. */
    static Request runningRequest() {
        RequestScope scope = here();
        while (scope != null && scope.request == null) {
            scope = scope.outer;
        }
        return scope == null ? null : scope.request;
    }

    /** What kept this request from a session, or its changes from being durable; null where nothing did. */
    SessionUnavailable failure() {
        return failure;
    }

    /** Notes a failure, which the caller throws on; the first one counts. */
    SessionUnavailable failed(SessionUnavailable why) {
        if (failure == null) {
            failure = why;
        }
        return why;
    }

    private record Unanswered(Deployment deployment, String base, SessionUnavailable why) {}

    /**
     * The store did not answer whether there is that session, which may not be this request's failure. Who asks once more
     * in this request need not wait again: see {@link #checkAnswered}.
     */
    void hadNoAnswer(Deployment deployment, String base, SessionUnavailable why) {
        unanswered = new Unanswered(deployment, base, why);
    }

    /** @throws SessionUnavailable where {@link #hadNoAnswer} was said of that session */
    void checkAnswered(Deployment deployment, String base) {
        if (unanswered != null && unanswered.deployment == deployment && unanswered.base.equals(base)) {
            throw unanswered.why;
        }
    }

    /** Whether the store did not answer the request that this thread runs. */
    static boolean unanswered() {
        RequestScope scope = here();
        return scope != null && scope.unanswered != null;
    }

    /**
     * Whether nothing but an access log or the like still looks at the session: the request's answer is complete, and
     * since then it did not use the session.
     */
    boolean answered(TrackedSession session) {
        Stay stay = find(session);
        return CURRENT.get() != this && request != null && (stay == null || stay.log == null)
                && (hold == null ? request.getResponse().isClosed() : hold.over());
    }

    List<TrackedSession> sessions() {
        return stays.stream().map(s -> s.session).toList();
    }

    /**
     * The request's stay in the session, begun at the first call.
     *
     * @return null where the session does not exist any more
     * @throws SessionUnavailable also without waiting again, where the request was refused before
     */
    AccessLog enter(TrackedSession session) {
        try {
            return enter(session, session.manager().lockTimeoutNanos());
        } catch (SessionUnavailable e) {
            throw failed(e);
        }
    }

    /** As {@link #enter}, but a failure is the caller's only. */
    AccessLog enter(TrackedSession session, long timeoutNanos) {
        Stay stay = find(session);
        if (stay != null && stay.log != null) {
            if (stay.log.gone()) {
                return null;
            }
            if (stay.log.lost()) {
                throw new SessionUnavailable(SessionUnavailable.Reason.TOKEN_LOST,
                        session.key() + ": the token was taken away while the request was using the session");
            }
            return stay.log;
        }
        if (failure != null) {
            throw new SessionUnavailable(failure.reason(), failure.getMessage(), failure);
        }
        AccessLog log = session.deployment().enter(session, this, timeoutNanos);
        if (log != null) {
            adopt(session, log);
        }
        if (CURRENT.get() == null && LATE.get() != null) {
            LATE.get().reopened = this;
        }
        return log;
    }

    /** Takes over a stay that was begun already. */
    void adopt(TrackedSession session, AccessLog log) {
        know(session).log = log;
        session.deployment().owned(log, this);
        if (session.deployment().manager().waitsForAcknowledgement()) {
            holdAnswer();
        }
    }

    /** From now on the client does not get the end of the answer before the request's changes are durable. */
    void holdAnswer() {
        if (hold == null && request != null) {
            hold = ResponseHold.install(request);
        }
    }

    /** The stay begun in this scope, or null. */
    AccessLog stay(TrackedSession session) {
        Stay stay = find(session);
        return stay == null ? null : stay.log;
    }

    // ---- locks

    /** On whose behalf this locks: the request's, in all threads and dispatches of it. */
    LockOwner owner(Deployment deployment) {
        if (outer != null) {
            return outer.owner(deployment);
        }
        if (owner == null && request == null) {
            owner = stranger(deployment);
        } else if (owner == null) {
            owner = (LockOwner) request.getNote(OWNER);
            if (owner == null) {
                owner = new LockOwner(RequestName.of(request),
                        request.getCoyoteRequest().getStartTimeNanos());
                request.setNote(OWNER, owner);
            }
        }
        return owner;
    }

    /** Somebody outside of requests. */
    static LockOwner stranger(Deployment deployment) {
        return new LockOwner("thread " + Thread.currentThread().getName(), deployment.nanos());
    }

    /**
     * One more stay beside one that the request has in an open lock, kept from an earlier dispatch maybe: where another
     * process wants the token, the gate would keep the request waiting for itself.
     *
     * @return null where there is none
     */
    AccessLog joinLocks(TrackedSession session) {
        for (RequestScope scope = this; scope != null; scope = scope.outer) {
            AccessLog stay = join(scope.handles, session);
            if (stay == null && scope.request != null) {
                stay = join(AsyncWatch.locks(scope.request), session);
            }
            if (stay != null) {
                return stay;
            }
        }
        return null;
    }

    private static AccessLog join(List<LockHandle> locks, TrackedSession session) {
        if (locks != null) {
            for (LockHandle lock : locks) {
                AccessLog stay = lock.join(session);
                if (stay != null) {
                    return stay;
                }
            }
        }
        return null;
    }

    /** The lock ends with this scope, if it is not closed before. */
    void keep(LockHandle handle) {
        if (handles == null) {
            handles = new ArrayList<>(1);
        }
        handles.removeIf(LockHandle::closed);
        handles.add(handle);
    }

    /** The request goes on without this scope: its open locks are the caller's from now on. */
    List<LockHandle> keepOpen() {
        List<LockHandle> open = handles == null ? List.of() : handles;
        handles = null;
        open.forEach(LockHandle::keep);
        return open;
    }

    /** What this request is expected to do with the session that it names; null where it is another application's. */
    Expectation expectation(Deployment deployment) {
        if (request == null || request.getContext() != deployment.context()) {
            return null;
        }
        if (expectation == null) {
            expectation = new Expectation();
        }
        return expectation;
    }

    /** The entry that was begun for the session when it was looked up, or null. */
    EarlyEntry entersEarly(TrackedSession session) {
        return expectation == null ? null : expectation.enters(session);
    }

    /** The request has the session at hand, but did not touch what the token guards. */
    void joined(TrackedSession session) {
        know(session);
    }

    private Stay know(TrackedSession session) {
        Stay stay = find(session);
        if (stay == null) {
            stay = new Stay(session);
            stays.add(stay);
        }
        return stay;
    }

    /** Gives a stay back to whoever made it: this scope does not end it. */
    void release(TrackedSession session) {
        Stay stay = find(session);
        if (stay != null && stay.log != null) {
            session.deployment().disowned(stay.log);
            stay.log = null;
        }
    }

    private Stay find(TrackedSession session) {
        for (Stay stay : stays) {
            if (stay.session == session) {
                return stay;
            }
        }
        return null;
    }

    /**
     * Ends the scope: the changes are durable when this returns, or {@link #failure()} tells why not. Never throws.
     *
     * @param findable whether late uses by this thread may reopen it, until the request ends
     */
    void close(boolean findable) {
        finish();
        closed(findable);
    }

    /**
     * As {@link #close}, findable, of a request that is answered but for the end: where only the acknowledgement of one
     * session's changes is missing, that is left to {@link #settle}.
     */
    void closeAnswered() {
        uninterrupted(() -> {
            complete();
            if (failure == null && outer == null && hold != null) {
                held = leaveHeld();
            }
            awaitAndLeave();
        });
        closed(true);
    }

    private HeldAnswer leaveHeld() {
        Stay only = null;
        for (Stay stay : stays) {
            if (stay.log != null && only != null) {
                return null;
            }
            only = stay.log != null ? stay : only;
        }
        if (only == null || only.completed.gone()) {
            return null;
        }
        Deployment deployment = only.session.deployment();
        AccessLog log = only.log;
        long version = only.completed.version();
        if (deployment.application().isDurable(log, version) || !hold.mayBeHeld()) {
            return null;
        }
        only.log = null;
        only.completed = null;
        deployment.disowned(log);
        return HeldAnswer.begin(request, deployment, log, version);
    }

    private void closed(boolean findable) {
        if (expectation != null) {
            expectation.end();
            expectation = null;
        }
        CURRENT.set(outer);
        if (findable && outer == null) {
            LATE.set(new Late(this));
        }
    }

    /**
     * Tomcat is done with the request, and the end of its answer is about to leave: saves what error pages, request
     * listeners and asynchronous work changed. Where that fails the connection is cut. Called by the thread that ends
     * the request.
     *
     * @return what the end of the answer still waits for; null where it may go
     */
    static HeldAnswer settle(Request request) {
        AsyncWatch.settle(request);
        if (!(request.getNote(NOTE) instanceof RequestScope scope)) {
            return null;
        }
        scope.finishLate();
        SessionUnavailable why = scope.lateFailure;
        scope.lateFailure = null;
        if (why != null) {
            Refusal.cut(request, why);
        }
        return scope.held;
    }

    private void endLocks() {
        List<LockHandle> open = handles == null ? List.of() : handles;
        handles = null;
        for (LockHandle handle : open) {
            SessionUnavailable why = handle.end();
            if (why != null) {
                failed(why);
            }
        }
    }

    private void finish() {
        uninterrupted(() -> {
            complete();
            awaitAndLeave();
        });
    }

    /**
     * Saves what a request changed. An interrupt that came before was meant for what the application waits for: the
     * thread has it again afterwards. One that comes while this waits ends that.
     */
    static void uninterrupted(Runnable end) {
        boolean interrupted = Thread.interrupted();
        try {
            end.run();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void complete() {
        endLocks();
        for (Stay stay : stays) {
            if (stay.log != null) {
                try {
                    stay.completed = complete(stay);
                } catch (SessionUnavailable e) {
                    failed(e);
                } catch (RuntimeException | Error e) {
                    failed(new SessionUnavailable(SessionUnavailable.Reason.OUTCOME_UNKNOWN,
                            stay.session.key() + ": the changes could not be sent: " + e, e));
                }
            }
        }
    }

    private void awaitAndLeave() {
        for (Stay stay : stays) {
            AccessLog log = stay.log;
            if (log == null) {
                continue;
            }
            try {
                if (stay.completed != null && !stay.completed.gone()) {
                    stay.session.deployment().awaitDurable(log, stay.completed.version());
                }
            } catch (SessionUnavailable e) {
                failed(e);
            } finally {
                stay.log = null;
                stay.completed = null;
                stay.session.deployment().leave(log);
            }
        }
    }

    /** While one session is compared, its values may use another one that the request is in. */
    private Completed complete(Stay stay) {
        Deployment deployment = stay.session.deployment();
        return stays.size() > 1 ? deployment.complete(stay.session, stay.log, request)
                : deployment.conclude(stay.session, stay.log, request);
    }

    /** Tomcat ends the request's use of the session: a late use, if there was one, ends with it. */
    static void requestEnded(TrackedSession session) {
        RequestScope late = late();
        if (late != null && late.find(session) != null) {
            LATE.remove();
            late.finishLate();
        }
    }

    /** A late use whose request never told its end cannot outlast the next request of the thread. */
    private static void closeForgotten() {
        RequestScope late = late();
        if (late != null) {
            LATE.remove();
            late.finishLate();
        }
    }

    /** Saves late changes. Where that fails {@link #settle} tells, also of what was ended before the answer is. */
    private void finishLate() {
        SessionUnavailable before = failure;
        failure = null;
        endLocks();
        for (Stay stay : stays) {
            if (stay.log != null) {
                // Tomcat has taken its class loader back from the thread.
                ClassLoader loader = stay.session.deployment().bind();
                try {
                    finish();
                } finally {
                    Deployment.unbind(loader);
                }
                break;
            }
        }
        if (failure != null) {
            Refusal.logLate(failure);
            lateFailure = failure;
        }
        failure = before != null ? before : failure;
    }

    private static RequestScope late() {
        if (CURRENT.get() != null) {
            return null;
        }
        Late late = LATE.get();
        return late == null ? null : late.reopened != null ? late.reopened : late.closed.get();
    }
}
