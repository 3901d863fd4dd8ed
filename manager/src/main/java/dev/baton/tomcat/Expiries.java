package dev.baton.tomcat;

import dev.baton.access.AccessLog;
import dev.baton.access.ClientState;
import dev.baton.access.NotSerializableAttribute;
import dev.baton.access.UnreadableAttribute;
import dev.baton.node.ApplicationEvents;
import jakarta.servlet.http.HttpSessionActivationListener;

/** What the store tells the application: sessions that have expired, copies that are void, attributes in trouble. */
final class Expiries implements ApplicationEvents {
    private final BatonManager manager;
    private final AttributeProblems problems;

    Expiries(BatonManager manager, AttributeProblems problems) {
        this.manager = manager;
        this.problems = problems;
    }

    @Override
    public void expired(AccessLog access) {
        Deployment deployment = manager.deployment();
        if (deployment != null) {
            TrackedSession session = deployment.session(access.state());
            // This process may never have met it, or long ago.
            session.seen(access.state().meta(), deployment.application().idleNanos(access.state()));
            RequestScope scope = RequestScope.open(null);
            try {
                scope.adopt(session, access);
                SessionEnd.expired(session, access);
            } finally {
                scope.release(session);
                scope.close(false);
            }
        }
    }

    @Override
    public void made(ClientState state, String name, Object value) {
        Deployment deployment = manager.deployment();
        if (value instanceof HttpSessionActivationListener listener && deployment != null) {
            TrackedSession session = deployment.session(state);
            session.hearsOfMoves();
            session.deployment().events().activated(session.getSession(), listener);
        }
    }

    @Override
    public boolean prepares(Object value) {
        return value instanceof HttpSessionActivationListener;
    }

    @Override
    public boolean wantsHandingOver(ClientState state) {
        return state.companion() instanceof TrackedSession session && session.hasListenersOfMoves();
    }

    @Override
    public boolean mayLetGo(ClientState state) {
        return !(state.companion() instanceof TrackedSession session) || session.mayLetGo();
    }

    @Override
    public void handingOver(AccessLog access) {
        if (access.state().companion() instanceof TrackedSession session) {
            ClassLoader before = session.deployment().bind();
            RequestScope scope = RequestScope.open(null);
            try {
                scope.adopt(session, access);
                session.passivate(access);
            } finally {
                scope.release(session);
                scope.close(false);
                Deployment.unbind(before);
            }
        }
    }

    @Override
    public void withApplication(Runnable work) {
        Deployment deployment = manager.deployment();
        ClassLoader before = deployment == null ? null : deployment.bind();
        try {
            work.run();
        } finally {
            if (deployment != null) {
                Deployment.unbind(before);
            }
        }
    }

    @Override
    public void discarded(ClientState state, boolean destroyed) {
        if (!(state.companion() instanceof TrackedSession session)) {
            return;
        }
        if (destroyed) {
            session.destroyedElsewhere();
            manager.endLate(session);
            manager.endTies(session);
        } else {
            session.unanswerable();
        }
    }

    @Override
    public String users(ClientState state) {
        Deployment deployment = manager.deployment();
        return deployment == null ? "" : deployment.users(state);
    }

    @Override
    public Runnable waiting() {
        return WaitingThreads.begin(manager.getEngine());
    }

    @Override
    public void unreadable(ClientState state, UnreadableAttribute problem) {
        problems.unreadable(state, problem);
    }

    @Override
    public void notSerializable(ClientState state, NotSerializableAttribute problem) {
        problems.notSerializable(state, problem);
    }

    @Override
    public boolean dropsUnreadable() {
        return problems.dropsUnreadable();
    }

    @Override
    public void restless(ClientState state, String attribute) {
        problems.restless(state, attribute);
    }

    @Override
    public void notCompared(ClientState state, String attribute, RuntimeException fault) {
        problems.notCompared(state, attribute, fault);
    }

    @Override
    public void doubtful(ClientState state, String attribute, String finding) {
        problems.doubtful(state, attribute, finding);
    }
}
