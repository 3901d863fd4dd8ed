package dev.baton.tomcat.wire;

/**
 * What a client has seen of an answer so far, read by the rules of its protocol.
 *
 * @param status 0 while unknown
 * @param body   its bytes, without chunk and frame heads
 */
public record Seen(State state, int status, byte[] body) {
    public enum State {
        /** The connection is open, and more is to come. */
        PENDING,
        /** The whole answer. */
        COMPLETE,
        /** It will never be complete: the connection or the stream ended before. */
        BROKEN
    }

    @Override
    public String toString() {
        return state + " " + status + " " + body.length + " bytes";
    }
}
