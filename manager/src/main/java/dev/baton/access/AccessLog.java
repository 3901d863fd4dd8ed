package dev.baton.access;

/**
 * One stay inside a session's gate, of one request mostly, and what was done in it: attributes read, written, or given
 * out as a reference to something that may be changed in place. Made by entering, ended by leaving; every use between
 * the two. A request's own threads may share it.
 */
public final class AccessLog {
    private final ClientState state;

    AccessLog(ClientState state) {
        this.state = state;
    }

    public ClientState state() {
        return state;
    }

    /**
     * Whether the token is gone, so that nothing of this stay can be saved any more. Attributes can still be used, as
     * they were then: what is done to them is seen by nobody.
     */
    public boolean lost() {
        throw new UnsupportedOperationException();
    }
}
