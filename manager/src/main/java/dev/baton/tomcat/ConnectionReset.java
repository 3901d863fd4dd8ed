package dev.baton.tomcat;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.StandardSocketOptions;
import java.nio.channels.NetworkChannel;
import org.apache.coyote.AbstractProcessor;
import org.apache.coyote.ActionHook;
import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;
import org.apache.tomcat.util.net.Nio2Channel;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.SocketWrapperBase;

/**
 * Ends a connection of HTTP/1 or AJP by a reset. Where the end of the connection is the end of the body, as in HTTP/1.0
 * without a length, an orderly end, of TCP or of TLS, would complete the answer. The connector NIO2 has no resets: there
 * the connection is only closed.
 */
final class ConnectionReset {
    private static final Log log = LogFactory.getLog(ConnectionReset.class);
    private static final VarHandle SOCKET = socketOfProcessor();

    private ConnectionReset() {
    }

    private static VarHandle socketOfProcessor() {
        try {
            return MethodHandles.privateLookupIn(AbstractProcessor.class, MethodHandles.lookup())
                    .findVarHandle(AbstractProcessor.class, "socketWrapper", SocketWrapperBase.class);
        } catch (ReflectiveOperationException e) {
            log.warn("This Tomcat's processors are built otherwise (" + e + "): an answer that must not end as a success"
                    + " ends by an orderly close");
            return null;
        }
    }

    /** @param processor of a connection that serves one request at a time */
    static void of(ActionHook processor) {
        if (SOCKET != null && processor instanceof AbstractProcessor
                && SOCKET.get(processor) instanceof SocketWrapperBase<?> wrapper) {
            of(wrapper);
        }
    }

    static void of(SocketWrapperBase<?> wrapper) {
        Object socket = wrapper.getSocket();
        try (NetworkChannel channel = socket instanceof NioChannel nio ? nio.getIOChannel()
                : socket instanceof Nio2Channel nio2 ? nio2.getIOChannel() : null) {
            if (channel != null && channel.supportedOptions().contains(StandardSocketOptions.SO_LINGER)) {
                channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            }
        } catch (IOException | UnsupportedOperationException e) {
            log.debug("A connection could not be reset; it is closed", e);
        }
    }
}
