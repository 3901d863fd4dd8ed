package dev.baton.tomcat;

import dev.baton.access.AccessLog;
import dev.baton.access.Claim;
import dev.baton.access.LockOwner;
import dev.baton.api.DeadlockException;
import dev.baton.model.Settings;
import dev.baton.node.SessionUnavailable;
import java.util.List;

/**
 * {@code threadLocks="attribute"} (L8): whatever a request touches is locked for it to its end. Writing locks
 * exclusively, and so does reading what may be changed in place. Reading what cannot change, or is not there, locks it
 * shared: nobody writes it meanwhile, so that a value computed from it and written back is never based on an old one;
 * but two that both go on to write have to wait for each other, and the younger one is refused. That happens once per
 * attribute, application and node: from then on reading the attribute locks it exclusively.
 */
final class AttributeLocks {
    private AttributeLocks() {
    }

    private static boolean needed(TrackedSession session, AccessLog log) {
        return session.manager().settings().threadLocks() == Settings.ThreadLocks.ATTRIBUTE && !log.alone();
    }

    /** The attribute's value, or null; locked as far as reading it needs. */
    static Object read(TrackedSession session, String name, AccessLog log) {
        if (!needed(session, log)) {
            return session.state().get(name, log);
        }
        LockOwner owner = RequestScope.here().owner(session.deployment());
        if (log.holds(owner, name, false)) {
            return session.state().get(name, log);
        }
        boolean exclusive = session.state().mayChange(name, log) || session.deployment().writtenAfterReading(name);
        List<Claim> claims = lock(session, log, owner, name, exclusive);
        Object value = session.state().get(name, log);
        if (!exclusive && session.state().mayChange(name, value)) {
            // Nobody has seen the value yet, so waiting anew gives nothing away.
            claims.forEach(log::unlock);
            lock(session, log, owner, name, true);
            value = session.state().get(name, log);
        }
        return value;
    }

    /** Before the attribute is set or removed. */
    static void write(TrackedSession session, String name, AccessLog log) {
        if (needed(session, log)) {
            LockOwner owner = RequestScope.here().owner(session.deployment());
            if (!log.holds(owner, name, true)) {
                boolean read = log.holds(owner, name, false);
                try {
                    lock(session, log, owner, name, true);
                } catch (DeadlockException e) {
                    if (read) {
                        session.deployment().learnWrittenAfterReading(name);
                    }
                    throw e;
                }
            }
        }
    }

    private static List<Claim> lock(TrackedSession session, AccessLog log, LockOwner owner, String name,
                                    boolean exclusive) {
        try {
            return session.deployment().application().lock(log, owner, List.of(name), exclusive,
                    session.manager().lockTimeoutNanos());
        } catch (SessionUnavailable e) {
            if (log.gone()) {
                throw SessionFrame.gone("use of attribute '" + name + "'");
            }
            if (e.reason() == SessionUnavailable.Reason.DEADLOCK) {
                throw LockFailure.of(e);
            }
            throw e;
        }
    }
}
