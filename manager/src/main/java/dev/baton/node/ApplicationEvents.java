package dev.baton.node;

import dev.baton.access.AccessLog;
import dev.baton.access.ClientState;

/** What an application hears from the node, beside the answers to its calls. */
public interface ApplicationEvents extends ClientState.Problems {
    /**
     * The session has expired and this node was chosen to run its destroyed listeners. Called in a thread of the node's
     * own, which runs nothing else meanwhile but further expiries; the session is destroyed when this returns or
     * throws.
     *
     * @param access an open stay; attributes can be read through it, changes go nowhere
     */
    void expired(AccessLog access);

    /**
     * The session was destroyed elsewhere, or its copy here is void; live objects are dropped without listeners. Called
     * on a thread of the cluster, with locks held: must be quick, take no lock, and not call the application.
     *
     * @param destroyed false where only the token was lost and the session may go on
     */
    void discarded(ClientState state, boolean destroyed);
}
