package dev.baton.tomcat;

import dev.baton.access.AccessLog;
import dev.baton.access.ClientState;
import dev.baton.access.NotSerializableAttribute;
import dev.baton.access.UnreadableAttribute;
import dev.baton.model.SessionMeta;
import dev.baton.model.Settings;
import dev.baton.node.Application;
import dev.baton.node.Application.Completed;
import dev.baton.node.Application.Found;
import dev.baton.node.ApplicationEvents;
import dev.baton.node.ApplicationSettings;
import dev.baton.node.Clock;
import dev.baton.node.SessionNode;
import dev.baton.node.SessionUnavailable;
import java.io.ObjectInputFilter;
import java.security.Principal;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import org.apache.catalina.Engine;
import org.apache.catalina.Host;
import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;

/**
 * The sign-ons of one Host, kept in the store like the sessions of an application of their own, so that tokens, backups
 * and expiry are those of sessions. The metadata say who is signed on; each session signed on is an attribute without
 * a value of interest. A sign-on goes with its last session; one whose sessions vanished without a word, after it was
 * not used for longer than they would have lived.
 *
 * <p>Who is inside a sign-on enters no session: that order is what keeps two logouts from waiting for each other.
 *
 * <p>Any thread. {@link SessionUnavailable} where the store cannot say, or does not acknowledge in time.
 */
final class SignOns {
    private static final Log log = LogFactory.getLog(SignOns.class);

    /** Beyond these no further session is taken in. */
    static final int MAX_SESSIONS = 1_000;
    /** After the last session's own expiry, so that this comes first. */
    private static final int SLACK_SECONDS = 300;
    /** After this time another node finishes a logout whose own died. */
    private static final int ENDED_SECONDS = 30;
    private static final long LOCK_NANOS = TimeUnit.MILLISECONDS.toNanos(Settings.DEFAULT.lockTimeoutMillis());
    private static final long COMMIT_NANOS = TimeUnit.MILLISECONDS.toNanos(Settings.DEFAULT.commitTimeoutMillis());

    private final Application application;
    private final SessionNode node;
    private final Clock clock;
    private final MetaForm form;

    /** One session of a sign-on: the application, and the id by which its Manager finds it. */
    record Member(String context, String id) {
        String text() {
            return context + " " + id;
        }

        static Member of(String text) {
            int space = text.lastIndexOf(' ');
            return new Member(text.substring(0, space), text.substring(space + 1));
        }
    }

    /**
     * Who is signed on.
     *
     * @param principal null where it could not be written, or cannot be read here
     */
    record SignOn(String authType, Principal principal) {
    }

    /** The principal of this process that belongs to these bytes. */
    private record Written(byte[] bytes, Principal principal) {
    }

    private static final class Known {
        private volatile Written last;
    }

    /**
     * @param principals which classes may be read of principals
     * @param finish     ends sessions of a logout that did not get so far
     * @throws IllegalArgumentException where the node has the sign-ons of a Host of that name already
     */
    SignOns(Host host, SessionNode node, Clock clock, ObjectInputFilter principals,
            BiConsumer<String, List<Member>> finish) {
        this.node = node;
        this.clock = clock;
        ClassLoader loader = SignOns.class.getClassLoader();
        this.form = new MetaForm(loader, principals);
        // No application can have this name.
        this.application = node.deploy("single sign-on of " + host.getName(),
                new WebappSerializer(loader, new SerialFilter(null, null, null)),
                new Events(host, finish), ApplicationSettings.DEFAULT.withOneRequestAtATime(true));
    }

    /** What the node tells of sign-ons. */
    private record Events(Host host, BiConsumer<String, List<Member>> finish) implements ApplicationEvents {
        @Override
        public void expired(AccessLog access) {
            if (ended(access.state().meta())) {
                finish.accept(access.state().key().toString(), members(access));
            }
        }

        @Override
        public void discarded(ClientState state, boolean destroyed) {
            // Whoever comes next asks the store.
        }

        @Override
        public Runnable waiting() {
            return host.getParent() instanceof Engine engine ? WaitingThreads.begin(engine) : () -> { };
        }

        @Override
        public void unreadable(ClientState state, UnreadableAttribute problem) {
            throw new IllegalStateException("a sign-on has no values", problem);
        }

        @Override
        public void notSerializable(ClientState state, NotSerializableAttribute problem) {
            throw new IllegalStateException("a sign-on has no values", problem);
        }
    }

    SessionNode node() {
        return node;
    }

    Application application() {
        return application;
    }

    void close(long timeoutNanos) {
        node.undeploy(application, timeoutNanos);
    }

    // ---- one request

    /**
     * Who is signed on under that id; costs no message where this process has the token of the sign-on, else one
     * question. Takes the token only where nobody has it, so that requests at several nodes do not fight for it.
     *
     * @param id as the client sent it
     * @return null where nobody is
     */
    SignOn find(String id) {
        if (!id.equals(SessionIds.base(id))) {
            return null;
        }
        Found found = application.lookup(id, LOCK_NANOS);
        if (found == null || ended(found.meta())) {
            return null;
        }
        ClientState state = application.state(id);
        application.accessed(state);
        if (found.holder() == null) {
            application.enterAsync(state, LOCK_NANOS).whenComplete((stay, failure) -> {
                if (stay != null) {
                    application.leave(stay);
                }
            });
        }
        return new SignOn(found.meta().authType(), principal(state, found.meta().principal()));
    }

    private Principal principal(ClientState state, byte[] bytes) {
        if (bytes == null) {
            return null;
        }
        Known known = state.companion(Known.class, Known::new);
        Written last = known.last;
        if (last == null || !Arrays.equals(last.bytes(), bytes)) {
            last = new Written(bytes, form.principal(bytes));
            known.last = last;
        }
        return last.principal();
    }

    /** Name and password of who is signed on under that id; null where they are not kept, or nobody is. */
    String[] credentials(String id) {
        Found found = application.lookup(id, LOCK_NANOS);
        return found == null ? null : form.credentials(found.meta().notes());
    }

    // ---- signing on

    /**
     * Durable when this returns.
     *
     * @param password null where it is not to be kept
     */
    void create(String id, Principal principal, String authType, String user, String password) {
        SessionMeta meta = write(new SessionMeta(clock.wallMillis(), SLACK_SECONDS, null, null, null), principal, authType,
                user, password);
        AccessLog stay = application.create(id, meta);
        application.finish(stay, COMMIT_NANOS);
        remember(stay.state(), meta, principal);
    }

    /** @return false where nobody is signed on under that id */
    boolean update(String id, Principal principal, String authType, String user, String password) {
        return within(id, false, (state, stay) -> {
            if (ended(state.meta())) {
                return false;
            }
            SessionMeta meta = write(state.meta(), principal, authType, user, password);
            if (!meta.equals(state.meta())) {
                state.setMeta(meta, stay);
            }
            remember(state, meta, principal);
            return true;
        });
    }

    private void remember(ClientState state, SessionMeta meta, Principal principal) {
        if (meta.principal() != null) {
            state.companion(Known.class, Known::new).last = new Written(meta.principal(), principal);
        }
    }

    private SessionMeta write(SessionMeta before, Principal principal, String authType, String user, String password) {
        return new SessionMeta(before.createdMillis(), before.maxInactiveSeconds(), authType == null ? "" : authType,
                form.principal(principal), form.credentials(user, password));
    }

    /**
     * The session takes part from now on.
     *
     * @param maxInactiveSeconds of the session; 0 or less: for ever
     * @return false where nobody is signed on under that id, or too many sessions are
     */
    boolean add(String id, Member member, int maxInactiveSeconds) {
        return within(id, false, (state, stay) -> {
            SessionMeta meta = state.meta();
            List<String> names = state.names(stay);
            if (ended(meta)) {
                return false;
            }
            if (!names.contains(member.text())) {
                if (names.size() >= MAX_SESSIONS) {
                    log.warn("A user has " + MAX_SESSIONS + " sessions under one sign-on, the limit: one of "
                            + member.context() + " does not take part");
                    return false;
                }
                state.set(member.text(), Boolean.TRUE, stay);
            }
            int longest = maxInactiveSeconds <= 0 || meta.maxInactiveSeconds() <= 0 ? 0
                    : Math.max(meta.maxInactiveSeconds(), maxInactiveSeconds + SLACK_SECONDS);
            if (longest != meta.maxInactiveSeconds()) {
                state.setMeta(new SessionMeta(meta.createdMillis(), longest, meta.authType(), meta.principal(),
                        meta.notes()), stay);
            }
            return true;
        });
    }

    // ---- ends

    /** The session takes no part any more; with the last one the sign-on ends. */
    void remove(String id, Member member) {
        within(id, null, (state, stay) -> {
            state.remove(member.text(), stay);
            if (state.names(stay).isEmpty()) {
                application.destroy(stay, COMMIT_NANOS);
            }
            return null;
        });
    }

    /** The session goes on under another id. */
    void replace(String id, Member before, Member now) {
        within(id, null, (state, stay) -> {
            state.remove(before.text(), stay);
            state.set(now.text(), Boolean.TRUE, stay);
            return null;
        });
    }

    /**
     * Nobody is signed on under that id any more. The sign-on stays until its sessions are ended and {@link #destroy} is
     * called; where that does not happen the store has another node do it.
     *
     * @return its sessions, in an order that is the same for everybody; also where it was ended before
     */
    List<Member> end(String id) {
        return within(id, List.of(), (state, stay) -> {
            if (!ended(state.meta())) {
                state.setMeta(new SessionMeta(state.meta().createdMillis(), ENDED_SECONDS, null, null, null), stay);
            }
            return members(stay);
        });
    }

    void destroy(String id) {
        within(id, null, (state, stay) -> {
            application.destroy(stay, COMMIT_NANOS);
            return null;
        });
    }

    private static boolean ended(SessionMeta meta) {
        return meta.authType() == null;
    }

    private static List<Member> members(AccessLog stay) {
        return stay.state().names(stay).stream().map(Member::of).toList();
    }

    /** What the action did is durable when this returns. */
    private <T> T within(String id, T absent, BiFunction<ClientState, AccessLog, T> action) {
        AccessLog stay = application.enter(application.state(id), LOCK_NANOS);
        if (stay == null) {
            return absent;
        }
        try {
            T result = action.apply(stay.state(), stay);
            Completed done = application.complete(stay);
            if (!done.gone()) {
                application.awaitDurable(stay, done.version(), COMMIT_NANOS);
            }
            return result;
        } finally {
            application.leave(stay);
        }
    }
}
