package dev.baton.tomcat;

import dev.baton.access.AccessLog;
import dev.baton.access.Claim;
import dev.baton.access.LockOwner;
import dev.baton.api.LockException;
import dev.baton.api.LockTimeoutException;
import dev.baton.api.SessionFence;
import dev.baton.api.SessionLocks;
import dev.baton.model.Fence;
import dev.baton.node.Application;
import dev.baton.node.SessionUnavailable;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** The locks of one session, for its application. Every lock is a {@link LockHandle} with a stay of its own. */
final class SessionLocking implements SessionLocks {
    private static final Duration LONGEST = Duration.ofHours(1);

    private final TrackedSession session;

    SessionLocking(TrackedSession session) {
        this.session = session;
    }

    @Override
    public Held lock(String... names) {
        return now(names(names), true, session.manager().lockTimeoutNanos());
    }

    @Override
    public Held lockShared(String... names) {
        return now(names(names), false, session.manager().lockTimeoutNanos());
    }

    @Override
    public Optional<Held> tryLock(Duration limit, String... names) {
        return tryNow(names(names), true, nanos(limit));
    }

    @Override
    public Optional<Held> tryLockShared(Duration limit, String... names) {
        return tryNow(names(names), false, nanos(limit));
    }

    @Override
    public CompletionStage<Held> lockAsync(Duration limit, String... names) {
        return later(names(names), true, nanos(limit));
    }

    @Override
    public CompletionStage<Held> lockSharedAsync(Duration limit, String... names) {
        return later(names(names), false, nanos(limit));
    }

    @Override
    public CompletionStage<Held> acquire(Duration limit) {
        return later(List.of(), false, nanos(limit));
    }

    private static List<String> names(String... names) {
        if (names.length == 0) {
            throw new IllegalArgumentException("no attribute named to lock");
        }
        return List.of(names);
    }

    private static long nanos(Duration limit) {
        return limit.isNegative() ? 0 : limit.compareTo(LONGEST) > 0 ? LONGEST.toNanos() : limit.toNanos();
    }

    private Optional<Held> tryNow(List<String> names, boolean exclusive, long nanos) {
        try {
            return Optional.of(now(names, exclusive, nanos));
        } catch (LockTimeoutException e) {
            return Optional.empty();
        }
    }

    // ---- with a waiting thread

    private Held now(List<String> names, boolean exclusive, long nanos) {
        Deployment deployment = session.deployment();
        long deadline = deployment.nanos() + nanos;
        RequestScope around = RequestScope.here();
        RequestScope scope = around != null ? around : RequestScope.open(null);
        LockHandle handle = new LockHandle(session, scope.owner(deployment), exclusive ? names : List.of(),
                around != null ? null : scope, false);
        boolean done = false;
        try {
            AccessLog stay = join(scope, nanos);
            scope.keep(handle);
            handle.begin(stay);
            deployment.application().lock(stay, scope.owner(deployment), names, exclusive,
                    deadline - deployment.nanos());
            done = true;
            return handle;
        } catch (SessionUnavailable e) {
            throw session.state().token().gone() ? LockFailure.gone(session) : LockFailure.of(e);
        } finally {
            if (!done) {
                handle.end();
            }
        }
    }

    /** One more stay beside the scope's own. */
    private AccessLog join(RequestScope scope, long nanos) {
        AccessLog inside = scope.enter(session, nanos);
        if (inside == null) {
            session.destroyedElsewhere();
            throw LockFailure.gone(session);
        }
        AccessLog stay = session.deployment().application().join(inside);
        if (stay == null) {
            throw new SessionUnavailable(SessionUnavailable.Reason.TOKEN_LOST,
                    session.key() + ": the token was taken away while the request was using the session");
        }
        return stay;
    }

    // ---- without one

    private CompletionStage<Held> later(List<String> names, boolean exclusive, long nanos) {
        Deployment deployment = session.deployment();
        Application application = deployment.application();
        long deadline = deployment.nanos() + nanos;
        RequestScope scope = RequestScope.here();
        LockOwner owner = scope != null ? scope.owner(deployment) : RequestScope.stranger(deployment);
        LockHandle handle = new LockHandle(session, owner, exclusive ? names : List.of(), null, scope == null);
        if (scope != null) {
            scope.keep(handle);
        }
        AccessLog joined = scope == null ? null : join(scope);
        CompletableFuture<AccessLog> entry = joined != null ? CompletableFuture.completedFuture(joined)
                : application.enterAsync(session.state(), owner, nanos).toCompletableFuture();
        CompletableFuture<Held> end = new CompletableFuture<>();
        entry.thenCompose(stay -> {
            if (stay == null) {
                throw LockFailure.gone(session);
            }
            if (!handle.begin(stay)) {
                throw new CancellationException("closed before it was locked");
            }
            session.entered();
            return names.isEmpty() ? CompletableFuture.completedStage(List.<Claim>of())
                    : application.lockAsync(stay, owner, names, exclusive, deadline - deployment.nanos());
        }).whenComplete((claims, e) -> {
            if (e != null) {
                end.completeExceptionally(translated(e));
            } else {
                end.complete(handle);
            }
        });
        handle.awaits(() -> entry.cancel(false));
        end.whenComplete((held, e) -> {
            if (e != null) {
                handle.end(); // failed, or cancelled by whoever waited
            }
        });
        return end;
    }

    /** One more stay beside one that the request has; null where it has none. */
    private AccessLog join(RequestScope scope) {
        AccessLog inside = scope.stay(session);
        AccessLog joined = inside == null ? null : session.deployment().application().join(inside);
        return joined != null ? joined : scope.joinLocks(session);
    }

    private Throwable translated(Throwable e) {
        Throwable cause = e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
        if (!(cause instanceof SessionUnavailable why)) {
            return cause;
        }
        return session.state().token().gone() ? LockFailure.gone(session) : LockFailure.of(why);
    }

    // ---- the token's number

    @Override
    public SessionFence fence() {
        RequestScope around = RequestScope.here();
        RequestScope scope = around != null ? around : RequestScope.open(null);
        try {
            AccessLog stay = scope.enter(session, session.manager().lockTimeoutNanos());
            if (stay == null) {
                session.destroyedElsewhere();
                throw LockFailure.gone(session);
            }
            return known(stay);
        } catch (SessionUnavailable e) {
            throw LockFailure.of(e);
        } finally {
            if (around == null) {
                scope.close(false);
            }
        }
    }

    private SessionFence known(AccessLog stay) {
        if (stay.fresh()) {
            session.deployment().complete(session, stay, null);
        }
        if (session.state().fence().equals(Fence.NONE)) {
            session.deployment().awaitDurable(stay, 1);
        }
        Fence fence = session.state().fence();
        if (fence.equals(Fence.NONE)) {
            throw new LockException("the token of " + session.key() + " is not known", null);
        }
        return new SessionFence(fence.term(), fence.counter());
    }
}
