package dev.baton.itests.cluster;

import java.util.Optional;

/**
 * What a visitor got.
 *
 * @param node       node that was asked last
 * @param status     HTTP status, or 0 where the connection ended without an answer: whether the request was carried
 *                   out is unknown
 * @param body       text, or what went wrong
 * @param retryAfter header of that name
 * @param nanos      from sending to having the whole answer
 */
public record Answer(Node node, int status, String body, Optional<String> retryAfter, long nanos) {

    /** The client saw a success. */
    public boolean confirmed() {
        return status == 200;
    }

    /** The body of a success; anything else fails the test. */
    public String text() {
        if (!confirmed()) {
            throw new AssertionError(node + " answered " + status + ": " + body);
        }
        return body;
    }

    public int number() {
        return Integer.parseInt(text());
    }
}
