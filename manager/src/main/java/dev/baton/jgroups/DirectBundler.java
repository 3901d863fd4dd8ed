package dev.baton.jgroups;

import org.jgroups.Message;
import org.jgroups.protocols.BaseBundler;
import org.jgroups.util.ByteArrayDataOutputStream;

/**
 * Sends each message at once in the thread that brings it, like JGroups' own "no bundler", but without its one lock
 * for all targets: there, whoever connects to a host that is switched off holds up the messages to everybody else
 * until the connect times out. The connection's own lock keeps the messages to one target apart.
 */
final class DirectBundler extends BaseBundler {
    /** Large enough for nearly every message; a longer one makes it grow. */
    private static final int BUFFER = 512;

    @Override
    public void send(Message message) throws Exception {
        sendSingle(message.getDest(), message, new ByteArrayDataOutputStream(message.size() + BUFFER));
    }

    @Override
    public int size() {
        return 0;
    }

    @Override
    public int getQueueSize() {
        return -1;
    }
}
