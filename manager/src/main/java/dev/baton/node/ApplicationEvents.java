package dev.baton.node;

import dev.baton.access.AccessLog;
import dev.baton.access.ClientState;

/** What an application hears from the node, beside the answers to its calls. */
public interface ApplicationEvents extends ClientState.Problems {
    /**
     * The session has expired and this node was chosen to run its destroyed listeners. Called in a thread of the node's
     * own, several sessions at the same time; the session is destroyed when this returns or throws.
     *
     * @param access an open stay; attributes can be read through it, changes go nowhere
     */
    void expired(AccessLog access);

    /** Whether {@link #handingOver} has anything to do. Any thread, with locks held: only a look. */
    default boolean wantsHandingOver(ClientState state) {
        return false;
    }

    /**
     * The session's token is about to go back to the store, most likely for another process. Called in a thread of the
     * node's own, several sessions at the same time; what is {@link Application#complete completed} travels with the token.
     * Not with eager release.
     *
     * @param access an open stay, which is not left; nobody else is inside
     */
    default void handingOver(AccessLog access) {
    }

    /**
     * Whether the session may go out of this process without anybody hearing of it: nothing of it is here that the store
     * does not know, and no listener waits for news of it. Any thread: only a look.
     */
    default boolean mayLetGo(ClientState state) {
        return true;
    }

    /**
     * The session was destroyed elsewhere, or its copy here is void; live objects are dropped without listeners. Called
     * on a thread of the cluster, with locks held: must be quick, take no lock, and not call the application.
     *
     * @param destroyed false where only the token was lost and the session may go on
     */
    void discarded(ClientState state, boolean destroyed);

    /**
     * Who uses the session at this moment, for people: requests without session ids. Called on a thread of the cluster:
     * must be quick and take no lock.
     *
     * @return empty where nobody is known
     */
    default String users(ClientState state) {
        return "";
    }

    /**
     * The calling thread is about to wait for a session, or has waited for an acknowledgement for a second: so that an
     * application can bound how many of its threads do. Must be quick.
     *
     * @return to be run when it waits no longer; null where it must not wait, and is refused at once
     */
    default Runnable waiting() {
        return () -> { };
    }

    /** Runs work that serialises the application's values, in a thread that belongs to no request. */
    default void withApplication(Runnable work) {
        work.run();
    }
}
